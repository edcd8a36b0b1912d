/** Ops that move elements: reshape, transpose, broadcast, concat, slice, pad, and the sum of slices in the places that they came from. */
import { ShapeError } from '../core/errors.ts'
import {
  broadcastShapes,
  broadcastStrides,
  formatShape,
  normalizeAxes,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
} from '../core/shape.ts'
import { defineOp, type Operand, type Reference } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { sumTo } from './elementwise.ts'
import { requireFloat32 } from './operands.ts'

/** Visits the elements of a shape in order, each with the offset `start` + Σ index · stride. */
function visitStrided(
  shape: Shape,
  strides: readonly number[],
  start: number,
  visit: (i: number, offset: number) => void,
): void {
  const own = stridesOf(shape)
  const size = sizeOf(shape)
  for (let i = 0; i < size; i++) {
    let offset = start
    for (let axis = 0; axis < own.length; axis++) offset += (Math.floor(i / own[axis]) % shape[axis]) * strides[axis]
    visit(i, offset)
  }
}

/** Copies into `to`, in order, the elements of `from` at `start` + Σ index · stride. */
const copyStrided = (from: Operand, strides: readonly number[], start: number, to: Operand): void =>
  visitStrided(to.shape, strides, start, (i, offset) => {
    to.data[i] = from.data[offset]
  })

/** Copies `from`, in order, to the places of `to` at `start` + Σ index · stride. */
const placeStrided = (from: Operand, strides: readonly number[], start: number, to: Operand): void =>
  visitStrided(from.shape, strides, start, (i, offset) => {
    to.data[offset] = from.data[i]
  })

/** One zero for each axis: nothing to do. */
const isZero = (counts: readonly number[], x: Tensor): boolean =>
  counts.length === x.shape.length && counts.every((n) => n === 0)

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((total, x, i) => total + x * b[i], 0)

const isCount = (n: number, min: number): boolean => Number.isInteger(n) && n >= min

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

/** Where a slice lies in a tensor: element i along an axis is at start + i stride. */
export interface SlicePlace {
  readonly starts: readonly number[]
  /** 1 along each axis unless given. */
  readonly strides?: readonly number[]
}

export interface SliceAttributes extends SlicePlace {
  readonly sizes: Shape
}

/**
 * The distance, in elements of a tensor, from its first element to that of a slice, and from one element of the slice to the next.
 * `tensor` are the tensor's own strides.
 */
export const sliceSteps = (tensor: readonly number[], { starts, strides }: SlicePlace) => ({
  offset: dot(tensor, starts),
  strides: tensor.map((stride, axis) => stride * (strides?.[axis] ?? 1)),
})

/** @throws ShapeError unless a slice of these sizes lies in the shape. */
function checkPlace(shape: Shape, sizes: Shape, { starts, strides = shape.map(() => 1) }: SlicePlace, name: string) {
  const fits = [starts, sizes, strides].every(({ length }) => length === shape.length)
  const lies = (n: number, axis: number): boolean =>
    isCount(starts[axis], 0) &&
    starts[axis] < n &&
    isCount(sizes[axis], 1) &&
    Number.isInteger(strides[axis]) &&
    strides[axis] !== 0 &&
    isCount(starts[axis] + (sizes[axis] - 1) * strides[axis], 0) &&
    starts[axis] + (sizes[axis] - 1) * strides[axis] < n
  if (fits && shape.every(lies)) return
  const steps = strides.every((stride) => stride === 1) ? '' : ` in strides ${formatShape(strides)}`
  throw new ShapeError(
    `${name}: ${formatShape(sizes)} elements from ${formatShape(starts)}${steps} do not lie in a tensor of shape ${formatShape(shape)}`,
  )
}

export const sliceOp = defineOp({
  name: 'slice',
  infer([x], attributes: SliceAttributes) {
    checkPlace(x.shape, attributes.sizes, attributes, 'slice')
    return { shape: attributes.sizes, dtype: x.dtype }
  },
  gradient({ inputs: [x], attributes: { starts, sizes, strides } }, dy) {
    if (strides !== undefined) return [addSlices([dy], [{ starts, strides }], x.shape)]
    const after = x.shape.map((n, a) => n - starts[a] - sizes[a])
    return [pad(dy, starts, after)]
  },
})

export const sliceReference: Reference<typeof sliceOp> = ([x], attributes, y) => {
  const { offset, strides } = sliceSteps(stridesOf(x.shape), attributes)
  copyStrided(x, strides, offset, y)
}

export interface AddSlicesAttributes {
  /** Of the result. */
  readonly shape: Shape
  /** Of each operand. */
  readonly places: readonly SlicePlace[]
}

/** The gradient of slices of one tensor: zeros, to which each operand is added where its slice lay. */
export const addSlicesOp = defineOp({
  name: 'addSlices',
  infer(parts, { shape, places }: AddSlicesAttributes) {
    requireFloat32(parts, 'addSlices')
    for (const [i, part] of parts.entries()) checkPlace(shape, part.shape, places[i], 'addSlices')
    return { shape, dtype: 'float32' }
  },
  gradient: ({ inputs, attributes: { places } }, dy) =>
    inputs.map((part, i) => apply(sliceOp, [dy], { ...places[i], sizes: part.shape })),
})

export const addSlicesReference: Reference<typeof addSlicesOp> = (parts, { places }, y) => {
  y.data.fill(0)
  const own = stridesOf(y.shape)
  for (const [i, part] of parts.entries()) {
    const { offset, strides } = sliceSteps(own, places[i])
    visitStrided(part.shape, strides, offset, (at, to) => {
      y.data[to] += part.data[at]
    })
  }
}

/** Zeros of a shape, to which each part is added at its place; parts that make up the whole along an axis are joined. */
export function addSlices(parts: readonly Tensor[], places: readonly SlicePlace[], shape: Shape): Tensor {
  for (const axis of shape.keys()) {
    const order = tilesAlong(axis, parts, places, shape)
    if (order) return concat(order, axis)
  }
  return apply(addSlicesOp, parts, { shape, places })
}

/** The parts in order along an axis, where one begins where the one before ends, and nothing is missing. */
function tilesAlong(
  axis: number,
  parts: readonly Tensor[],
  places: readonly SlicePlace[],
  shape: Shape,
): Tensor[] | undefined {
  const order = [...parts.keys()].sort((i, j) => places[i].starts[axis] - places[j].starts[axis])
  let end = 0
  for (const i of order) {
    const { starts, strides } = places[i]
    const { shape: sizes } = parts[i]
    const isSlab = sizes.every((n, a) => a === axis || n === shape[a])
    if (!isSlab || starts[axis] !== end || strides?.some((stride) => stride !== 1)) return undefined
    end += sizes[axis]
  }
  return end === shape[axis] ? order.map((i) => parts[i]) : undefined
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
        `pad: ${formatShape(before)} before and ${formatShape(after)} after do not fit a tensor of shape ${formatShape(x.shape)}; give a number of at least 0 for each axis`,
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
 * The part of x with these sizes that begins at `starts`; with `strides` every so-manieth element, backwards where they are negative, as
 * x[start:...:stride] does in NumPy. A start below 0 counts from the end, and a size of -1 takes as many elements as there are.
 * @throws ShapeError when the part does not lie within x.
 */
export function slice(
  x: Tensor,
  starts: readonly number[],
  sizes: Shape,
  { strides = starts.map(() => 1) }: { readonly strides?: readonly number[] } = {},
): Tensor {
  const first = starts.map((start, axis) => (start < 0 ? start + x.shape[axis] : start))
  const full = sizes.map((size, axis) => {
    const [n, start, stride] = [x.shape[axis], first[axis], strides[axis]]
    return size === -1 ? Math.floor((stride < 0 ? start : n - 1 - start) / Math.abs(stride)) + 1 : size
  })
  const steps = strides.every((stride) => stride === 1) && strides.length === starts.length ? {} : { strides }
  if (sameShape(full, x.shape) && isZero(first, x) && !('strides' in steps)) return x
  return apply(sliceOp, [x], { starts: first, sizes: full, ...steps })
}

/**
 * x with its elements in the other order along the given axes, all by default.
 * @throws ShapeError for an axis outside the rank.
 */
export function flip(x: Tensor, axes?: number | readonly number[]): Tensor {
  const turned = normalizeAxes(axes, x.shape.length, 'flip')
  const of = <T>(within: T, others: T): T[] => x.shape.map((_, axis) => (turned.includes(axis) ? within : others))
  return slice(x, of(-1, 0), x.shape, { strides: of(-1, 1) })
}

/**
 * Surrounds x with a value: `before` and `after` elements along each axis.
 * @throws ShapeError for negative numbers or another rank.
 */
export const pad = (x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor =>
  isZero(before, x) && isZero(after, x) ? x : apply(padOp, [x], { before, after, value })
