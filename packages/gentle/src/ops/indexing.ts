/**
 * Ops that work with indices: one-hot vectors, gathering rows or single elements, and the gradients of that. What an index outside picks is
 * NaN, or -2^31 of int32, so that no number comes of it that looks right; their gradients leave it out.
 */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, normalizeAxes, type Shape, sizeOf } from '../core/shape.ts'
import { defineOp, type Operand, type Reference, type Signature } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'

const requireIndices = ({ dtype }: Signature, where: string): void => {
  if (dtype !== 'int32') throw new ShapeError(`${where}: the indices are ${dtype}; expected int32`)
}

export const oneHotOp = defineOp({
  name: 'oneHot',
  infer([indices], { classes }: { classes: number }) {
    requireIndices(indices, 'oneHot')
    return { shape: [...indices.shape, classes], dtype: 'float32' }
  },
})

export const oneHotReference: Reference<typeof oneHotOp> = ([indices], { classes }, y) => {
  indices.data.forEach((index, i) => {
    const row = y.data.subarray(i * classes, (i + 1) * classes)
    row.fill(isInside(index, classes) ? 0 : Number.NaN)
    if (isInside(index, classes)) row[index] = 1
  })
}

export interface GatherAttributes {
  readonly axis: number
}

/** Sizes before, along and after the axis that is gathered. */
const splitAt = (shape: Shape, axis: number) => ({
  outer: sizeOf(shape.slice(0, axis)),
  along: shape[axis],
  inner: sizeOf(shape.slice(axis + 1)),
})

const isInside = (index: number, count: number): boolean => index >= 0 && index < count

/** What an index outside picks. */
const nothing = ({ dtype }: Signature): number => (dtype === 'int32' ? -(2 ** 31) : Number.NaN)

export const gatherOp = defineOp({
  name: 'gather',
  infer([x, indices], { axis }: GatherAttributes) {
    requireIndices(indices, 'gather')
    return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype }
  },
  gradient: ({ inputs: [x, indices], attributes: { axis } }, dy) => [
    scatterAdd(dy, indices, { axis, size: x.shape[axis] }),
    undefined,
  ],
})

export const gatherReference: Reference<typeof gatherOp> = ([x, indices], { axis }, y) => {
  const { outer, along, inner } = splitAt(x.shape, axis)
  const count = indices.data.length
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < count; i++)
      for (let j = 0; j < inner; j++)
        y.data[(o * count + i) * inner + j] = isInside(indices.data[i], along)
          ? x.data[(o * along + indices.data[i]) * inner + j]
          : nothing(y)
}

export interface ScatterAddAttributes extends GatherAttributes {
  readonly size: number
}

/** The gradient of gather: adds each slice of dy at its index, if there is such a place. */
export const scatterAddOp = defineOp({
  name: 'scatterAdd',
  infer([dy, indices], { axis, size }: ScatterAddAttributes) {
    requireIndices(indices, 'scatterAdd')
    return {
      shape: [...dy.shape.slice(0, axis), size, ...dy.shape.slice(axis + indices.shape.length)],
      dtype: 'float32',
    }
  },
  gradient: ({ inputs: [, indices], attributes: { axis } }, dx) => [
    apply(gatherOp, [dx, indices], { axis }),
    undefined,
  ],
})

export const scatterAddReference: Reference<typeof scatterAddOp> = ([dy, indices], { axis }, x) => {
  const { outer, along, inner } = splitAt(x.shape, axis)
  const count = indices.data.length
  x.data.fill(0)
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < count; i++)
      if (isInside(indices.data[i], along))
        for (let j = 0; j < inner; j++)
          x.data[(o * along + indices.data[i]) * inner + j] += dy.data[(o * count + i) * inner + j]
}

/** Sums of the elements of dy at each index along an axis of this size, which the other ops of the gradient are made of. */
export const addAlongAxis = (dy: Tensor, indices: Tensor, attributes: ScatterAddAttributes): Tensor =>
  apply(addAlongAxisOp, [dy, indices], attributes)

/** Sums of the slices of dy at each index along an axis of this size. */
export const scatterAdd = (dy: Tensor, indices: Tensor, attributes: ScatterAddAttributes): Tensor =>
  apply(scatterAddOp, [dy, indices], attributes)

/** @throws ShapeError unless indices are int32 and have all sizes of x but that along the axis. */
function checkIndicesAlong(x: Shape, indices: Signature, axis: number, where: string): void {
  requireIndices(indices, where)
  if (indices.shape.length !== x.length || x.some((n, a) => a !== axis && n !== indices.shape[a]))
    throw new ShapeError(
      `${where}: indices ${formatShape(indices.shape)} for a tensor of shape ${formatShape(x)}; expected the same sizes outside of axis ${axis}`,
    )
}

export const takeAlongAxisOp = defineOp({
  name: 'takeAlongAxis',
  infer([x, indices], { axis }: GatherAttributes) {
    checkIndicesAlong(x.shape, indices, axis, 'takeAlongAxis')
    return { shape: indices.shape, dtype: x.dtype }
  },
  gradient: ({ inputs: [x, indices], attributes: { axis } }, dy) => [
    addAlongAxis(dy, indices, { axis, size: x.shape[axis] }),
    undefined,
  ],
})

/** Visits the places of indices along an axis, each with that in a tensor with `size` elements there that its index names, -1 for one outside. */
function forEachAlongAxis(
  indices: Operand,
  { axis, size }: ScatterAddAttributes,
  visit: (i: number, at: number) => void,
): void {
  const { outer, along, inner } = splitAt(indices.shape, axis)
  for (let o = 0, i = 0; o < outer; o++)
    for (let k = 0; k < along; k++)
      for (let j = 0; j < inner; j++, i++) {
        const index = indices.data[i]
        visit(i, isInside(index, size) ? (o * size + index) * inner + j : -1)
      }
}

export const takeAlongAxisReference: Reference<typeof takeAlongAxisOp> = ([x, indices], { axis }, y) =>
  forEachAlongAxis(indices, { axis, size: x.shape[axis] }, (i, at) => {
    y.data[i] = at < 0 ? nothing(y) : x.data[at]
  })

/** The gradient of takeAlongAxis: adds each element of dy at its index, if there is such a place. */
export const addAlongAxisOp = defineOp({
  name: 'addAlongAxis',
  infer([dy, indices], { axis, size }: ScatterAddAttributes) {
    requireIndices(indices, 'addAlongAxis')
    return { shape: dy.shape.with(axis, size), dtype: 'float32' }
  },
  gradient: ({ inputs: [, indices], attributes: { axis } }, dx) => [takeAlongAxis(dx, indices, axis), undefined],
})

export const addAlongAxisReference: Reference<typeof addAlongAxisOp> = ([dy, indices], attributes, x) => {
  x.data.fill(0)
  forEachAlongAxis(indices, attributes, (i, at) => {
    if (at >= 0) x.data[at] += dy.data[i]
  })
}

/**
 * Rows of 0 with a 1 at each index: int32 [...] becomes float32 [..., classes]. An index outside 0 to classes - 1 gives
 * a row of NaN.
 */
export function oneHot(indices: Tensor, classes: number): Tensor {
  if (!Number.isInteger(classes) || classes < 1)
    throw new ArgumentError(`oneHot: classes is ${classes}; expected a whole number of at least 1`)
  return apply(oneHotOp, [indices], { classes })
}

/**
 * Slices of x picked by int32 indices along an axis, which is replaced by the indices' shape. An index outside picks NaN, of int32 -2^31, and no
 * gradient flows through it.
 * @throws ShapeError for an axis outside the rank or indices that are not int32.
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  if (x.shape.length === 0) throw new ShapeError(`gather: a scalar ${formatShape(x.shape)} has no axis`)
  return apply(gatherOp, [x, indices], { axis: normalizeAxes(axis, x.shape.length, 'gather')[0] })
}

/**
 * Elements of x picked along an axis, each by an int32 index of its own: the result has the shape of the indices, whose other sizes are those
 * of x. As NumPy's `take_along_axis` and PyTorch's `gather`. An index outside picks NaN, of int32 -2^31, and no gradient flows through it.
 * @throws ShapeError for an axis outside the rank, indices that are not int32 or of other sizes.
 */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis: number): Tensor {
  if (x.shape.length === 0) throw new ShapeError('takeAlongAxis: a scalar [] has no axis')
  return apply(takeAlongAxisOp, [x, indices], { axis: normalizeAxes(axis, x.shape.length, 'takeAlongAxis')[0] })
}
