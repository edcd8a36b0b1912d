/** Chooses each tensor's layout in memory: of all tensors that are tied together one, by what the nodes among them cost in each. */
import { Input, type Tensor } from '../../../graph/tensor.ts'
import type { Costs } from './costs.ts'
import type { Layout } from './layout.ts'
import { layoutsOf } from './op-layouts.ts'

/** The layout of every tensor of a graph given in topological order. */
export function assignLayouts(order: readonly Tensor[]): Map<Tensor, Layout> {
  const find = tieTogether(order)
  const costs = new Map<Tensor, Costs>()
  for (const node of order) {
    const { costs: costsOf, tied } = layoutsOf(node)
    const cost = costsOf?.(node)
    if (cost === undefined) continue
    for (const root of new Set(tied(node).filter(movable).map(find))) {
      const known = costs.get(root) ?? { lanes: 0, channels: 0 }
      costs.set(root, { lanes: known.lanes + cost.lanes, channels: known.channels + cost.channels })
    }
  }
  const layouts = new Map<Tensor, Layout>()
  for (const node of order) {
    const cost = movable(node) ? costs.get(find(node)) : undefined
    if (cost === undefined) layouts.set(node, 'plain')
    else if (cost.lanes <= cost.channels) layouts.set(node, 'lanes')
    else layouts.set(node, canBeInChannels(node, layouts) ? 'channels' : 'plain')
  }
  return layouts
}

/** Unites the tensors that nodes tie together. Gives the one that stands for all that a tensor is tied to. */
function tieTogether(order: readonly Tensor[]): (node: Tensor) => Tensor {
  const parent = new Map<Tensor, Tensor>(order.map((node) => [node, node]))
  const find = (node: Tensor): Tensor => {
    let root = node
    while (parent.get(root) !== root) root = parent.get(root)!
    while (parent.get(node) !== root) {
      const next = parent.get(node)!
      parent.set(node, root)
      node = next
    }
    return root
  }
  for (const node of order) {
    const [first, ...rest] = layoutsOf(node).tied(node).filter(movable)
    for (const other of rest) parent.set(find(other), find(first))
  }
  return find
}

/**
 * Whether a node can be computed in lanes, or, for an input, is worth a copy in lanes. Variables and constants are row-major, and so
 * are the results of ops that mix images.
 */
const movable = (node: Tensor): boolean =>
  node.shape.length > 0 && (node instanceof Input || layoutsOf(node).tied(node).includes(node))

const canBeInChannels = (node: Tensor, layouts: ReadonlyMap<Tensor, Layout>): boolean =>
  node.shape.length >= 2 &&
  node.dtype === 'float32' &&
  layoutsOf(node).canBeInChannels?.(node, (operand) => layouts.get(operand) === 'channels') === true
