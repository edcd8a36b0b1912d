/** Tensors taken apart along an axis, and put together along a new one. */
import { ShapeError } from '../core/errors.ts'
import { formatShape, normalizeAxes } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { concat, reshape, slice } from './structure.ts'

/** One axis, from 0. */
function axisOf(x: Tensor, axis: number, name: string): number {
  if (x.shape.length === 0) throw new ShapeError(`${name}: a scalar [] has no axis`)
  return normalizeAxes(axis, x.shape.length, name)[0]
}

/**
 * Cuts x along an axis into this many equal parts, or into parts of these sizes, as NumPy's and JAX's `split` (PyTorch's takes the size of a
 * part).
 * @throws ShapeError where parts are not equal, or sizes do not add up to the axis.
 */
export function split(x: Tensor, sizesOrCount: number | readonly number[], axis = 0): Tensor[] {
  const along = axisOf(x, axis, 'split')
  const length = x.shape[along]
  const size = typeof sizesOrCount === 'number' ? length / sizesOrCount : undefined
  if (size !== undefined && (!Number.isInteger(size) || size < 1))
    throw new ShapeError(
      `split: axis ${axis} of ${formatShape(x.shape)} cannot be cut into ${sizesOrCount} equal parts; give the sizes of the parts`,
    )
  const sizes = typeof sizesOrCount === 'number' ? Array<number>(sizesOrCount).fill(size!) : sizesOrCount
  if (sizes.some((n) => !Number.isInteger(n) || n < 1) || sizes.reduce((sum, n) => sum + n, 0) !== length)
    throw new ShapeError(
      `split: sizes ${formatShape(sizes)} do not add up to axis ${axis} of ${formatShape(x.shape)}; expected whole numbers of at least 1 with the sum ${length}`,
    )
  let start = 0
  return sizes.map((n) => {
    const starts = x.shape.map((_, a) => (a === along ? start : 0))
    start += n
    return slice(x, starts, x.shape.with(along, n))
  })
}

/**
 * Joins tensors of one shape along a new axis, which counts their number.
 * @throws ShapeError when shapes differ or the axis is outside the result's rank.
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ShapeError('stack: no tensors were given; give at least one')
  const [{ shape }] = tensors
  for (const x of tensors)
    if (formatShape(x.shape) !== formatShape(shape))
      throw new ShapeError(`stack: shapes ${formatShape(shape)} and ${formatShape(x.shape)} differ; they must be equal`)
  const [along] = normalizeAxes(axis, shape.length + 1, 'stack')
  return concat(
    tensors.map((x) => reshape(x, shape.toSpliced(along, 0, 1))),
    along,
  )
}

/**
 * The slices of x along an axis, without that axis: what `stack` puts together.
 * @throws ShapeError for an axis outside the rank.
 */
export function unstack(x: Tensor, axis = 0): Tensor[] {
  const along = axisOf(x, axis, 'unstack')
  return split(x, x.shape[along], along).map((part) => reshape(part, x.shape.toSpliced(along, 1)))
}

/**
 * x with axes of size 1 put in, which are these axes of the result.
 * @throws ShapeError for an axis outside the result's rank, or given twice.
 */
export function expandDims(x: Tensor, axes: number | readonly number[]): Tensor {
  const list = typeof axes === 'number' ? [axes] : axes
  const rank = x.shape.length + list.length
  const fresh = normalizeAxes(list, rank, 'expandDims')
  if (fresh.length < list.length) throw new ShapeError(`expandDims: axes ${formatShape(list)} name one axis twice`)
  const sizes = [...x.shape]
  return reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (fresh.includes(axis) ? 1 : sizes.shift()!)),
  )
}

/**
 * x without the given axes, which have size 1; without all such axes by default.
 * @throws ShapeError for an axis of another size.
 */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const dropped =
    axes === undefined
      ? x.shape.flatMap((n, axis) => (n === 1 ? [axis] : []))
      : normalizeAxes(axes, x.shape.length, 'squeeze')
  for (const axis of dropped)
    if (x.shape[axis] !== 1)
      throw new ShapeError(`squeeze: axis ${axis} of ${formatShape(x.shape)} has size ${x.shape[axis]}; expected 1`)
  return reshape(
    x,
    x.shape.filter((_, axis) => !dropped.includes(axis)),
  )
}
