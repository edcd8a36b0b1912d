/**
 * Groups nodes into kernels, so that values that one kernel needs stay in its registers.
 *
 * - An elementwise node joins the group of its consumers when one group consumes it all.
 * - A convolution, product or pooling can lead such a group, and the rest is its *epilogue*.
 * - A reduction can compute what it folds: the elementwise nodes that lead to it are its *prologue*.
 * - A cheap node that several groups consume joins each of them, and is stored nowhere, where it is as easily computed from one stored
 *   tensor as read (`isRecomputed`).
 */
import { broadcastStrides, sameShape } from '../core/shape.ts'
import type { Op } from '../graph/op.ts'
import { type Tensor, Variable } from '../graph/tensor.ts'
import { isElementwise } from '../ops/elementwise.ts'
import { afterOp } from '../ops/remat.ts'

/** The nodes that one kernel computes. */
export interface Group {
  /** The node whose values the kernel stores. */
  readonly root: Tensor
  /** Elementwise nodes of the root's shape, operands before results; empty when the root is computed alone. */
  readonly elementwise: readonly Tensor[]
  /** What is computed before them by a loop of its own, if anything. */
  readonly producer?: Tensor
  /** Elementwise nodes of the shape of the root's operand, the last of them that operand, where the root folds what it computes. */
  readonly prologue: readonly Tensor[]
}

/** What a backend says of its kernels. */
export interface FusionRules {
  /** Whether `producer`'s kernel can go on with these elementwise nodes before it stores. */
  canFollow(producer: Tensor, elementwise: ReadonlySet<Tensor>): boolean
  /** Whether the kernel of a node that is not elementwise can compute its operand element by element as it reads it. */
  canFold(node: Tensor): boolean
  /** Whether two tensors of one shape lie alike in memory, so that one kernel can go through both element by element. */
  lieAlike(a: Tensor, b: Tensor): boolean
}

/** A group as it grows. */
interface Draft {
  readonly root: Tensor
  /** The tensor whose shape the group's elementwise nodes have, and which they lie like; none where no such node can join. */
  readonly domain?: Tensor
  readonly nodes: Set<Tensor>
  producer?: Tensor
}

/** Groups all nodes but sources, in an order in which every group follows those that it reads. */
export function fuse(order: readonly Tensor[], roots: readonly Tensor[], rules: FusionRules): Group[] {
  const consumers = new Map<Tensor, Tensor[]>()
  for (const node of order) for (const x of new Set(readBy(node))) consumers.set(x, [...(consumers.get(x) ?? []), node])

  const outputs = new Set(roots)
  const drafts = new Map<Tensor, Draft>()
  /** The groups that compute a node. */
  const groupsOf = new Map<Tensor, readonly Draft[]>()

  const begin = (root: Tensor): void => {
    const domain = isElementwise(root) ? root : rules.canFold(root) ? root.inputs[0] : undefined
    const draft: Draft = { root, domain, nodes: new Set(isElementwise(root) ? [root] : []) }
    drafts.set(root, draft)
    groupsOf.set(root, [draft])
  }

  /** The groups that consume a node, or none where one of them cannot compute it among its elementwise nodes. */
  const hostsOf = (node: Tensor): Draft[] => {
    if (outputs.has(node)) return []
    const uses = (consumers.get(node) ?? []).flatMap((reader) =>
      groupsOf.get(reader)!.map((host) => ({ reader, host })),
    )
    const fits = ({ reader, host: { root, domain, nodes } }: (typeof uses)[number]): boolean =>
      domain !== undefined &&
      (nodes.has(reader) || reader === root) &&
      sameShape(node.shape, domain.shape) &&
      rules.lieAlike(node, domain)
    return uses.every(fits) ? [...new Set(uses.map(({ host }) => host))] : []
  }

  const isStored = (node: Tensor): boolean =>
    node.inputs.length === 0 || outputs.has(node) || consumers.get(node)!.some((reader) => !isElementwise(reader))

  const lead = (producer: Tensor, host: Draft): boolean => {
    if (host.root !== host.domain || host.producer !== undefined || !rules.canFollow(producer, host.nodes)) return false
    host.producer = producer
    return true
  }

  for (const node of [...order].reverse()) {
    if (node.inputs.length === 0) continue
    const hosts = hostsOf(node)
    if (isElementwise(node) && (hosts.length === 1 || (hosts.length > 1 && isRecomputed(node, isStored)))) {
      for (const { nodes } of hosts) nodes.add(node)
      groupsOf.set(node, hosts)
    } else if (hosts.length === 1 && lead(node, hosts[0])) groupsOf.set(node, hosts)
    else begin(node)
  }

  // What joined a group after its producer may be more than the producer's kernel can go on with.
  for (const draft of [...drafts.values()]) {
    const { producer } = draft
    if (producer === undefined || rules.canFollow(producer, draft.nodes)) continue
    draft.producer = undefined
    begin(producer)
  }

  return order.flatMap((node) => {
    const draft = drafts.get(node)
    return draft === undefined ? [] : [groupOf(draft)]
  })
}

/** The operands whose values a node reads. */
const readBy = ({ op, inputs }: Tensor): readonly Tensor[] => (op === (afterOp as Op) ? inputs.slice(0, 1) : inputs)

function groupOf({ root, domain, nodes, producer }: Draft): Group {
  const sorted = sortByUse([...nodes].sort((a, b) => a.id - b.id))
  return domain === root
    ? { root, elementwise: sorted, producer, prologue: [] }
    : { root, elementwise: [], prologue: sorted }
}

/** Ops of one instruction or two. */
const cheapOps = new Set(
  'add sub mul neg abs floor ceil round trunc relu relu6 maximum minimum equal notEqual less lessEqual greater greaterEqual where'.split(
    ' ',
  ),
)

/**
 * Whether a node that several groups read is computed in each of them instead of being stored. It must be cheap and read one tensor of
 * its own size; the other operands are single numbers or one for each channel. That tensor must be stored anyway, and since it is as large as
 * what is not stored, memory does not grow where it now has to live longer. Variables are left alone: their readers must finish
 * before they can be updated in place.
 */
function isRecomputed(node: Tensor, isStored: (node: Tensor) => boolean): boolean {
  const full = [...new Set(node.inputs)].filter((x) => sameShape(x.shape, node.shape))
  const small = node.inputs.filter((x) => !full.includes(x))
  return (
    cheapOps.has(node.op.name) &&
    full.length === 1 &&
    !(full[0] instanceof Variable) &&
    isStored(full[0]) &&
    small.every((x) => isPerChannel(x, node))
  )
}

/** Whether an operand is the same for all images and differs along one axis at most. */
function isPerChannel(operand: Tensor, { shape }: Tensor): boolean {
  const strides = broadcastStrides(operand.shape, shape)
  return strides[0] === 0 && strides.filter((stride) => stride !== 0).length <= 1
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
