/** Rewrites the loops of a graph, innermost first. */
import { topologicalOrder } from '../../graph/graph.ts'
import { withOperands } from '../../graph/rebuild.ts'
import { type Tensor, within } from '../../graph/tensor.ts'
import { isResult, isScan } from '../../ops/loop.ts'
import { type Loop, withBody } from '../with-body.ts'

/** Gives what stands for each result of a loop that is read, by its place. */
export type RewriteLoop = (loop: Loop, read: readonly number[]) => ReadonlyMap<number, Tensor>

/** The same graph with other loops. */
export function rewriteLoops(roots: readonly Tensor[], rewrite: RewriteLoop): Tensor[] {
  const order = topologicalOrder(roots)
  const readOf = new Map<Tensor, Set<number>>()
  for (const node of order)
    if (isResult(node)) readOf.set(node.inputs[0], (readOf.get(node.inputs[0]) ?? new Set()).add(node.attributes.index))
  const made = new Map<Tensor, Tensor>()
  const resultsOf = new Map<Tensor, ReadonlyMap<number, Tensor>>()
  for (const node of order) {
    if (isResult(node)) {
      made.set(node, resultsOf.get(node.inputs[0])!.get(node.attributes.index)!)
      continue
    }
    const inputs = node.inputs.map((x) => made.get(x)!)
    if (!isScan(node)) {
      made.set(node, withOperands(node, inputs))
      continue
    }
    within(node.scope, () => {
      const loop = withBody(node, inputs, (bodyRoots) => rewriteLoops(bodyRoots, rewrite))
      const read = [...(readOf.get(node) ?? [])].sort((a, b) => a - b)
      resultsOf.set(node, rewrite(loop, read))
      made.set(node, loop)
    })
  }
  return roots.map((root) => made.get(root)!)
}
