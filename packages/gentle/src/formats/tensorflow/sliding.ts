/** Convolutions and pooling with TensorFlow's padding, of tensors [N, C, H, W]. */
import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { convTranspose2d } from '../../ops/conv-transpose2d.ts'
import { conv2d } from '../../ops/conv2d.ts'
import { avgPool2d, maxPool2d } from '../../ops/pool2d.ts'
import { pad, reshape, slice, transpose } from '../../ops/structure.ts'
import type { Both } from '../../ops/window.ts'

/** None; as much as makes the output ceil(size / stride), the larger half behind; or so much before and behind rows and columns. */
export type Padding = 'valid' | 'same' | { readonly before: Both; readonly after: Both }

export interface Window {
  readonly stride: Both
  readonly dilation: Both
  readonly padding: Padding
}

const both = (of: (axis: 0 | 1) => number): Both => [of(0), of(1)]

/** What SAME adds along an axis so that a window of `reach` pixels gives ceil(size / stride). */
const missing = (size: number, reach: number, stride: number): number =>
  Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size)

/** The most rows or columns of a window. */
const maxRows = 2 ** 16

/** Padding before and behind rows and columns, in pixels. */
function pixels(size: Both, kernel: Both, { stride, dilation, padding }: Window): { before: Both; after: Both } {
  if (kernel.some((n) => n > maxRows))
    throw new ShapeError(`a window of ${formatShape(kernel)} pixels; expected at most ${maxRows} along an axis`)
  if (padding === 'valid') return { before: [0, 0], after: [0, 0] }
  if (padding !== 'same') return padding
  const all = both((axis) => missing(size[axis], (kernel[axis] - 1) * dilation[axis] + 1, stride[axis]))
  return { before: both((axis) => Math.floor(all[axis] / 2)), after: both((axis) => Math.ceil(all[axis] / 2)) }
}

const surrounded = (x: Tensor, before: Both, after: Both): Tensor => pad(x, [0, 0, ...before], [0, 0, ...after])

const sizeOfImages = (x: Tensor): Both => [x.shape[2], x.shape[3]]

/** Convolution with filters [KH, KW, C / groups, O], as TensorFlow stores them. */
export function convolve(x: Tensor, kernel: Tensor, window: Window): Tensor {
  const filters = transpose(kernel, [3, 2, 0, 1])
  return slide(x, filters, window, x.shape[1] / kernel.shape[2])
}

/** Convolution of each channel alone with filters [KH, KW, C, M]: channel c M + m of the result is of channel c. */
export function convolveDepthwise(x: Tensor, kernel: Tensor, window: Window): Tensor {
  const [height, width, channels, multiplier] = kernel.shape
  const filters = reshape(transpose(kernel, [2, 3, 0, 1]), [channels * multiplier, 1, height, width])
  return slide(x, filters, window, channels)
}

function slide(x: Tensor, filters: Tensor, window: Window, groups: number): Tensor {
  const { stride, dilation } = window
  const { before, after } = pixels(sizeOfImages(x), [filters.shape[2], filters.shape[3]], window)
  const even = before.every((n, axis) => n === after[axis])
  const images = even ? x : surrounded(x, before, after)
  return conv2d(images, filters, { stride, dilation, groups, padding: even ? before : 0 })
}

/**
 * The transpose of a convolution with filters [KH, KW, O, C] whose images are of `size`, as TensorFlow counts it: what the convolution would
 * pad is cut off, and what it does not see is 0.
 */
export function convolveTransposed(x: Tensor, kernel: Tensor, size: Both, window: Window): Tensor {
  const { stride, dilation } = window
  const { before } = pixels(size, [kernel.shape[0], kernel.shape[1]], window)
  const all = convTranspose2d(x, transpose(kernel, [3, 2, 0, 1]), { stride, dilation })
  const short = both((axis) => Math.max(0, before[axis] + size[axis] - all.shape[2 + axis]))
  return slice(surrounded(all, [0, 0], short), [0, 0, ...before], [x.shape[0], all.shape[1], ...size])
}

type PoolWindow = Omit<Window, 'dilation'>

/** Padding as pooling takes it, [[top, bottom], [left, right]]. */
function poolPadding(x: Tensor, kernel: Both, { stride, padding }: PoolWindow): readonly [Both, Both] {
  const { before, after } = pixels(sizeOfImages(x), kernel, { stride, padding, dilation: [1, 1] })
  return [
    [before[0], after[0]],
    [before[1], after[1]],
  ]
}

/** The largest pixel of each window; padding is none. */
export const poolMax = (x: Tensor, kernel: Both, window: PoolWindow): Tensor =>
  maxPool2d(x, kernel, { stride: window.stride, padding: poolPadding(x, kernel, window) })

/** The mean of each window's pixels; padding does not count. */
export const poolMean = (x: Tensor, kernel: Both, window: PoolWindow): Tensor =>
  avgPool2d(x, kernel, { stride: window.stride, padding: poolPadding(x, kernel, window), countIncludePad: false })
