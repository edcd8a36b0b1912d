import {
  AdaptiveAvgPool2d,
  BatchNorm,
  Conv2d,
  Flatten,
  Linear,
  PadChannels,
  ReLU,
  Residual,
  Sequential,
  Subsample,
} from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

const convolution = (channels: number, stride = 1): Layer =>
  Conv2d(channels, 3, { stride, padding: 1, bias: false, weightInit: 'heNormal' })

const body = (channels: number, stride: number) => ({
  conv1: convolution(channels, stride),
  bn1: BatchNorm(),
  relu1: ReLU(),
  conv2: convolution(channels),
  bn2: BatchNorm(),
})

/** Every second pixel, and zeros for the new channels: a shortcut without parameters (option A of section 3.3). */
const shortcut = (channels: number): Layer => Sequential(Subsample(2), PadChannels(channels))

const residualBlock = (channels: number, stride: number): Layer =>
  Residual(Sequential(body(channels, stride)), {
    shortcut: stride > 1 ? shortcut(channels) : undefined,
    activation: ReLU(),
  })

const plainBlock = (channels: number, stride: number): Layer => Sequential({ ...body(channels, stride), relu2: ReLU() })

export interface SmallResNetOptions {
  /** Outputs; 10 unless given. */
  readonly classes?: number
}

/** 6 n + 2 layers: three stages of n blocks with 16, 32 and 64 channels, each stage at half the size of the one before. */
const stages =
  (layers: number, block: (channels: number, stride: number) => Layer, { width = 16, stride = 1 } = {}) =>
  ({ classes = 10 }: SmallResNetOptions = {}): Layer => {
    const blocks = (layers - 2) / 6
    const stage = (channels: number): Layer =>
      Sequential(...Array.from({ length: blocks }, (_, i) => block(channels, i === 0 && channels > width ? 2 : 1)))
    return Sequential({
      conv1: convolution(width, stride),
      bn1: BatchNorm(),
      relu: ReLU(),
      layer1: stage(width),
      layer2: stage(2 * width),
      layer3: stage(4 * width),
      avgpool: AdaptiveAvgPool2d(1),
      flatten: Flatten(),
      fc: Linear(classes, { weightInit: 'heNormal' }),
    })
  }

/**
 * ResNet of 20 layers for small images: [N, 3, 32, 32] to logits [N, classes], 269,722 parameters (He, Zhang, Ren, Sun, "Deep Residual
 * Learning for Image Recognition", 2015, section 4.2 and table 6). Images may be of any size and number of channels.
 */
export const resnet20: (options?: SmallResNetOptions) => Layer = stages(20, residualBlock)
/** ResNet of 32 layers for small images: 464,154 parameters. */
export const resnet32: (options?: SmallResNetOptions) => Layer = stages(32, residualBlock)
/** ResNet of 44 layers for small images: 658,586 parameters. */
export const resnet44: (options?: SmallResNetOptions) => Layer = stages(44, residualBlock)
/** ResNet of 56 layers for small images: 853,018 parameters. */
export const resnet56: (options?: SmallResNetOptions) => Layer = stages(56, residualBlock)

/**
 * ResNet of 14 layers for pictures of about 96 x 96, such as those of the vision tasks: the same recipe with half as many channels again,
 * after a first convolution of stride 2.
 */
export const resnet14: (options?: SmallResNetOptions) => Layer = stages(14, residualBlock, { width: 24, stride: 2 })

/** The plain network that the residual one of 20 layers is compared with: the same layers without shortcuts (section 4.2). */
export const plain20: (options?: SmallResNetOptions) => Layer = stages(20, plainBlock)
/** The plain network of 32 layers. */
export const plain32: (options?: SmallResNetOptions) => Layer = stages(32, plainBlock)
/** The plain network of 44 layers. */
export const plain44: (options?: SmallResNetOptions) => Layer = stages(44, plainBlock)
/** The plain network of 56 layers: deeper, and worse on the training set itself than that of 20. */
export const plain56: (options?: SmallResNetOptions) => Layer = stages(56, plainBlock)
