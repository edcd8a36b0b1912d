import { ArgumentError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import { topologicalOrder } from '../graph/graph.ts'
import { constant, type Tensor, within } from '../graph/tensor.ts'
import { add } from '../ops/elementwise.ts'

/**
 * Gradients of a scalar with respect to tensors of its graph, as new nodes of the same graph: reverse-mode differentiation
 * (Griewank and Walther, "Evaluating Derivatives", 2008, chapter 3). Where the scalar does not depend on a tensor, zeros.
 * @throws ArgumentError when `of` is not a scalar.
 */
export function gradients(of: Tensor, withRespectTo: readonly Tensor[]): Tensor[] {
  if (of.shape.length !== 0)
    throw new ArgumentError(
      `gradients: the result has shape ${formatShape(of.shape)}; only a scalar has a gradient, take its sum or mean`,
    )
  const order = topologicalOrder([of])
  const needed = new Set<Tensor>(withRespectTo)
  for (const node of order) if (node.inputs.some((x) => needed.has(x))) needed.add(node)

  const gradientOf = new Map<Tensor, Tensor>([[of, constant(1)]])
  for (const y of order.reverse()) {
    const dy = gradientOf.get(y)
    const { gradient } = y.op
    if (dy === undefined || !needed.has(y) || gradient === undefined) continue
    const { inputs, attributes } = y
    within(y.scope, () => {
      gradient({ inputs, attributes, y }, dy).forEach((dx, i) => {
        const x = inputs[i]
        if (dx === undefined || !needed.has(x)) return
        const soFar = gradientOf.get(x)
        gradientOf.set(x, soFar === undefined ? dx : add(soFar, dx))
      })
    })
  }
  return withRespectTo.map((x) => gradientOf.get(x) ?? constant(0, x.shape))
}
