/**
 * A network traced for two numbers of examples. What differs between the two graphs goes with the batch; all else is fixed. A single trace
 * could not tell a batch of N from a layer that has N channels.
 */
import * as loops from '../../compile/loops/index.ts'
import { simplify } from '../../compile/simplify.ts'
import { FormatError } from '../../core/errors.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../graph/graph.ts'
import { Constant, type Tensor } from '../../graph/tensor.ts'
import { bodyRoots, isScan } from '../../ops/loop.ts'

/**
 * Pairs of numbers of examples, primes that rarely are sizes of a network. Where one is, the simplification may take a batch for such a size in one
 * trace and not in the other; then the next pair is tried.
 */
const pairsOfBatches = [
  [97, 101],
  [211, 223],
  [1009, 1013],
] as const

export class BatchedTrace {
  /** The first of the two graphs. */
  readonly graph: Graph
  readonly #twins = new Map<Tensor, Tensor>()
  readonly #batches: readonly [number, number]

  /** @throws FormatError for a network that computes something else for another number of examples. */
  static of(trace: (examples: number) => Graph): BatchedTrace {
    let difference = ''
    for (const batches of pairsOfBatches) {
      const [graph, other] = batches.map((examples) => simplify(trace(examples), loops))
      const traced = new BatchedTrace(graph, batches)
      // Some inputs may have no part in the outputs.
      const all = (of: Graph) => [...Object.values(of.inputs), ...rootsOf(of)]
      const found = traced.#pair(all(graph), all(other))
      if (found === undefined) return traced
      difference = found
    }
    throw new FormatError(
      `exportOnnx: ${difference} depends on the number of examples in a way that a file for any number cannot say; expected a network that treats each example alike`,
    )
  }

  private constructor(graph: Graph, batches: readonly [number, number]) {
    this.graph = graph
    this.#batches = batches
  }

  /** The same node of the trace with the other number of examples. */
  twin(node: Tensor): Tensor {
    return this.#twins.get(node)!
  }

  /** Whether a size is the same for any number of examples. */
  isFixed(node: Tensor, axis: number): boolean {
    return node.shape[axis] === this.twin(node).shape[axis]
  }

  isFixedShape(node: Tensor): boolean {
    return node.shape.every((_, axis) => this.isFixed(node, axis))
  }

  /** How many times the number of examples a size is; undefined where it is not always as many times. */
  timesBatch(node: Tensor, axis: number): number | undefined {
    const [times, others] = [node, this.twin(node)].map(({ shape }, i) => shape[axis] / this.#batches[i])
    return Number.isInteger(times) && times === others ? times : undefined
  }

  /** Finds out for all nodes of one graph which they are in the other. Gives the name of an op that has no counterpart. */
  #pair(roots: readonly Tensor[], others: readonly Tensor[]): string | undefined {
    const [nodes, candidates] = [topologicalOrder(roots), topologicalOrder(others)]
    for (const [i, node] of nodes.entries()) {
      const other = candidates[i]
      const known = this.#twins.get(node)
      const alike =
        known !== undefined
          ? known === other
          : other !== undefined && this.#isAlike(node, other) && this.#enter(node, other)
      if (!alike) return node.op.name
    }
    return undefined
  }

  #isAlike(node: Tensor, other: Tensor): boolean {
    if (node.op !== other.op || node.shape.length !== other.shape.length || node.dtype !== other.dtype) return false
    if (!node.inputs.every((x, i) => this.#twins.get(x) === other.inputs[i])) return false
    if (node instanceof Constant && other instanceof Constant) return sameNumbers(node, other)
    return isScan(node) || fixedAttributes(node) === fixedAttributes(other)
  }

  #enter(node: Tensor, other: Tensor): boolean {
    this.#twins.set(node, other)
    if (!isScan(node) || !isScan(other)) return true
    const [a, b] = [node.attributes, other.attributes]
    const kinds = (loop: typeof a): string => JSON.stringify(loop.results.map(({ kind }) => kind))
    if (a.steps !== b.steps || a.reverse !== b.reverse || kinds(a) !== kinds(b)) return false
    for (const part of ['carries', 'slices', 'captured'] as const)
      for (const [i, parameter] of a.body[part].entries()) this.#twins.set(parameter, b.body[part][i])
    return this.#pair(bodyRoots(a), bodyRoots(b)) === undefined
  }
}

/** Attributes that are shapes, which may go with the batch. */
const shapes = new Set(['shape', 'sizes', 'inputShape', 'weightShape'])

const fixedAttributes = ({ attributes }: Tensor): string =>
  JSON.stringify(attributes, (key, value) => (shapes.has(key) ? undefined : value))

/** Whether two constants are the same, or each the same number everywhere. */
function sameNumbers(a: Constant, b: Constant): boolean {
  if (a.data.length === b.data.length) return a.data.every((value, i) => Object.is(value, b.data[i]))
  return [a, b].every(({ data }) => data.every((value) => Object.is(value, a.data[0])))
}
