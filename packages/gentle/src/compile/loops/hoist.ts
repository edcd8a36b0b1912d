/**
 * Computes before a loop what no step has to: what is the same in all steps, and, for all of them at once, products of what they read with
 * what is the same.
 */
import { topologicalOrder } from '../../graph/graph.ts'
import { rebuild } from '../../graph/rebuild.ts'
import { Captured, Constant, type Input, Parameter, type Tensor } from '../../graph/tensor.ts'
import { bodyRoots, operandsOf, sliceShape, steadyIn } from '../../ops/loop.ts'
import { makeScan, resultOf } from '../../ops/scan-op.ts'
import { isHeavy, type Outside, overAllSteps } from './all-steps.ts'
import type { RewriteLoop } from './rewrite.ts'

export const hoistFromLoop: RewriteLoop = (loop, read) => {
  const { body, steps, reverse, recompute, results } = loop.attributes
  const operands = operandsOf(loop)
  const roots = bodyRoots(loop.attributes)
  const outside = outsideOf(loop)
  const isSteady = steadyIn(body)
  const dependsOn = dependence(body.captured)
  const moved = new Map<Tensor, Parameter>()
  const captured = new Map<Input, Tensor>(zip(body.captured, operands.captured))
  const slices = new Map<Input, Tensor>(zip(body.slices, operands.sliced))

  for (const node of topologicalOrder(roots)) {
    if (isSteady(node)) continue
    for (const x of node.inputs) {
      // What repeats values is cheaper made where it is used.
      const worthIt = isSteady(x) && dependsOn(x) && !(x instanceof Parameter) && x.op.name !== 'broadcastTo'
      if (!worthIt || moved.has(x)) continue
      const parameter = new Captured({ shape: x.shape, dtype: x.dtype })
      moved.set(x, parameter)
      captured.set(parameter, outside(x)!.tensor)
    }
    // To keep a loop's memory to that of its blocks, it computes their products block by block.
    if (recompute || !isHeavy(node)) continue
    const over = overAllSteps(node, outside, steps)
    if (over === undefined || over.steady) continue
    const parameter = new Parameter({ shape: sliceShape(over.tensor.shape, steps), dtype: node.dtype })
    moved.set(node, parameter)
    slices.set(parameter, over.tensor)
  }
  if (moved.size === 0) return new Map(read.map((index) => [index, resultOf(loop, results[index])]))

  const rebuilt = rebuild(roots, (node) => moved.get(node))
  const inBody = new Map(roots.map((root, i) => [root, rebuilt[i]]))
  const hoisted = makeScan(
    {
      carries: body.carries,
      slices: [...slices.keys()],
      captured: [...captured.keys()],
      next: rebuilt.slice(0, body.next.length),
    },
    { initial: operands.initial, sliced: [...slices.values()], captured: [...captured.values()] },
    { steps, reverse, recompute },
  )
  return new Map(
    read.map((index) => {
      const result = results[index]
      return [index, resultOf(hoisted, result.kind === 'final' ? result : { ...result, of: inBody.get(result.of)! })]
    }),
  )
}

const zip = <A, B>(a: readonly A[], b: readonly B[]): [A, B][] => a.map((x, i) => [x, b[i]])

/** Whether a node depends on one of some tensors. */
function dependence(on: readonly Tensor[]): (node: Tensor) => boolean {
  const known = new Map<Tensor, boolean>(on.map((node) => [node, true]))
  const depends = (node: Tensor): boolean => {
    const before = known.get(node)
    if (before !== undefined) return before
    const result = node.inputs.some(depends)
    known.set(node, result)
    return result
  }
  return depends
}

/** What stands outside of a loop for its operands and for what is the same in all steps. */
export function outsideOf(loop: Parameters<RewriteLoop>[0]): (node: Tensor) => Outside | undefined {
  const { body } = loop.attributes
  const operands = operandsOf(loop)
  const isSteady = steadyIn(body)
  const capturedBy = new Map<Tensor, Tensor>(zip(body.captured, operands.captured))
  const slicedBy = new Map<Tensor, Tensor>(zip(body.slices, operands.sliced))
  return (node) => {
    const sliced = slicedBy.get(node)
    if (sliced !== undefined) return { tensor: sliced, steady: false }
    if (!isSteady(node)) return undefined
    if (node instanceof Constant) return { tensor: node, steady: true }
    const [tensor] = rebuild([node], (x) => capturedBy.get(x))
    return { tensor, steady: true }
  }
}
