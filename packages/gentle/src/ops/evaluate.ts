import type { TypedArray } from '../core/dtype.ts'
import { sizeOf } from '../core/shape.ts'
import type { Op, Reference, Signature } from '../graph/op.ts'
import { Constant, Input, type Tensor, Variable } from '../graph/tensor.ts'
import { elementwiseReference, isElementwise } from './elementwise.ts'
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
  isElementwise(node) ? elementwiseReference(node.op) : (references[node.op.name as StructuredName] as Reference<Op>)

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
  for (const node of order) {
    if (node instanceof Input || node instanceof Variable) {
      values.set(node, valuesOf(node))
      continue
    }
    const data = storageFor(node, precision)
    if (node instanceof Constant) data.set(node.data)
    else {
      before(node)
      const operands = node.inputs.map((x) => ({ shape: x.shape, dtype: x.dtype, data: values.get(x)! }))
      referenceOf(node)(operands, node.attributes, { shape: node.shape, dtype: node.dtype, data })
    }
    values.set(node, data)
  }
  return values
}
