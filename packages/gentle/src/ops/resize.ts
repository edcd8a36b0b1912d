/** Resizing of one axis by any rule: whatever each new place takes of the old ones is a matrix. */
import { ShapeError } from '../core/errors.ts'
import { formatShape, normalizeAxes, sizeOf } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { matmul } from './matmul.ts'
import { reshape } from './structure.ts'

/**
 * x with places along an axis that are weighted sums of those of before: weights [from, to] tell what each old place gives to each new one. Pictures are
 * resized, by any method that treats rows and columns alike, by two of these.
 * @throws ShapeError where the weights are not [from, to], or for an axis outside the rank.
 */
export function resizeByWeights(x: Tensor, axis: number, weights: Tensor): Tensor {
  const [along] = normalizeAxes(axis, x.shape.length, 'resizeByWeights')
  const [from, to] = weights.shape
  if (weights.shape.length !== 2 || x.shape[along] !== from)
    throw new ShapeError(
      `resizeByWeights: weights ${formatShape(weights.shape)} for axis ${axis} of ${formatShape(x.shape)}; expected [${x.shape[along]}, places]`,
    )
  const [outer, inner] = [sizeOf(x.shape.slice(0, along)), sizeOf(x.shape.slice(along + 1))]
  const resized =
    inner === 1
      ? matmul(reshape(x, [outer, from]), weights)
      : matmul(weights, reshape(x, [outer, from, inner]), { transposeA: true })
  return reshape(resized, x.shape.with(along, to))
}
