/** Ops that move elements without computing: reshape, transpose, broadcast, concat, slice, pad. */
import { ShapeError } from '../core/errors.ts'
import {
  broadcastShapes,
  broadcastStrides,
  formatShape,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
} from '../core/shape.ts'
import { defineOp, type Operand, type Reference } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { sumTo } from './elementwise.ts'

/** Copies into `to`, in order, the elements of `from` at `start` + Σ index · stride. */
function copyStrided(from: Operand, strides: readonly number[], start: number, to: Operand): void {
  const own = stridesOf(to.shape)
  const size = sizeOf(to.shape)
  for (let i = 0; i < size; i++) {
    let offset = start
    for (let axis = 0; axis < own.length; axis++) offset += (Math.floor(i / own[axis]) % to.shape[axis]) * strides[axis]
    to.data[i] = from.data[offset]
  }
}

/** Copies `from`, in order, to the places of `to` at `start` + Σ index · stride. */
function placeStrided(from: Operand, strides: readonly number[], start: number, to: Operand): void {
  const own = stridesOf(from.shape)
  const size = sizeOf(from.shape)
  for (let i = 0; i < size; i++) {
    let offset = start
    for (let axis = 0; axis < own.length; axis++)
      offset += (Math.floor(i / own[axis]) % from.shape[axis]) * strides[axis]
    to.data[offset] = from.data[i]
  }
}

/** One zero for each axis: nothing to do. */
const isZero = (counts: readonly number[], x: Tensor): boolean =>
  counts.length === x.shape.length && counts.every((n) => n === 0)

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((total, x, i) => total + x * b[i], 0)

const isCount = (n: number, least: number): boolean => Number.isInteger(n) && n >= least

export const reshapeOp = defineOp({
  name: 'reshape',
  infer: ([x], { shape }: { shape: Shape }) => ({ shape, dtype: x.dtype }),
  gradient: ({ inputs: [x] }, dy) => [reshape(dy, x.shape)],
})

export const reshapeReference: Reference<typeof reshapeOp> = ([x], _, y) => y.data.set(x.data)

export const transposeOp = defineOp({
  name: 'transpose',
  infer: ([x], { order }: { order: readonly number[] }) => ({
    shape: order.map((axis) => x.shape[axis]),
    dtype: x.dtype,
  }),
  gradient: ({ attributes: { order } }, dy) => [
    transpose(
      dy,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
})

export const transposeReference: Reference<typeof transposeOp> = ([x], { order }, y) => {
  const strides = stridesOf(x.shape)
  copyStrided(
    x,
    order.map((axis) => strides[axis]),
    0,
    y,
  )
}

export const broadcastToOp = defineOp({
  name: 'broadcastTo',
  infer([x], { shape }: { shape: Shape }) {
    if (!sameShape(broadcastShapes(x.shape, shape, 'broadcastTo'), shape))
      throw new ShapeError(`broadcastTo: ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}`)
    return { shape, dtype: x.dtype }
  },
  gradient: ({ inputs: [x] }, dy) => [sumTo(dy, x.shape)],
})

export const broadcastToReference: Reference<typeof broadcastToOp> = ([x], _, y) =>
  copyStrided(x, broadcastStrides(x.shape, y.shape), 0, y)

export const concatOp = defineOp({
  name: 'concat',
  infer(inputs, { axis }: { axis: number }) {
    const [first, ...rest] = inputs
    for (const x of rest)
      if (x.shape.length !== first.shape.length || x.shape.some((n, a) => a !== axis && n !== first.shape[a]))
        throw new ShapeError(
          `concat: ${formatShape(x.shape)} and ${formatShape(first.shape)} differ outside axis ${axis}; all other sizes must be equal`,
        )
    for (const x of rest)
      if (x.dtype !== first.dtype)
        throw new ShapeError(`concat: tensors are ${first.dtype} and ${x.dtype}; all must be of one type`)
    const total = inputs.reduce((count, x) => count + x.shape[axis], 0)
    return { shape: first.shape.map((n, a) => (a === axis ? total : n)), dtype: first.dtype }
  },
  gradient({ inputs, attributes: { axis } }, dy) {
    let start = 0
    return inputs.map((x) => {
      const starts = x.shape.map((_, a) => (a === axis ? start : 0))
      start += x.shape[axis]
      return slice(dy, starts, x.shape)
    })
  },
})

export const concatReference: Reference<typeof concatOp> = (inputs, { axis }, y) => {
  const strides = stridesOf(y.shape)
  let start = 0
  for (const x of inputs) {
    placeStrided(x, strides, start * strides[axis], y)
    start += x.shape[axis]
  }
}

export const sliceOp = defineOp({
  name: 'slice',
  infer([x], { starts, sizes }: { starts: readonly number[]; sizes: Shape }) {
    const fits = x.shape.length === starts.length && x.shape.length === sizes.length
    if (!fits || x.shape.some((n, a) => !isCount(starts[a], 0) || !isCount(sizes[a], 1) || starts[a] + sizes[a] > n))
      throw new ShapeError(
        `slice: ${formatShape(sizes)} elements from ${formatShape(starts)} do not lie in a tensor of shape ${formatShape(x.shape)}`,
      )
    return { shape: sizes, dtype: x.dtype }
  },
  gradient: ({ inputs: [x], attributes: { starts, sizes } }, dy) => [
    pad(
      dy,
      starts,
      x.shape.map((n, a) => n - starts[a] - sizes[a]),
    ),
  ],
})

export const sliceReference: Reference<typeof sliceOp> = ([x], { starts }, y) => {
  const strides = stridesOf(x.shape)
  copyStrided(x, strides, dot(starts, strides), y)
}

export interface PadAttributes {
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly value: number
}

export const padOp = defineOp({
  name: 'pad',
  infer([x], { before, after }: PadAttributes) {
    if (
      before.length !== x.shape.length ||
      after.length !== x.shape.length ||
      [...before, ...after].some((n) => !isCount(n, 0))
    )
      throw new ShapeError(
        `pad: ${formatShape(before)} before and ${formatShape(after)} after do not fit a tensor of shape ${formatShape(x.shape)}; give a number from 0 for each axis`,
      )
    return { shape: x.shape.map((n, a) => before[a] + n + after[a]), dtype: x.dtype }
  },
  gradient: ({ inputs: [x], attributes: { before } }, dy) => [slice(dy, before, x.shape)],
})

export const padReference: Reference<typeof padOp> = ([x], { before, value }, y) => {
  y.data.fill(value)
  const strides = stridesOf(y.shape)
  placeStrided(x, strides, dot(before, strides), y)
}

/**
 * The same elements in row-major order under another shape; one size may be -1 and is worked out.
 * @throws ShapeError when the number of elements differs.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1)
  const size = sizeOf(x.shape)
  const full = shape.map((n) => (n === -1 ? size / known : n))
  if (sizeOf(full) !== size || full.some((n) => !Number.isInteger(n) || n < 1))
    throw new ShapeError(
      `reshape: ${formatShape(x.shape)} has ${size} elements and cannot take shape ${formatShape(shape)}`,
    )
  return sameShape(full, x.shape) ? x : apply(reshapeOp, [x], { shape: full })
}

/**
 * Axes in another order: axis i of the result is axis order[i] of x. Reversed by default.
 * @throws ShapeError when the order is not a permutation.
 */
export function transpose(
  x: Tensor,
  order: readonly number[] = x.shape.map((_, axis) => x.shape.length - 1 - axis),
): Tensor {
  if (order.length !== x.shape.length || x.shape.some((_, axis) => !order.includes(axis)))
    throw new ShapeError(`transpose: ${formatShape(order)} is not an order of the axes of ${formatShape(x.shape)}`)
  return order.every((axis, i) => axis === i) ? x : apply(transposeOp, [x], { order })
}

/**
 * Repeats x along axes of size 1, or new leading ones, to fill a shape.
 * @throws ShapeError when it does not broadcast.
 */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : apply(broadcastToOp, [x], { shape })

/**
 * Joins tensors along an axis.
 * @throws ShapeError when sizes along the other axes differ.
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ShapeError('concat: no tensors were given; give at least one')
  const rank = tensors[0].shape.length
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    throw new ShapeError(`concat: axis ${axis} is outside tensors of rank ${rank}`)
  return apply(concatOp, tensors, { axis: axis < 0 ? axis + rank : axis })
}

/**
 * The box of `sizes` elements that begins at `starts`.
 * @throws ShapeError when it does not lie within x.
 */
export const slice = (x: Tensor, starts: readonly number[], sizes: Shape): Tensor =>
  sameShape(sizes, x.shape) && isZero(starts, x) ? x : apply(sliceOp, [x], { starts, sizes })

/**
 * Surrounds x with a value: `before` and `after` elements along each axis.
 * @throws ShapeError for negative numbers or another rank.
 */
export const pad = (x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor =>
  isZero(before, x) && isZero(after, x) ? x : apply(padOp, [x], { before, after, value })
