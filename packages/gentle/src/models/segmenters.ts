import { BatchNorm, Concat, Conv2d, MaxPool2d, ReLU, Residual, Sequential, Upsample2d } from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

export interface SegmenterOptions {
  /** Classes of pixels; 21 unless given, as Pascal VOC has them. */
  readonly classes?: number
  /** Channels of the first level, doubled at each further one. */
  readonly width?: number
  /** How often the picture is halved. Its sides have to be multiples of 2 to this power. */
  readonly depth?: number
}

const convolution = (channels: number): Layer =>
  Sequential({
    conv: Conv2d(channels, 3, { padding: 1, bias: false, weightInit: 'heNormal' }),
    bn: BatchNorm(),
    relu: ReLU(),
  })

const twice = (channels: number): Layer => Sequential(convolution(channels), convolution(channels))

/**
 * U-Net: pictures [N, C, H, W] to logits [N, classes, H, W] (Ronneberger, Fischer, Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015,
 * figure 1). Down to small maps that know what there is, and up again; at each level what came down is laid beside what comes up, which knows where. Unlike the
 * paper's, its convolutions are padded and normalised, so that the output is as large as the picture. The paper's width is 64; 16 unless given, with depth 4.
 */
export function unet({ classes = 21, width = 16, depth = 4 }: SegmenterOptions = {}): Layer {
  const level = (channels: number, below: number): Layer =>
    below === 0
      ? twice(channels)
      : Sequential({
          down: twice(channels),
          join: Concat({
            skip: Sequential(),
            deeper: Sequential({
              pool: MaxPool2d(2),
              level: level(2 * channels, below - 1),
              grow: Upsample2d(2),
              conv: convolution(channels),
            }),
          }),
          up: twice(channels),
        })
  return Sequential({ net: level(width, depth), head: Conv2d(classes, 1) })
}

/**
 * Fully convolutional network: pictures [N, C, H, W] to logits [N, classes, H, W] (Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic
 * Segmentation", 2015, section 4 and figure 3). Each level gives scores for all classes; the coarse ones are enlarged and added to the finer ones, the skips. Width 16
 * and depth 3 unless given; its finest scores have half the picture's sides.
 */
export function fcn({ classes = 21, width = 16, depth = 3 }: SegmenterOptions = {}): Layer {
  const score = (): Layer => Conv2d(classes, 1)
  const from = (channels: number, below: number): Layer => {
    const stage = Sequential(twice(channels), MaxPool2d(2))
    if (below === 1) return Sequential({ stage, score: score() })
    const coarser = Sequential({ level: from(2 * channels, below - 1), grow: Upsample2d(2, { method: 'bilinear' }) })
    return Sequential({ stage, sum: Residual(coarser, { shortcut: score() }) })
  }
  return Sequential({ level: from(width, depth), grow: Upsample2d(2, { method: 'bilinear' }) })
}
