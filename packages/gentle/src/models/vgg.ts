import {
  AdaptiveAvgPool2d,
  BatchNorm,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

/** Convolutions of each of the five blocks (table 1, columns A, B, D and E). */
const depths = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
} as const

/** Channels of each block. */
const widths = [64, 128, 256, 512, 512]

export interface VggOptions {
  /** Outputs; 1000 unless given. */
  readonly classes?: number
  /** Whether each convolution is followed by batch normalisation, which the paper did not have; false unless given. */
  readonly norm?: boolean
}

const vgg =
  (depth: keyof typeof depths) =>
  ({ classes = 1000, norm = false }: VggOptions = {}): Layer => {
    const convolution = (channels: number): Layer[] => [
      Conv2d(channels, 3, { padding: 1, weightInit: 'heNormalOut' }),
      ...(norm ? [BatchNorm()] : []),
      ReLU(),
    ]
    const blocks = widths.flatMap((channels, block) => [
      ...Array.from({ length: depths[depth][block] }, () => convolution(channels)).flat(),
      MaxPool2d(2),
    ])
    return Sequential({
      features: Sequential(...blocks),
      avgpool: AdaptiveAvgPool2d(7),
      flatten: Flatten(),
      classifier: Sequential(
        Linear(4096, { weightInit: 'heNormal' }),
        ReLU(),
        Dropout(0.5),
        Linear(4096, { weightInit: 'heNormal' }),
        ReLU(),
        Dropout(0.5),
        Linear(classes, { weightInit: { normal: 0.01 } }),
      ),
    })
  }

/**
 * VGG with 11 layers of weights: images [N, 3, 224, 224] to logits [N, classes], 132,863,336 parameters (Simonyan and Zisserman, "Very Deep
 * Convolutional Networks for Large-Scale Image Recognition", 2014, table 1, A). Filters of 3 x 3 alone, each block at half the size and
 * twice the channels. Names are torchvision's. Images may be of any size from 32.
 */
export const vgg11: (options?: VggOptions) => Layer = vgg(11)
/** VGG with 13 layers of weights (table 1, B): 133,047,848 parameters. */
export const vgg13: (options?: VggOptions) => Layer = vgg(13)
/** VGG with 16 layers of weights (table 1, D): 138,357,544 parameters. */
export const vgg16: (options?: VggOptions) => Layer = vgg(16)
/** VGG with 19 layers of weights (table 1, E): 143,667,240 parameters. */
export const vgg19: (options?: VggOptions) => Layer = vgg(19)
