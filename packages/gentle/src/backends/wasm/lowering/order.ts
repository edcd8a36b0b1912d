/** The order in which nodes are lowered. */
import { topologicalOrder } from '../../../graph/graph.ts'
import type { Tensor } from '../../../graph/tensor.ts'

/** All that roots need, operands before results. */
export const loweringOrder = (roots: readonly Tensor[]): Tensor[] => topologicalOrder(shallowFirst(roots))

/**
 * Roots by how many ops lead to them: so a traversal meets the weights of the last layers first, and each gradient is computed, and used
 * for its weights, before it is passed on.
 */
function shallowFirst(roots: readonly Tensor[]): Tensor[] {
  const depths = new Map<Tensor, number>()
  for (const node of topologicalOrder(roots))
    depths.set(node, 1 + Math.max(0, ...node.inputs.map((x) => depths.get(x)!)))
  return [...roots].sort((a, b) => depths.get(a)! - depths.get(b)!)
}
