import {
  AdaptiveAvgPool2d,
  Auxiliary,
  BatchNorm,
  Concat,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'
import type { Conv2dLayerOptions } from '../nn/layers/convolution.ts'

const weightInit = { normal: 0.01 } as const

/** Every convolution of torchvision's GoogLeNet has batch normalisation, which the paper did not have yet. */
const convolution = (channels: number, kernel: number, options: Conv2dLayerOptions = {}): Layer =>
  Sequential({
    conv: Conv2d(channels, kernel, { ...options, bias: false, weightInit }),
    bn: BatchNorm({ epsilon: 0.001 }),
    relu: ReLU(),
  })

const pool = (size: number, stride: number): Layer => MaxPool2d(size, { stride, ceilMode: true })

/**
 * The inception module (figure 2b): four views of the same maps, concatenated. Convolutions of 1 x 1 bring the channels down before the
 * dear ones. The arguments are the columns of table 1: `#1x1`, `#3x3 reduce`, `#3x3`, `#5x5 reduce`, `#5x5`, `pool proj`. Where the
 * paper has 5 x 5, torchvision has 3 x 3.
 */
const inception = (
  one: number,
  reduce3: number,
  three: number,
  reduce5: number,
  five: number,
  project: number,
): Layer =>
  Concat({
    branch1: convolution(one, 1),
    branch2: Sequential(convolution(reduce3, 1), convolution(three, 3, { padding: 1 })),
    branch3: Sequential(convolution(reduce5, 1), convolution(five, 3, { padding: 1 })),
    branch4: Sequential(MaxPool2d(3, { stride: 1, padding: 1, ceilMode: true }), convolution(project, 1)),
  })

/** A classifier halfway, whose loss counts 0.3 in training (section 5). */
const head = (classes: number): Layer =>
  Auxiliary(
    Sequential({
      avgpool: AdaptiveAvgPool2d(4),
      conv: convolution(128, 1),
      flatten: Flatten(),
      fc1: Linear(1024, { weightInit }),
      relu: ReLU(),
      dropout: Dropout(0.7),
      fc2: Linear(classes, { weightInit }),
    }),
    0.3,
  )

export interface GoogLeNetOptions {
  /** Outputs; 1000 unless given. */
  readonly classes?: number
  /** Whether to have the two classifiers halfway, which take part in training alone; true unless given. */
  readonly auxiliary?: boolean
}

/**
 * GoogLeNet, also called Inception v1: images [N, 3, 224, 224] to logits [N, classes], 6,624,904 parameters, and 13,004,888 with its
 * auxiliary classifiers (Szegedy et al., "Going Deeper with Convolutions", 2014, table 1, in torchvision's form and names). Images may be of
 * any size from 32. The weights that torchvision publishes expect pixels in [-1, 1], not normalised by ImageNet's means and deviations: it
 * undoes that within the network (`transform_input`).
 */
export function googlenet({ classes = 1000, auxiliary: heads = true }: GoogLeNetOptions = {}): Layer {
  return Sequential({
    conv1: convolution(64, 7, { stride: 2, padding: 3 }),
    maxpool1: pool(3, 2),
    conv2: convolution(64, 1),
    conv3: convolution(192, 3, { padding: 1 }),
    maxpool2: pool(3, 2),
    inception3a: inception(64, 96, 128, 16, 32, 32),
    inception3b: inception(128, 128, 192, 32, 96, 64),
    maxpool3: pool(3, 2),
    inception4a: inception(192, 96, 208, 16, 48, 64),
    ...(heads ? { aux1: head(classes) } : {}),
    inception4b: inception(160, 112, 224, 24, 64, 64),
    inception4c: inception(128, 128, 256, 24, 64, 64),
    inception4d: inception(112, 144, 288, 32, 64, 64),
    ...(heads ? { aux2: head(classes) } : {}),
    inception4e: inception(256, 160, 320, 32, 128, 128),
    maxpool4: pool(2, 2),
    inception5a: inception(256, 160, 320, 32, 128, 128),
    inception5b: inception(384, 192, 384, 48, 128, 128),
    avgpool: AdaptiveAvgPool2d(1),
    flatten: Flatten(),
    dropout: Dropout(0.2),
    fc: Linear(classes, { weightInit }),
  })
}
