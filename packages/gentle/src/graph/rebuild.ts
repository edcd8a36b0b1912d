/** Makes nodes anew with other operands. */
import { topologicalOrder } from './graph.ts'
import { apply, inPlaceOf, type Tensor } from './tensor.ts'

/** Where a new node may differ from the one that it stands for: gives a node that takes its place, or undefined where it is rebuilt as it is. */
export type Replace = (node: Tensor) => Tensor | undefined

/**
 * The same graph over other operands. What `replace` gives stands in a node's place, and what only leads to it is not looked at; nodes
 * whose operands stay the same stay themselves.
 */
export function rebuild(roots: readonly Tensor[], replace: Replace): Tensor[] {
  const made = new Map<Tensor, Tensor>()
  const order = topologicalOrder(roots, (node) => {
    const replacement = replace(node)
    if (replacement !== undefined) made.set(node, replacement)
    return replacement !== undefined
  })
  for (const node of order) {
    if (made.has(node)) continue
    const inputs = node.inputs.map((x) => made.get(x)!)
    made.set(node, withOperands(node, inputs))
  }
  return roots.map((root) => made.get(root)!)
}

/** A node with other operands, or the node itself where they are the same. */
export const withOperands = (node: Tensor, inputs: readonly Tensor[]): Tensor =>
  inputs.every((x, i) => x === node.inputs[i]) ? node : inPlaceOf(node, () => apply(node.op, inputs, node.attributes))
