/** Pooling of sequences: each channel's window is reduced to one number, its maximum or its mean. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type AvgPool2dOptions, avgPool2d, maxPool2d } from './pool2d.ts'
import { mean } from './reduce.ts'
import { asImages, asSequences, requireSequences } from './sequences.ts'
import { type Both, toCount } from './window.ts'

export interface Pool1dOptions {
  /** Step of the window; its size by default, so that windows tile the sequence. */
  readonly stride?: number
  /** Zeros (average) or nothing (maximum) before and behind each sequence, less than the window. */
  readonly padding?: number
  /** Whether a last window that begins within the sequence or the padding before it may end outside; false unless given. */
  readonly ceilMode?: boolean
}

export interface AvgPool1dOptions extends Pool1dOptions {
  /** Whether zeros of the padding count in the mean; true unless given. What lies beyond the padding never counts. */
  readonly countIncludePad?: boolean
}

/** The window on images of one row, checked. @throws ArgumentError */
export function pool1dWindow(
  size: number,
  { stride = size, padding = 0, ceilMode = false, countIncludePad }: AvgPool1dOptions,
): { readonly size: Both; readonly options: AvgPool2dOptions } {
  toCount(size, 1, 'pool1d: size')
  toCount(stride, 1, 'pool1d: stride')
  if (toCount(padding, 0, 'pool1d: padding') >= size)
    throw new ArgumentError(`pool1d: padding ${padding} is not below the window ${size}; some windows would be empty`)
  return { size: [1, size], options: { stride: [1, stride], padding: [0, padding], ceilMode, countIncludePad } }
}

function pool(x: Tensor, size: number, options: AvgPool1dOptions, of: typeof avgPool2d, name: string): Tensor {
  const window = pool1dWindow(size, options)
  requireSequences(x, name)
  const { padding = 0, ceilMode = false } = options
  if (!ceilMode && size > x.shape[2] + 2 * padding)
    throw new ShapeError(
      `${name}: a window of ${size} does not fit a sequence of ${x.shape[2]} with padding ${padding}`,
    )
  return asSequences(of(asImages(x), window.size, window.options))
}

/**
 * Largest number of each window of sequences [N, C, L]. As PyTorch's `max_pool1d`.
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export const maxPool1d = (x: Tensor, size: number, options: Pool1dOptions = {}): Tensor =>
  pool(x, size, options, maxPool2d, 'maxPool1d')

/**
 * Mean of each window of sequences [N, C, L]. As PyTorch's `avg_pool1d`.
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export const avgPool1d = (x: Tensor, size: number, options: AvgPool1dOptions = {}): Tensor =>
  pool(x, size, options, avgPool2d, 'avgPool1d')

/** Mean of each channel of sequences [N, C, L], as [N, C]. @throws ShapeError for a tensor of another rank. */
export function globalAvgPool1d(x: Tensor): Tensor {
  requireSequences(x, 'globalAvgPool1d')
  return mean(x, 2)
}
