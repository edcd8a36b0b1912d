/** One-dimensional convolution, of sequences. */
import { ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type Conv2dOptions, conv2d } from './conv2d.ts'
import { requireFloat32 } from './operands.ts'
import { asImages, asSequences, requireSequences } from './sequences.ts'
import { toCount } from './window.ts'

export interface Conv1dOptions {
  /** Step of the filters; 1 unless given. */
  readonly stride?: number
  /** Zeros before and behind each sequence; 0 unless given. */
  readonly padding?: number
  /** Distance between the taps of a filter; 1 unless given. */
  readonly dilation?: number
  /** Channels are cut into this many groups that do not see each other; 1 unless given. */
  readonly groups?: number
}

/** Options of the convolution of images of one row, checked. @throws ArgumentError */
export function conv1dOptions({ stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv1dOptions): Conv2dOptions {
  return {
    stride: [1, toCount(stride, 1, 'conv1d: stride')],
    padding: [0, toCount(padding, 0, 'conv1d: padding')],
    dilation: [1, toCount(dilation, 1, 'conv1d: dilation')],
    groups: toCount(groups, 1, 'conv1d: groups'),
  }
}

/**
 * Slides filters [O, C / groups, K] over sequences [N, C, L]: y[n, o, i] is the sum over c and a of x[n, c, i stride + a dilation - padding]
 * w[o, c, a], with zeros outside. As PyTorch's `conv1d`.
 * @throws ShapeError when shapes do not fit; ArgumentError for options out of range.
 */
export function conv1d(x: Tensor, w: Tensor, options: Conv1dOptions = {}): Tensor {
  const sliding = conv1dOptions(options)
  requireFloat32([x, w], 'conv1d')
  requireSequences(x, 'conv1d')
  const { groups = 1, padding = 0, dilation = 1 } = options
  const [, channels, length] = x.shape
  const [filters, groupChannels, taps] = w.shape
  if (w.shape.length !== 3 || channels !== groupChannels * groups || filters % groups !== 0)
    throw new ShapeError(
      `conv1d: sequences ${formatShape(x.shape)} and filters ${formatShape(w.shape)} in ${groups} groups; expected [N, C, L] and [O, C / groups, K] with O a multiple of the groups`,
    )
  if (dilation * (taps - 1) + 1 > length + 2 * padding)
    throw new ShapeError(
      `conv1d: a window of ${taps} with dilation ${dilation} does not fit a sequence of ${length} with padding ${padding}`,
    )
  return asSequences(conv2d(asImages(x), asImages(w), sliding))
}
