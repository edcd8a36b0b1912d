/**
 * Chooses each tensor's layout in memory. `lanes` keeps a batch in blocks of 8 images with the 8 images innermost,
 * `[N / 8][...][8]`: every op that treats images alike is then plain SIMD without remainders. `plain` is row-major.
 */
import { Input, type Tensor, Variable } from '../graph/tensor.ts'
import { elementwiseOps } from '../ops/table.ts'

export type Layout = 'plain' | 'lanes'

/** Images in one block: two vectors of four floats. */
export const blockSize = 8

/** The tensors a node ties together: all or none of them are in lanes, since the node keeps each image to itself. */
function tiedBy(node: Tensor): Tensor[] {
  const { op, inputs, shape } = node
  const [x] = inputs
  const batch = shape[0]
  const attributes = node.attributes as Record<string, readonly number[]> & { axis?: number }
  if (op.name in elementwiseOps)
    return [node, ...inputs.filter((a) => a.shape.length === shape.length && a.shape[0] === batch && shape.length > 0)]
  switch (op.name) {
    case 'conv2d':
    case 'maxPool2d':
    case 'avgPool2d':
    case 'avgPool2dGradient':
      return [node, x]
    case 'conv2dInputGradient':
      return [node, inputs[1]]
    case 'maxPool2dScatter':
    case 'maxPool2dGather':
      return [node, ...inputs]
    case 'conv2dWeightGradient':
      return inputs.slice()
    case 'matmul':
      return isDense(node) ? [node, x] : []
    case 'reshape':
      return x.shape[0] === batch && shape.length > 0 ? [node, x] : []
    case 'oneHot':
      return x.shape.length > 0 ? [node, x] : []
    case 'sum':
    case 'max':
      return attributes.axes.includes(0) ? [] : [node, x]
    case 'argmax':
      return attributes.axis === 0 ? [] : [node, x]
    case 'transpose':
      return attributes.order[0] === 0 ? [node, x] : []
    case 'broadcastTo':
      return x.shape.length === shape.length && x.shape[0] === batch ? [node, x] : []
    case 'concat':
      return attributes.axis === 0 ? [] : [node, ...inputs]
    case 'slice':
    case 'pad':
      return x.shape[0] === batch ? [node, x] : []
    default:
      return []
  }
}

/** A matrix product of activations with a matrix of weights: what a dense layer does, forward and to its input. */
export const isDense = ({ op, inputs, attributes }: Tensor): boolean =>
  op.name === 'matmul' &&
  inputs[0].shape.length >= 2 &&
  !(attributes as { transposeA: boolean }).transposeA &&
  isWeights(inputs[1])

const isWeights = (node: Tensor): boolean =>
  node.shape.length === 2 &&
  (node instanceof Variable || (node.op.name === 'reshape' && node.inputs[0] instanceof Variable))

/** Ops that exist in lanes alone, and dense layers, decide that a batch is in lanes. */
const wantsLanes = (node: Tensor): boolean => /2d/.test(node.op.name) || isDense(node)

/** The layout of every tensor of a graph given in topological order. */
export function assignLayouts(order: readonly Tensor[]): Map<Tensor, Layout> {
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
    const [first, ...rest] = tiedBy(node).filter(movable)
    for (const other of rest) parent.set(find(other), find(first))
  }
  const lanes = new Set<Tensor>()
  for (const node of order) if (wantsLanes(node)) for (const tied of tiedBy(node).filter(movable)) lanes.add(find(tied))
  return new Map(order.map((node) => [node, movable(node) && lanes.has(find(node)) ? 'lanes' : 'plain']))
}

/**
 * Whether a node can be computed in lanes, or, for an input, is worth a copy in lanes. Variables and constants are row-major, and so
 * are the results of ops that mix images.
 */
const movable = (node: Tensor): boolean =>
  node.shape.length > 0 &&
  (node instanceof Input || anyLayout.has(node.op.name) || (node.inputs.length > 0 && tiedBy(node).includes(node)))

/** Ops that write either layout whatever they read. */
const anyLayout = new Set(['uniform', 'broadcastTo'])
