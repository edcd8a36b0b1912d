/** A step on the reference, whose loops define what each op gives: what kernels do differently, sums in another order among them, is not in its numbers. Who wants it gives it: pages do not load it. */
import type { Backend } from '../backends/backend.ts'
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

/** A backend whose programs begin with the engine's variables, as they are when they are compiled. */
export const withVariablesOf = (engine: Backend, backend: Backend): Backend => ({
  ...backend,
  async compile(graph) {
    for (const node of topologicalOrder(rootsOf(graph)))
      if (node instanceof Variable) await backend.write(node, await engine.read(node))
    return backend.compile(graph)
  },
})
