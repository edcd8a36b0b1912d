import {
  batchNorm,
  conv2d,
  flatten,
  type Layer,
  linear,
  maxPool2d,
  relu,
  sequential,
} from '../packages/gentle/src/index.ts'

const widths = [32, 64, 128]

/** 3 x 3, with the batch's norm in place of a bias. */
const convolution = (channels: number): Layer[] => [
  conv2d(channels, 3, { padding: 1, bias: false, initializer: 'heNormal' }),
  batchNorm(),
  relu(),
]

/** VGG's pattern at a size for small images: twice 3 x 3 and pooling, three times, each with twice the channels of the one before. */
export const vggSmall = ({ classes }: { readonly classes: number }): Layer =>
  sequential(
    ...widths.flatMap((channels) => [...convolution(channels), ...convolution(channels), maxPool2d(2)]),
    flatten(),
    linear(classes),
  )
