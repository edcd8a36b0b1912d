import {
  BatchNorm,
  Conv2d,
  Flatten,
  type Layer,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '../packages/gentle/src/entries/index.ts'

const widths = [32, 64, 128]

/** 3 x 3, with the batch's norm in place of a bias. */
const convolution = (channels: number): Layer[] => [
  Conv2d(channels, 3, { padding: 1, bias: false, weightInit: 'heNormal' }),
  BatchNorm(),
  ReLU(),
]

/** VGG's pattern at a size for small images: twice 3 x 3 and pooling, three times, each with twice the channels of the one before. */
export const vggSmall = ({ classes }: { readonly classes: number }): Layer =>
  Sequential(
    ...widths.flatMap((channels) => [...convolution(channels), ...convolution(channels), MaxPool2d(2)]),
    Flatten(),
    Linear(classes),
  )
