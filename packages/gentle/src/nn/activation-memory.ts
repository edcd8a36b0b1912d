/**
 * How much memory a graph's activations take: what is computed from the inputs and is not a gradient of parameters. Values live from the
 * op that computes them to the last one that reads them, ops run in the order of the trace, elementwise ops ride in the kernel of what they
 * follow, of a sum that folds them, or of all that read them, and reshaping and repeating move nothing. Of a loop, inputs and results count, which
 * for the way back are what its steps have computed; one step's own values do not. It is the least that any plan for these kernels needs, in float32,
 * without a backend's rounding to blocks, conversions and packed copies.
 */
import { fuse } from '../compile/fuse.ts'
import { bytesPerElement } from '../core/dtype.ts'
import { sizeOf } from '../core/shape.ts'
import { topologicalOrder } from '../graph/graph.ts'
import { Input, type Tensor } from '../graph/tensor.ts'
import { isResult, isScan } from '../ops/loop.ts'

export interface ActivationMemory {
  /** The most bytes that live at one moment. */
  readonly peak: number
  /** The most bytes that live while one of these nodes is computed; 0 when nothing is. */
  whileComputing(nodes: readonly Tensor[]): number
  /** Bytes of those nodes' values that ops traced after `moment` read. */
  readAfter(moment: Tensor, nodes: readonly Tensor[]): number
}

/** Ops that give their operand's values in another shape, as a view. */
const views = new Set(['reshape', 'broadcastTo'])

/** Of the graph that computes `result`, and `parameterGradients` beside it, which are memory of the parameters. */
export function activationMemory(result: Tensor, parameterGradients: readonly Tensor[] = []): ActivationMemory {
  const roots = [result, ...parameterGradients]
  const order = topologicalOrder(roots).sort((a, b) => a.id - b.id)
  const storage = new Map<Tensor, Tensor>()
  for (const node of order) storage.set(node, views.has(node.op.name) ? storage.get(node.inputs[0])! : node)
  const resultsOf = new Map<Tensor, Tensor[]>()
  for (const node of order)
    if (isResult(node)) resultsOf.set(node.inputs[0], [...(resultsOf.get(node.inputs[0]) ?? []), node])
  const activations = new Set<Tensor>()
  for (const node of order)
    if (node instanceof Input || node.inputs.some((x) => activations.has(x))) activations.add(node)
  for (const gradient of parameterGradients) activations.delete(storage.get(gradient)!)

  const groups = fuse(order, roots, {
    canFollow: ({ op }) => op.multiplyAdds !== undefined,
    canFold: ({ op }) => op.name === 'sum' || op.name === 'max',
    lieAlike: () => true,
  })
  const momentOf = new Map<Tensor, number>()
  const lastRead = new Map<Tensor, Tensor>()
  const lives = new Map<Tensor, { from: number; to: number }>()
  groups.forEach(({ root, elementwise, producer, prologue }, moment) => {
    if (storage.get(root) !== root) return
    const members = new Set([root, ...elementwise, ...prologue, ...(producer === undefined ? [] : [producer])])
    if (activations.has(root)) lives.set(root, { from: moment, to: moment })
    for (const member of members) momentOf.set(member, momentOf.get(member) ?? moment)
    for (const member of members)
      for (const operand of member.inputs) {
        const stored = storage.get(operand)!
        if (members.has(operand) || !activations.has(stored)) continue
        lives.set(stored, { from: lives.get(stored)?.from ?? 0, to: moment })
        lastRead.set(stored, root)
      }
  })

  // A loop's results are there when it has run, whoever asks for them later.
  for (const [loop, results] of resultsOf)
    for (const result of results) {
      const life = lives.get(result)
      if (life !== undefined) life.from = momentOf.get(loop) ?? life.from
    }

  const changes = new Float64Array(groups.length + 1)
  for (const [node, { from, to }] of lives) {
    changes[from] += bytesOf(node)
    changes[to + 1] -= bytesOf(node)
  }
  const alive = new Float64Array(groups.length)
  for (let moment = 0, bytes = 0; moment < groups.length; moment++) alive[moment] = bytes += changes[moment]

  return {
    peak: alive.reduce((max, bytes) => Math.max(max, bytes), 0),
    whileComputing: (nodes) => nodes.reduce((max, node) => Math.max(max, alive[momentOf.get(node) ?? -1] ?? 0), 0),
    readAfter: (moment, nodes) =>
      nodes
        .flatMap((node) => (isScan(node) ? (resultsOf.get(node) ?? []) : isResult(node) ? [] : [node]))
        .reduce((total, node) => ((lastRead.get(node)?.id ?? 0) > moment.id ? total + bytesOf(node) : total), 0),
  }
}

/** A loop has no value of its own; its results have. */
const bytesOf = (node: Tensor): number => (isScan(node) ? 0 : bytesPerElement * sizeOf(node.shape))
