import type { TypedArray } from '../core/dtype.ts'
import { sizeOf } from '../core/shape.ts'
import { topologicalOrder } from '../graph/graph.ts'
import type { Op, Reference, Signature } from '../graph/op.ts'
import { Constant, Input, type Tensor, Variable } from '../graph/tensor.ts'
import { elementwiseReference, isElementwise } from './elementwise.ts'
import { bodyRoots, isResult, isScan, operandsOf, type ScanAttributes } from './loop.ts'
import { references } from './references.ts'
import type { StructuredName } from './table.ts'

/** The float type of all computation. */
export type Precision = 'float32' | 'float64'

/** Zeroed room for a tensor's values. */
export function storageFor({ dtype, shape }: Signature, precision: Precision): TypedArray {
  if (dtype === 'int32') return new Int32Array(sizeOf(shape))
  return precision === 'float64' ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape))
}

const referenceOf = (node: Tensor): Reference<Op> =>
  isElementwise(node)
    ? elementwiseReference(node.op)
    : (node.op.reference ?? (references[node.op.name as StructuredName] as Reference<Op>))

/**
 * Values of all nodes of a topological order, op by op with the ops' references. `valuesOf` gives those of inputs and
 * variables, which are read and never written. `before` is told of each node before its op runs.
 */
export function evaluate(
  order: readonly Tensor[],
  precision: Precision,
  valuesOf: (leaf: Input | Variable) => TypedArray,
  before: (node: Tensor) => void = () => {},
): Map<Tensor, TypedArray> {
  const values = new Map<Tensor, TypedArray>()
  const resultsOf = new Map<Tensor, TypedArray[]>()
  for (const node of order) {
    if (node instanceof Input || node instanceof Variable) {
      values.set(node, valuesOf(node))
      continue
    }
    if (isResult(node)) {
      values.set(node, resultsOf.get(node.inputs[0])![node.attributes.index])
      continue
    }
    const data = storageFor(node, precision)
    if (node instanceof Constant) data.set(node.data)
    else {
      before(node)
      if (isScan(node)) resultsOf.set(node, evaluateScan(node, precision, values))
      else {
        const operands = node.inputs.map((x) => ({ shape: x.shape, dtype: x.dtype, data: values.get(x)! }))
        referenceOf(node)(operands, node.attributes, { shape: node.shape, dtype: node.dtype, data })
      }
    }
    values.set(node, data)
  }
  return values
}

/** The results of a loop, step by step. */
function evaluateScan(
  node: Tensor<ScanAttributes>,
  precision: Precision,
  values: ReadonlyMap<Tensor, TypedArray>,
): TypedArray[] {
  const { body, steps, reverse, results } = node.attributes
  const { initial, sliced, captured } = operandsOf(node)
  const order = topologicalOrder(bodyRoots(node.attributes))
  const leaves = new Map<Tensor, TypedArray>()
  body.captured.forEach((parameter, i) => {
    leaves.set(parameter, values.get(captured[i])!)
  })
  body.carries.forEach((parameter, i) => {
    leaves.set(parameter, values.get(initial[i])!.slice())
  })
  const all = results.map((result) => {
    const of = result.kind === 'final' ? body.carries[result.carry] : result.of
    const count = result.kind === 'stack' ? steps : 1
    return storageFor({ dtype: of.dtype, shape: [count * sizeOf(of.shape)] }, precision)
  })
  for (let i = 0; i < steps; i++) {
    const step = reverse ? steps - 1 - i : i
    body.slices.forEach((parameter, k) => {
      const size = sizeOf(parameter.shape)
      leaves.set(parameter, values.get(sliced[k])!.subarray(step * size, (step + 1) * size))
    })
    const computed = evaluate(order, precision, (leaf) => leaves.get(leaf)!)
    const valueIn = (tensor: Tensor): TypedArray => computed.get(tensor) ?? leaves.get(tensor)!
    results.forEach((result, k) => {
      if (result.kind === 'final') return
      const value = valueIn(result.of)
      if (result.kind === 'stack') all[k].set(value, step * value.length)
      else for (let at = 0; at < value.length; at++) all[k][at] += value[at]
    })
    const next = body.next.map((tensor) => valueIn(tensor).slice())
    body.carries.forEach((parameter, k) => {
      leaves.set(parameter, next[k])
    })
  }
  results.forEach((result, k) => {
    if (result.kind === 'final') all[k].set(leaves.get(body.carries[result.carry])!)
  })
  return all
}
