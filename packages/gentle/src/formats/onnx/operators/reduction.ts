/** Reductions of ONNX over axes. */
import type { Tensor } from '../../../graph/tensor.ts'
import { abs, cast, log, maximum, mul, sqrt, sub } from '../../../ops/elementwise.ts'
import { argmax, argmin, logSumExp, max, mean, min, prod, sum } from '../../../ops/reduce.ts'
import { flip, reshape } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { isInteger } from '../element-types.ts'
import type { Value } from '../values.ts'
import { computed, integerResult } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { axesGiven, axesOf, axisOf } from './structure.ts'

type Reduce = (x: Tensor, axes: number[], options: { keepDims: boolean }) => Tensor

/** Reduces over axes that are an attribute or an operand: over all where there are none, over none where `noop_with_empty_axes` says so. */
const reduction =
  (of: Reduce): Compute =>
  (call) => {
    const x = call.value(0)
    const tensor = call.tensorOf(x)
    const axes = axesReduced(call, tensor)
    if (axes === undefined) return [x]
    return [reduced(call, x, tensor, axes, of)]
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
  (of: Reduce): Compute =>
  (call) => {
    if (isInteger(call.type(0))) call.fail(`has an operand of ${call.type(0)}; expected floats`)
    return reduction(of)(call)
  }

function axesReduced(call: OnnxCall, x: Tensor): number[] | undefined {
  const given = axesGiven(call, 1)
  if (given !== undefined && given.length > 0) return axesOf(call, given, x.shape.length)
  return call.flag('noop_with_empty_axes') ? undefined : x.shape.map((_, axis) => axis)
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
  ReduceL1: operator(reduction(l1), ...versions),
  ReduceL2: operator(
    ofFloats((x, axes, options) => sqrt(squares(x, axes, options))),
    ...versions,
  ),
  ReduceLogSum: operator(
    ofFloats((x, axes, options) => log(sum(x, axes, options))),
    ...versions,
  ),
  ReduceLogSumExp: operator(ofFloats(logSumExp), ...versions),
  ReduceMax: operator(reduction(max), ...ofExtremes),
  ReduceMean: operator(ofFloats(mean), ...versions),
  ReduceMin: operator(reduction(min), ...ofExtremes),
  ReduceProd: operator(reduction(prod), ...versions),
  ReduceSum: operator(reduction(sum), [1, attributes], [11, attributes], [13, asOperand]),
  ReduceSumSquare: operator(reduction(squares), ...versions),
} satisfies Record<string, Operator>
