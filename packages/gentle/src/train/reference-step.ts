/** A step on the reference, whose loops define what each op gives: what kernels do differently, sums in another order among them, is not in its numbers. */
import type { Backend } from '../backends/backend.ts'
import { reference } from '../backends/reference/reference.ts'
import { sizeOf } from '../core/shape.ts'
import { type Graph, rootsOf, topologicalOrder } from '../graph/graph.ts'
import { type Tensor, Variable } from '../graph/tensor.ts'
import { bodyRoots, isScan } from '../ops/loop.ts'

/** What the reference goes through in some ten seconds: multiply-adds, and numbers read and written. A step of LeNet-5 with 64 pictures is 0.8e8. */
const mostWork = 5e8

/** Multiply-adds of nodes, and numbers that they read and write. */
function workOf(nodes: readonly Tensor[]): number {
  return nodes.reduce((total, node) => {
    if (isScan(node)) return total + node.attributes.steps * workOf(topologicalOrder(bodyRoots(node.attributes)))
    const { op, inputs, attributes } = node
    const numbers = [...inputs, node].reduce((sum, x) => sum + sizeOf(x.shape), 0)
    return total + (op.multiplyAdds?.(inputs, attributes, node) ?? 0) + numbers
  }, 0)
}

/** Whether the reference computes a graph within seconds, as it does of small networks. */
export const isForReference = (graph: Graph): boolean => workOf(topologicalOrder(rootsOf(graph))) <= mostWork

/** A reference whose programs begin with an engine's variables, as they are when they are compiled. */
export function referenceOf(engine: Backend): Backend {
  const own = reference()
  return {
    ...own,
    async compile(graph) {
      for (const node of topologicalOrder(rootsOf(graph)))
        if (node instanceof Variable) await own.write(node, await engine.read(node))
      return own.compile(graph)
    },
  }
}
