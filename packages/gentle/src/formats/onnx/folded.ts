/** Values that depend on constants alone: computed when a graph is traced. */
import { FormatError } from '../../core/errors.ts'
import { topologicalOrder } from '../../graph/graph.ts'
import { Constant, Input, type Tensor, Variable } from '../../graph/tensor.ts'
import { evaluate } from '../../ops/evaluate.ts'
import { isKnown, type Known, type Numbers, type Value } from './values.ts'

const folded = new WeakMap<Tensor, Numbers>()

/** The numbers of a value that depends on constants alone. */
export function foldedOf(value: Value): Known | undefined {
  if (isKnown(value)) return value
  const { type, tensor } = value
  let data = folded.get(tensor)
  if (data === undefined) {
    const order = topologicalOrder([tensor])
    const depends = (node: Tensor): boolean =>
      node instanceof Input || node instanceof Variable || (node.inputs.length === 0 && !(node instanceof Constant))
    if (order.some(depends)) return undefined
    const values = evaluate(order, 'float32', () => {
      throw new FormatError('a constant depends on an input')
    })
    data = values.get(tensor)! as Numbers
    folded.set(tensor, data)
  }
  return { type, shape: tensor.shape, data }
}
