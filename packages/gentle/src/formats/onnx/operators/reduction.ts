/** Reductions of ONNX over axes. */
import { type Shape, sizeOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { abs, cast, log, maximum, mul, sqrt, sub } from '../../../ops/elementwise.ts'
import { argmax, argmin, logSumExp, max, mean, min, prod, sum } from '../../../ops/reduce.ts'
import { flip, reshape } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { isInteger } from '../element-types.ts'
import { type Known, shapeOf, type Value } from '../values.ts'
import { computed, integerResult } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { axesGiven, axesOf, axisOf } from './structure.ts'

type Reduce = (x: Tensor, axes: number[], options: { keepDims: boolean }) => Tensor

/**
 * Reduces over axes that are an attribute or an operand: over all where there are none, over none where `noop_with_empty_axes` says so, by which
 * a sum of squares is a square. `empty` is what it makes of no elements.
 */
const reduction =
  (of: Reduce, empty?: number): Compute =>
  (call) => {
    const x = call.value(0)
    const axes = axesReduced(call, shapeOf(x))
    if (shapeOf(x).includes(0)) return [ofNone(call, x, axes, empty)]
    return [reduced(call, x, call.tensorOf(x), axes, of)]
  }

function reduced(call: OnnxCall, x: Value, tensor: Tensor, axes: number[], of: Reduce): Value {
  const options = { keepDims: call.flag('keepdims', true) }
  const { type } = x
  if (!isInteger(type)) return computed(type, of(tensor, axes, options))
  return computed(
    type,
    integerResult(call, type, of(tensor, axes, options), () => of(cast(tensor, 'float32'), axes, options)),
  )
}

/** Of floats alone: what it computes between has no place among integers. */
const ofFloats =
  (of: Reduce, empty?: number): Compute =>
  (call) => {
    if (isInteger(call.type(0))) call.fail(`has an operand of ${call.type(0)}; expected floats`)
    return reduction(of, empty)(call)
  }

function axesReduced(call: OnnxCall, shape: Shape): number[] {
  const given = axesGiven(call, 1)
  if (given !== undefined && given.length > 0) return axesOf(call, given, shape.length)
  return call.flag('noop_with_empty_axes') ? [] : shape.map((_, axis) => axis)
}

/** What is reduced has no elements: each result is that of none. */
function ofNone(call: OnnxCall, x: Value, axes: readonly number[], empty: number | undefined): Known {
  const from = shapeOf(x)
  const kept = from.map((n, axis) => (axes.includes(axis) ? 1 : n))
  const shape = call.flag('keepdims', true) ? kept : kept.filter((_, axis) => !axes.includes(axis))
  if (empty === undefined && !shape.includes(0)) call.fail(`reduces [${from}], which has no elements`)
  return { type: x.type, shape, data: new Float64Array(sizeOf(shape)).fill(empty ?? 0) }
}

const squares = (x: Tensor, axes: number[], options: { keepDims: boolean }): Tensor => sum(mul(x, x), axes, options)

const l1: Reduce = (x, axes, options) => sum(x.dtype === 'int32' ? maximum(x, sub(0, x)) : abs(x), axes, options)

/** The place of an extreme element; of equal ones the first, or with `select_last_index` the last. */
const placeOf =
  (of: (x: Tensor, axis: number) => Tensor): Compute =>
  (call) => {
    const x = call.tensor(0)
    const axis = axisOf(call, call.number('axis', 0), x.shape.length)
    const last = call.flag('select_last_index')
    const found = of(last ? flip(x, axis) : x, axis)
    const place = last ? sub(x.shape[axis] - 1, found) : found
    return [computed('int64', call.flag('keepdims', true) ? reshape(place, x.shape.with(axis, 1)) : place)]
  }

const attributes = 'axes keepdims'
const asOperand = 'keepdims noop_with_empty_axes'
const versions = [
  [1, attributes],
  [11, attributes],
  [13, attributes],
  [18, asOperand],
] as const
const ofExtremes = [
  [1, attributes],
  [11, attributes],
  [12, attributes],
  [13, attributes],
  [18, asOperand],
  [20, asOperand],
] as const
const places = [
  [1, 'axis keepdims'],
  [11, 'axis keepdims'],
  [12, 'axis keepdims select_last_index'],
  [13, 'axis keepdims select_last_index'],
] as const

export const reductionOperators = {
  ArgMax: operator(placeOf(argmax), ...places),
  ArgMin: operator(placeOf(argmin), ...places),
  ReduceL1: operator(reduction(l1, 0), ...versions),
  ReduceL2: operator(
    ofFloats((x, axes, options) => sqrt(squares(x, axes, options)), 0),
    ...versions,
  ),
  ReduceLogSum: operator(
    ofFloats((x, axes, options) => log(sum(x, axes, options)), Number.NEGATIVE_INFINITY),
    ...versions,
  ),
  ReduceLogSumExp: operator(ofFloats(logSumExp, Number.NEGATIVE_INFINITY), ...versions),
  ReduceMax: operator(reduction(max), ...ofExtremes),
  ReduceMean: operator(ofFloats(mean), ...versions),
  ReduceMin: operator(reduction(min), ...ofExtremes),
  ReduceProd: operator(reduction(prod, 1), ...versions),
  ReduceSum: operator(reduction(sum, 0), [1, attributes], [11, attributes], [13, asOperand]),
  ReduceSumSquare: operator(reduction(squares, 0), ...versions),
} satisfies Record<string, Operator>
