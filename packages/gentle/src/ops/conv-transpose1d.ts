/** The transpose of a convolution of sequences. */
import { ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { convTranspose2d } from './conv-transpose2d.ts'
import { type Conv1dOptions, conv1dOptions } from './conv1d.ts'
import { asImages, asSequences, requireSequences } from './sequences.ts'
import { toCount } from './window.ts'

export interface ConvTranspose1dOptions extends Conv1dOptions {
  /** Elements more at the end, below the stride or the dilation: several lengths shrink to the same one. */
  readonly outputPadding?: number
}

/**
 * The transpose of a convolution, which makes sequences longer: each element of [N, C, L] adds its multiple of a filter [C, O / groups, K] to the
 * result [N, O, L'], where L' = (L - 1) stride - 2 padding + dilation (K - 1) + outputPadding + 1. As PyTorch's `conv_transpose1d`.
 * @throws ShapeError when shapes do not fit or nothing is left of the result; ArgumentError for options out of range.
 */
export function convTranspose1d(
  x: Tensor,
  w: Tensor,
  { outputPadding = 0, ...options }: ConvTranspose1dOptions = {},
): Tensor {
  const sliding = conv1dOptions(options)
  const more = toCount(outputPadding, 0, 'convTranspose1d: outputPadding')
  requireSequences(x, 'convTranspose1d')
  if (w.shape.length !== 3)
    throw new ShapeError(`convTranspose1d: filters have shape ${formatShape(w.shape)}; expected [C, O / groups, K]`)
  return asSequences(convTranspose2d(asImages(x), asImages(w), { ...sliding, outputPadding: [0, more] }))
}
