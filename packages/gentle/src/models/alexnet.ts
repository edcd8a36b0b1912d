import {
  AdaptiveAvgPool2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  LocalResponseNorm,
  MaxPool2d,
  ReLU,
  Sequential,
} from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

export interface AlexNetOptions {
  /** Outputs; 1000 unless given. */
  readonly classes?: number
}

/**
 * AlexNet on one processor, as torchvision has it: images [N, 3, 224, 224] to logits [N, classes], 61,100,840 parameters. Krizhevsky, "One
 * weird trick for parallelizing convolutional neural networks", 2014, footnote 1: fewer filters than the original, no groups, no
 * local response normalisation; the parameters' names are torchvision's. Images may be of any size from 63.
 */
export const alexnet = ({ classes = 1000 }: AlexNetOptions = {}): Layer =>
  Sequential({
    features: Sequential(
      Conv2d(64, 11, { stride: 4, padding: 2, weightInit: 'heNormal' }),
      ReLU(),
      MaxPool2d(3, { stride: 2 }),
      Conv2d(192, 5, { padding: 2, weightInit: 'heNormal' }),
      ReLU(),
      MaxPool2d(3, { stride: 2 }),
      Conv2d(384, 3, { padding: 1, weightInit: 'heNormal' }),
      ReLU(),
      Conv2d(256, 3, { padding: 1, weightInit: 'heNormal' }),
      ReLU(),
      Conv2d(256, 3, { padding: 1, weightInit: 'heNormal' }),
      ReLU(),
      MaxPool2d(3, { stride: 2 }),
    ),
    avgpool: AdaptiveAvgPool2d(6),
    flatten: Flatten(),
    classifier: Sequential(
      Dropout(0.5),
      Linear(4096, { weightInit: 'heNormal' }),
      ReLU(),
      Dropout(0.5),
      Linear(4096, { weightInit: 'heNormal' }),
      ReLU(),
      Linear(classes, { weightInit: { normal: 0.01 } }),
    ),
  })

/** Normal with deviation 0.01; biases of 1 give ReLUs positive inputs to begin with (section 5). */
const first = { weightInit: { normal: 0.01 } } as const
const firstPositive = { ...first, biasInit: 1 } as const

/** The paper's alpha weighs a sum, PyTorch's a mean over the 5 channels. */
const normalize = (): Layer => LocalResponseNorm({ size: 5, alpha: 5e-4, beta: 0.75, k: 2 })

/**
 * AlexNet as it won ImageNet in 2012: images [N, 3, 227, 227] to logits [N, classes], 60,965,224 parameters (Krizhevsky, Sutskever,
 * Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012, figure 2). It ran on two processors with 3 GB each:
 * the second, fourth and fifth convolutions see one half of the channels in each of two groups. The paper writes 224, from which its
 * own numbers do not follow; 227 gives its 55 x 55 maps.
 */
export const alexnetOriginal = ({ classes = 1000 }: AlexNetOptions = {}): Layer =>
  Sequential({
    features: Sequential(
      Conv2d(96, 11, { stride: 4, ...first }),
      ReLU(),
      normalize(),
      MaxPool2d(3, { stride: 2 }),
      Conv2d(256, 5, { padding: 2, groups: 2, ...firstPositive }),
      ReLU(),
      normalize(),
      MaxPool2d(3, { stride: 2 }),
      Conv2d(384, 3, { padding: 1, ...first }),
      ReLU(),
      Conv2d(384, 3, { padding: 1, groups: 2, ...firstPositive }),
      ReLU(),
      Conv2d(256, 3, { padding: 1, groups: 2, ...firstPositive }),
      ReLU(),
      MaxPool2d(3, { stride: 2 }),
    ),
    flatten: Flatten(),
    classifier: Sequential(
      Linear(4096, firstPositive),
      ReLU(),
      Dropout(0.5),
      Linear(4096, firstPositive),
      ReLU(),
      Dropout(0.5),
      Linear(classes, first),
    ),
  })
