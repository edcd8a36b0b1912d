/** What a gradient reads of values that are not kept for it: a second computation of them. */
import { sizeOf } from '../core/shape.ts'
import { withOperands } from '../graph/rebuild.ts'
import { Constant, type Tensor, Variable } from '../graph/tensor.ts'
import { isScan } from '../ops/loop.ts'
import { after } from '../ops/remat.ts'

/** Values of a part so many times fewer than its largest tensor's are kept, whatever they are: means of channels are computed by reading all pixels. */
const fewerTimes = 64

/** The parts of a graph whose values are computed anew. */
export interface Parts {
  /** A node's part; undefined where its value is kept. */
  partOf(node: Tensor): number | undefined
  /** Whether the value of a node within a part is kept nevertheless. */
  keeps(node: Tensor): boolean
}

/** Chooses parts of a graph, whose nodes are given with operands before results. */
export type PlanRemat = (order: readonly Tensor[]) => Parts

/** Parts as `remat` has marked them. */
export const markedParts: Parts = { partOf: ({ part }) => part, keeps: () => false }

/** Tensors that depend on variables and constants alone. */
export function steadyNodes(order: readonly Tensor[]): Set<Tensor> {
  const steady = new Set<Tensor>()
  for (const node of order)
    if (node instanceof Variable || node instanceof Constant) steady.add(node)
    else if (node.inputs.length > 0 && node.inputs.every((x) => steady.has(x))) steady.add(node)
  return steady
}

/** The second computation of parts of a graph, which is given in topological order. */
export class Recomputation {
  readonly #partOf: Parts['partOf']
  readonly #kept = new Set<Tensor>()
  /** Their first computation serves for both. */
  readonly #steady: ReadonlySet<Tensor>
  readonly #again = new Map<Tensor, Tensor>()
  /** The gradient that each part's second computation waits for: the first that comes to it. */
  readonly #arrived = new Map<number, Tensor>()

  constructor(order: readonly Tensor[], { partOf, keeps }: Parts) {
    this.#partOf = partOf
    this.#steady = steadyNodes(order)
    const largest = new Map<number, number>()
    const sizeIn = (part: number | undefined): number => (part === undefined ? 0 : (largest.get(part) ?? 0))
    for (const node of order) {
      const part = partOf(node)
      if (part !== undefined) largest.set(part, Math.max(sizeIn(part), sizeOf(node.shape)))
    }
    const read = new Set<Tensor>()
    for (const node of order) {
      for (const x of node.inputs) {
        read.add(x)
        if (partOf(x) !== partOf(node)) this.#kept.add(x)
      }
      const isSmall = !isScan(node) && fewerTimes * sizeOf(node.shape) <= sizeIn(partOf(node))
      if (node.inputs.length === 0 || isSmall || keeps(node)) this.#kept.add(node)
    }
    for (const node of order) if (!read.has(node)) this.#kept.add(node)
  }

  /** A node as a gradient is to read it that is computed from `dy`: the node itself where its value is kept. */
  read(node: Tensor, dy: Tensor): Tensor {
    const part = this.#partOf(node)
    if (part === undefined || this.#kept.has(node) || this.#steady.has(node)) return node
    const known = this.#again.get(node)
    if (known !== undefined) return known
    if (!this.#arrived.has(part)) this.#arrived.set(part, dy)
    const again = withOperands(
      node,
      node.inputs.map((x) => this.#operand(x, part)),
    )
    this.#again.set(node, again)
    return again
  }

  /** An operand of what is computed anew. What is kept is read after the gradient has arrived, so that the second computation is not the first. */
  #operand(x: Tensor, part: number): Tensor {
    const arrived = this.#arrived.get(part)!
    if (this.#steady.has(x)) return x
    if (this.#partOf(x) === part && !this.#kept.has(x)) return this.read(x, arrived)
    return isScan(x) ? x : after(x, arrived)
  }
}
