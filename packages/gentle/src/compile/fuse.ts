/**
 * Groups nodes into kernels. An elementwise node joins the kernel of its consumers when one kernel consumes it all, so that
 * its values stay in registers; a convolution, product or pooling can lead such a group, and the rest is its epilogue.
 */
import { sameShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { elementwiseOps } from '../ops/table.ts'
import type { Layout } from './layout.ts'

/** The nodes that one kernel computes. */
export interface Group {
  /** The node whose values the kernel stores. */
  readonly root: Tensor
  /** Elementwise nodes of the root's shape, operands before results; empty when the root is computed alone. */
  readonly elementwise: readonly Tensor[]
  /** What is computed before them by a loop of its own, if anything. */
  readonly producer?: Tensor
}

/** What a backend says of its kernels. */
export interface FusionRules {
  /** Whether `producer`'s kernel can go on with these elementwise nodes before it stores. */
  canFollow(producer: Tensor, elementwise: ReadonlySet<Tensor>): boolean
}

const isElementwise = (node: Tensor): boolean => node.op.name in elementwiseOps

/** Groups all nodes but sources, in an order in which every group follows those that it reads. */
export function fuse(
  order: readonly Tensor[],
  roots: readonly Tensor[],
  layouts: ReadonlyMap<Tensor, Layout>,
  rules: FusionRules,
): Group[] {
  const consumers = new Map<Tensor, Tensor[]>()
  for (const node of order) for (const x of new Set(node.inputs)) consumers.set(x, [...(consumers.get(x) ?? []), node])

  const outputs = new Set(roots)
  const rootOf = new Map<Tensor, Tensor>()
  const members = new Map<Tensor, Set<Tensor>>()
  const producers = new Map<Tensor, Tensor>()

  for (const node of [...order].reverse()) {
    if (node.inputs.length === 0) continue
    const host = outputs.has(node) ? undefined : soleHost(node)
    if (host !== undefined && isElementwise(node)) {
      rootOf.set(node, host)
      members.get(host)!.add(node)
    } else if (host !== undefined && !producers.has(host) && rules.canFollow(node, members.get(host)!)) {
      rootOf.set(node, host)
      producers.set(host, node)
    } else {
      rootOf.set(node, node)
      members.set(node, new Set(isElementwise(node) ? [node] : []))
    }
  }

  /** The root of the one elementwise group of the same shape and layout that consumes a node, if there is one. */
  function soleHost(node: Tensor): Tensor | undefined {
    const [first, ...rest] = (consumers.get(node) ?? []).map((consumer) => rootOf.get(consumer)!)
    if (first === undefined || rest.some((root) => root !== first)) return undefined
    const elementwise = members.get(first)!
    const fits =
      elementwise.size > 0 &&
      consumers.get(node)!.every((consumer) => elementwise.has(consumer)) &&
      sameShape(node.shape, first.shape) &&
      layouts.get(node) === layouts.get(first)
    return fits ? first : undefined
  }

  for (const [root, producer] of producers) {
    if (rules.canFollow(producer, members.get(root)!)) continue
    producers.delete(root)
    rootOf.set(producer, producer)
    members.set(producer, new Set())
  }

  return order
    .filter((node) => rootOf.get(node) === node)
    .map((root) => {
      const elementwise = [...members.get(root)!].sort((a, b) => a.id - b.id)
      return { root, elementwise: sortByUse(elementwise), producer: producers.get(root) }
    })
}

/** Operands before results; ids alone do not say so, since passes make new nodes. */
function sortByUse(nodes: readonly Tensor[]): Tensor[] {
  const inside = new Set(nodes)
  const sorted = new Set<Tensor>()
  const visit = (node: Tensor): void => {
    if (!inside.has(node) || sorted.has(node)) return
    node.inputs.forEach(visit)
    sorted.add(node)
  }
  nodes.forEach(visit)
  return [...sorted]
}
