/** Reductions of ONNX over axes. */
import type { Tensor } from '../../../graph/tensor.ts'
import { max, mean, min, sum } from '../../../ops/reduce.ts'
import type { OnnxCall } from '../call.ts'
import { computed } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { axesGiven, axesOf } from './structure.ts'

type Reduce = (x: Tensor, axes: number[], options: { keepDims: boolean }) => Tensor

/** Reduces over axes that are an attribute or an operand: over all where there are none, over none where `noop_with_empty_axes` says so. */
const reduction =
  (of: Reduce): Compute =>
  (call) => {
    const x = call.value(0)
    const tensor = call.tensorOf(x)
    const axes = axesReduced(call, tensor)
    if (axes === undefined) return [x]
    return [computed(x.type, of(tensor, axes, { keepDims: call.flag('keepdims', true) }))]
  }

function axesReduced(call: OnnxCall, x: Tensor): number[] | undefined {
  const given = axesGiven(call, 1)
  if (given !== undefined && given.length > 0) return axesOf(call, given, x.shape.length)
  return call.flag('noop_with_empty_axes') ? undefined : x.shape.map((_, axis) => axis)
}

const attributes = 'axes keepdims'
const asOperand = 'keepdims noop_with_empty_axes'

export const reductionOperators = {
  ReduceMax: operator(
    reduction(max),
    [1, attributes],
    [11, attributes],
    [12, attributes],
    [13, attributes],
    [18, asOperand],
    [20, asOperand],
  ),
  ReduceMean: operator(reduction(mean), [1, attributes], [11, attributes], [13, attributes], [18, asOperand]),
  ReduceMin: operator(
    reduction(min),
    [1, attributes],
    [11, attributes],
    [12, attributes],
    [13, attributes],
    [18, asOperand],
    [20, asOperand],
  ),
  ReduceSum: operator(reduction(sum), [1, attributes], [11, attributes], [13, asOperand]),
} satisfies Record<string, Operator>
