import {
  AdaptiveAvgPool2d,
  BatchNorm,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  ReLU6,
  Residual,
  Sequential,
} from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

const convolution = (channels: number, kernel: number, stride: number, groups = 1): Layer[] => [
  Conv2d(channels, kernel, {
    stride,
    padding: (kernel - 1) / 2,
    groups,
    bias: false,
    weightInit: 'heNormalOut',
  }),
  BatchNorm(),
]

const activated = (channels: number, kernel: number, stride: number, groups = 1): Layer =>
  Sequential(...convolution(channels, kernel, stride, groups), ReLU6())

/**
 * The inverted residual (figure 3b): 1 x 1 up to `expansion` times the channels, a filter of 3 x 3 for each channel alone, 1 x 1 down
 * without activation; the shortcut joins the narrow ends.
 */
function invertedResidual(from: number, to: number, stride: number, expansion: number): Layer {
  const wide = from * expansion
  const conv = Sequential(
    ...(expansion === 1 ? [] : [activated(wide, 1, 1)]),
    activated(wide, 3, stride, wide),
    ...convolution(to, 1, 1),
  )
  return stride === 1 && from === to ? Residual(Sequential({ conv })) : Sequential({ conv })
}

/** Expansion t, channels c, blocks n and first stride s (table 2). */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

export interface MobileNetOptions {
  /** Outputs; 1000 unless given. */
  readonly classes?: number
}

/**
 * MobileNetV2: images [N, 3, 224, 224] to logits [N, classes], 3,504,872 parameters (Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2:
 * Inverted Residuals and Linear Bottlenecks", 2018, table 2). Names are torchvision's. Images may be of any size from 32.
 */
export function mobilenetV2({ classes = 1000 }: MobileNetOptions = {}): Layer {
  let from = 32
  const blocks = stages.flatMap(([expansion, channels, count, stride]) =>
    Array.from({ length: count }, (_, i) => {
      const block = invertedResidual(from, channels, i === 0 ? stride : 1, expansion)
      from = channels
      return block
    }),
  )
  return Sequential({
    features: Sequential(activated(32, 3, 2), ...blocks, activated(1280, 1, 1)),
    avgpool: AdaptiveAvgPool2d(1),
    flatten: Flatten(),
    classifier: Sequential(Dropout(0.2), Linear(classes, { weightInit: { normal: 0.01 } })),
  })
}
