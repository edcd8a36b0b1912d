import {
  AdaptiveAvgPool2d,
  BatchNorm,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  ReLU,
  Residual,
  Sequential,
} from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

const convolution = (channels: number, kernel: number, stride = 1): Layer =>
  Conv2d(channels, kernel, { stride, padding: (kernel - 1) / 2, bias: false, weightInit: 'heNormalOut' })

/** Brings the input to the shape of the body's output, where the two differ (option B of section 3.3). */
const projection = (channels: number, stride: number): Layer =>
  Sequential(convolution(channels, 1, stride), BatchNorm())

/** One residual block of a stage; `project` where its input has another shape than its output. */
type Block = (width: number, stride: number, project: boolean) => Layer

/** Two convolutions of 3 x 3 (figure 5, left). */
const basic: Block = (width, stride, project) =>
  Residual(
    Sequential({
      conv1: convolution(width, 3, stride),
      bn1: BatchNorm(),
      relu: ReLU(),
      conv2: convolution(width, 3),
      bn2: BatchNorm(),
    }),
    { shortcut: project ? projection(width, stride) : undefined, activation: ReLU() },
  )

/**
 * The bottleneck: 1 x 1 down, 3 x 3, 1 x 1 up to four times the width (figure 5, right). The stride is in the 3 x 3, as torchvision has
 * it; the paper has it in the first 1 x 1.
 */
const bottleneck: Block = (width, stride, project) =>
  Residual(
    Sequential({
      conv1: convolution(width, 1),
      bn1: BatchNorm(),
      relu1: ReLU(),
      conv2: convolution(width, 3, stride),
      bn2: BatchNorm(),
      relu2: ReLU(),
      conv3: convolution(4 * width, 1),
      bn3: BatchNorm(),
    }),
    { shortcut: project ? projection(4 * width, stride) : undefined, activation: ReLU() },
  )

/** Blocks of each of the four stages (table 1). */
const depths = {
  18: [basic, [2, 2, 2, 2]],
  34: [basic, [3, 4, 6, 3]],
  50: [bottleneck, [3, 4, 6, 3]],
  101: [bottleneck, [3, 4, 23, 3]],
  152: [bottleneck, [3, 8, 36, 3]],
} as const

export interface ResNetOptions {
  /** Outputs; 1000 unless given. */
  readonly classes?: number
  /**
   * How it begins: 'imagenet', a convolution of 7 x 7 and a pooling, each of stride 2; or 'cifar', a convolution of 3 x 3 that keeps the
   * size, for images of about 32 x 32. 'imagenet' unless given.
   */
  readonly stem?: 'imagenet' | 'cifar'
}

const resnet =
  (depth: keyof typeof depths) =>
  ({ classes = 1000, stem = 'imagenet' }: ResNetOptions = {}): Layer => {
    const [block, counts] = depths[depth]
    const stage = (index: number): Layer =>
      Sequential(
        ...Array.from({ length: counts[index] }, (_, i) => {
          const stride = i === 0 && index > 0 ? 2 : 1
          return block(64 * 2 ** index, stride, i === 0 && (index > 0 || block === bottleneck))
        }),
      )
    const whole = stem === 'imagenet'
    return Sequential({
      conv1: whole ? convolution(64, 7, 2) : convolution(64, 3),
      bn1: BatchNorm(),
      relu: ReLU(),
      ...(whole ? { maxpool: MaxPool2d(3, { stride: 2, padding: 1 }) } : {}),
      layer1: stage(0),
      layer2: stage(1),
      layer3: stage(2),
      layer4: stage(3),
      avgpool: AdaptiveAvgPool2d(1),
      flatten: Flatten(),
      fc: Linear(classes),
    })
  }

/**
 * ResNet with 18 layers: images [N, 3, 224, 224] to logits [N, classes], 11,689,512 parameters (He, Zhang, Ren, Sun, "Deep Residual Learning
 * for Image Recognition", 2015, table 1). Names are torchvision's. Images may be of any size from 32, and smaller with the 'cifar' stem.
 */
export const resnet18: (options?: ResNetOptions) => Layer = resnet(18)
/** ResNet with 34 layers: 21,797,672 parameters. */
export const resnet34: (options?: ResNetOptions) => Layer = resnet(34)
/** ResNet with 50 layers, in bottlenecks: 25,557,032 parameters. */
export const resnet50: (options?: ResNetOptions) => Layer = resnet(50)
/** ResNet with 101 layers: 44,549,160 parameters. */
export const resnet101: (options?: ResNetOptions) => Layer = resnet(101)
/** ResNet with 152 layers: 60,192,808 parameters. */
export const resnet152: (options?: ResNetOptions) => Layer = resnet(152)
