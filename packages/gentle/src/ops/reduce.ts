/** Ops that fold axes away: sum, mean, product, max, min, argmax, argmin. */
import { ShapeError } from '../core/errors.ts'
import { formatShape, normalizeAxes, type Shape, sizeOf, stridesOf } from '../core/shape.ts'
import { defineOp, type Operand, type Reference } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { abs, add, div, equal, exp, less, log, mul, neg, stopGradient, sub, where } from './elementwise.ts'
import { requireFloat32 } from './operands.ts'
import { broadcastTo, pad, reshape, slice } from './structure.ts'

export interface ReduceAttributes {
  /** Sorted, distinct, non-negative. */
  readonly axes: readonly number[]
}

const withoutAxes = (shape: Shape, axes: readonly number[]): number[] => shape.filter((_, axis) => !axes.includes(axis))
const onesAt = (shape: Shape, axes: readonly number[]): number[] =>
  shape.map((n, axis) => (axes.includes(axis) ? 1 : n))

/** Visits all elements of x with the offset of the result that each belongs to; rows of the result come in order. */
function forEachReduced(x: Operand, axes: readonly number[], visit: (i: number, o: number) => void): void {
  const kept = stridesOf(withoutAxes(x.shape, axes))
  let k = 0
  const outStrides = x.shape.map((_, axis) => (axes.includes(axis) ? 0 : kept[k++]))
  const strides = stridesOf(x.shape)
  const size = sizeOf(x.shape)
  for (let i = 0; i < size; i++) {
    let o = 0
    for (let axis = 0; axis < strides.length; axis++)
      o += (Math.floor(i / strides[axis]) % x.shape[axis]) * outStrides[axis]
    visit(i, o)
  }
}

export const sumOp = defineOp({
  name: 'sum',
  infer: ([x], { axes }: ReduceAttributes) => ({ shape: withoutAxes(x.shape, axes), dtype: x.dtype }),
  gradient: ({ inputs: [x], attributes: { axes } }, dy) => [broadcastTo(reshape(dy, onesAt(x.shape, axes)), x.shape)],
})

export const sumReference: Reference<typeof sumOp> = ([x], { axes }, y) => {
  const total = y.dtype === 'int32' ? new Int32Array(y.data.length) : new Float64Array(y.data.length)
  forEachReduced(x, axes, (i, o) => {
    total[o] += x.data[i]
  })
  y.data.set(total)
}

export const maxOp = defineOp({
  name: 'max',
  infer: ([x], { axes }: ReduceAttributes) => ({ shape: withoutAxes(x.shape, axes), dtype: x.dtype }),
  gradient({ inputs: [x], attributes: { axes }, y }, dy) {
    const shape = onesAt(x.shape, axes)
    const winners = equal(x, reshape(y, shape))
    const share = div(reshape(dy, shape), reshape(sum(winners, axes), shape))
    return [mul(winners, share)]
  },
})

export const maxReference: Reference<typeof maxOp> = ([x], { axes }, y) => {
  y.data.fill(y.dtype === 'int32' ? -(2 ** 31) : Number.NEGATIVE_INFINITY)
  forEachReduced(x, axes, (i, o) => {
    y.data[o] = Math.max(y.data[o], x.data[i])
  })
}

export const argmaxOp = defineOp({
  name: 'argmax',
  infer: ([x], { axis }: { axis: number }) => ({ shape: withoutAxes(x.shape, [axis]), dtype: 'int32' }),
})

export const argmaxReference: Reference<typeof argmaxOp> = ([x], { axis }, y) => {
  const best = new Float64Array(y.data.length).fill(Number.NEGATIVE_INFINITY)
  const inner = stridesOf(x.shape)[axis]
  forEachReduced(x, [axis], (i, o) => {
    // NaN, which is not <= anything, wins once and for all.
    if (!(x.data[i] <= best[o]) && !Number.isNaN(best[o])) {
      best[o] = x.data[i]
      y.data[o] = Math.floor(i / inner) % x.shape[axis]
    }
  })
}

/** Which axes fold, and whether they stay with size 1. */
export type Axes = number | readonly number[]
export interface KeepDims {
  readonly keepDims?: boolean
}

function reduce(
  op: typeof sumOp | typeof maxOp,
  x: Tensor,
  axes: Axes | undefined,
  { keepDims = false }: KeepDims,
): Tensor {
  const normal = normalizeAxes(axes, x.shape.length, op.name)
  const folded = normal.length === 0 ? x : apply(op, [x], { axes: normal })
  return keepDims ? reshape(folded, onesAt(x.shape, normal)) : folded
}

/** Sum over the given axes, all by default; that of int32 wraps around at 32 bits. */
export const sum = (x: Tensor, axes?: Axes, options: KeepDims = {}): Tensor => reduce(sumOp, x, axes, options)

/** Largest value over the given axes, all by default, NaN where there is one; equal winners share the gradient. */
export const max = (x: Tensor, axes?: Axes, options: KeepDims = {}): Tensor => reduce(maxOp, x, axes, options)

/** Smallest value over the given axes, all by default, NaN where there is one; equal winners share the gradient. */
export const min = (x: Tensor, axes?: Axes, options: KeepDims = {}): Tensor => reversed(max(reversed(x), axes, options))

/** Numbers in the other order: -1 - x, unlike -x, is an int32 for each int32. */
const reversed = (x: Tensor): Tensor => (x.dtype === 'int32' ? sub(-1, x) : neg(x))

/** Mean over the given axes, all by default, of float32. */
export function mean(x: Tensor, axes?: Axes, options: KeepDims = {}): Tensor {
  requireFloat32([x], 'mean')
  const count = normalizeAxes(axes, x.shape.length, 'mean').reduce((product, axis) => product * x.shape[axis], 1)
  return mul(sum(x, axes, options), 1 / count)
}

/**
 * Product over the given axes, all by default; that of int32 wraps around at 32 bits. The gradient is right where factors are 0, too, and so are further
 * ones: it is the product of the other factors.
 */
export function prod(x: Tensor, axes?: Axes, { keepDims = false }: KeepDims = {}): Tensor {
  const folded = normalizeAxes(axes, x.shape.length, 'prod')
  const result = folded.reduce(productAlong, x)
  return keepDims ? result : reshape(result, withoutAxes(x.shape, folded))
}

/** The first half of an axis times the second, behind which a 1 stands where it is shorter, until one number is left. */
function productAlong(x: Tensor, axis: number): Tensor {
  const length = x.shape[axis]
  if (length === 1) return x
  const half = Math.ceil(length / 2)
  const along = (n: number): number[] => x.shape.map((_, a) => (a === axis ? n : 0))
  const part = (start: number, size: number): Tensor => slice(x, along(start), x.shape.with(axis, size))
  return productAlong(mul(part(0, half), pad(part(half, length - half), along(0), along(2 * half - length), 1)), axis)
}

/**
 * log Σ exp(x) over the given axes, all by default, which neither overflows nor loses small terms. Where all of x is -Infinity, it is
 * -Infinity, and no gradient flows.
 */
export function logSumExp(x: Tensor, axes?: Axes, { keepDims = false }: KeepDims = {}): Tensor {
  requireFloat32([x], 'logSumExp')
  const folded = normalizeAxes(axes, x.shape.length, 'logSumExp')
  const largest = stopGradient(max(x, folded, { keepDims: true }))
  const shift = where(less(abs(largest), Number.POSITIVE_INFINITY), largest, 0)
  const total = sum(exp(sub(x, shift)), folded, { keepDims: true })
  const isNothing = equal(total, 0)
  const result = add(where(isNothing, Number.NEGATIVE_INFINITY, log(where(isNothing, 1, total))), shift)
  return keepDims ? result : reshape(result, withoutAxes(x.shape, folded))
}

/**
 * Index of the largest value along an axis, int32; the first of equal ones. NaN counts as the largest, as in PyTorch and NumPy.
 * @throws ShapeError for a scalar or an axis outside the rank.
 */
export function argmax(x: Tensor, axis = -1): Tensor {
  if (x.shape.length === 0) throw new ShapeError(`argmax: a scalar ${formatShape(x.shape)} has no axis`)
  return apply(argmaxOp, [x], { axis: normalizeAxes(axis, x.shape.length, 'argmax')[0] })
}

/**
 * Index of the smallest value along an axis, int32; the first of equal ones.
 * @throws ShapeError for a scalar or an axis outside the rank.
 */
export function argmin(x: Tensor, axis = -1): Tensor {
  if (x.shape.length === 0) throw new ShapeError(`argmin: a scalar ${formatShape(x.shape)} has no axis`)
  return argmax(reversed(x), axis)
}
