/**
 * Chooses each tensor's layout in memory.
 *
 * - `plain` is row-major.
 * - `lanes` keeps a batch in blocks of 8 images with the 8 images innermost, `[N / 8][...][8]`: every op that treats images alike is
 *   then plain SIMD without remainders, and a block of images goes through many ops while it is in the cache. Training uses it.
 * - `channels` keeps the channels of each image in blocks of 8 with the 8 channels innermost, `[N][C / 8][H][W][8]`: it serves a
 *   single image as well as many. Inference uses it where lanes would leave places or threads empty.
 */
import { sizeOf } from '../core/shape.ts'
import { Captured, Input, type Tensor, Variable } from '../graph/tensor.ts'
import type { Conv2dAttributes } from '../ops/conv2d.ts'
import { isElementwise } from '../ops/elementwise.ts'
import type { AddSlicesAttributes, SlicePlace } from '../ops/structure.ts'

export type Layout = 'plain' | 'lanes' | 'channels'

/** Images or channels in one block: two vectors of four floats. */
export const blockSize = 8

/** Axes of a tensor that count blocks and what is in them; kernels loop over the others. */
export const leadingAxes: Readonly<Record<Layout, number>> = { plain: 0, lanes: 1, channels: 2 }

/** The tensors a node ties together: all or none of them are in lanes, since the node keeps each image to itself. */
function tiedBy(node: Tensor): Tensor[] {
  const { op, inputs, shape } = node
  const [x] = inputs
  const batch = shape[0]
  const attributes = node.attributes as Record<string, readonly number[]> & { axis?: number }
  if (isElementwise(node))
    return [node, ...inputs.filter((a) => a.shape.length === shape.length && a.shape[0] === batch && shape.length > 0)]
  switch (op.name) {
    case 'conv2d':
    case 'maxPool2d':
    case 'avgPool2d':
    case 'avgPool2dGradient':
    case 'resample2d':
    case 'resample2dGradient':
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
      return x.shape[0] === batch && keepsBatch(node.attributes as SlicePlace) ? [node, x] : []
    case 'pad':
      return x.shape[0] === batch ? [node, x] : []
    case 'addSlices': {
      const { places } = node.attributes as AddSlicesAttributes
      return inputs.every((part) => part.shape[0] === batch) && places.every(keepsBatch) ? [node, ...inputs] : []
    }
    default:
      return []
  }
}

/** Whether a slice that takes all images leaves them in their order. */
const keepsBatch = ({ strides }: SlicePlace): boolean => strides === undefined || strides[0] === 1

/** A matrix product of activations with a matrix of weights: what a dense layer does, forward and to its input. */
export const isDense = ({ op, inputs, attributes }: Tensor): boolean =>
  op.name === 'matmul' &&
  inputs[0].shape.length >= 2 &&
  !(attributes as { transposeA: boolean }).transposeA &&
  isWeights(inputs[1])

const isWeights = (node: Tensor): boolean =>
  node.shape.length === 2 && (isKept(node) || (node.op.name === 'reshape' && isKept(node.inputs[0])))

/** Whether a tensor is there before the program, or the loop, begins. */
const isKept = (node: Tensor): boolean => node instanceof Variable || node instanceof Captured

/** Ops that exist in blocks alone, and dense layers, decide that a batch is in blocks. */
const wantsBlocks = (node: Tensor): boolean => /2d/.test(node.op.name) || isDense(node)

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
  const costs = new Map<Tensor, Costs>()
  for (const node of order) {
    if (!wantsBlocks(node)) continue
    const { lanes, channels } = costsOf(node)
    for (const root of new Set(tiedBy(node).filter(movable).map(find))) {
      const known = costs.get(root) ?? { lanes: 0, channels: 0 }
      costs.set(root, { lanes: known.lanes + lanes, channels: known.channels + channels })
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

/**
 * Whether a node can be computed in lanes, or, for an input, is worth a copy in lanes. Variables and constants are row-major, and so
 * are the results of ops that mix images.
 */
const movable = (node: Tensor): boolean =>
  node.shape.length > 0 &&
  (node instanceof Input || anyLayout.has(node.op.name) || (node.inputs.length > 0 && tiedBy(node).includes(node)))

/** Ops that write either layout whatever they read. */
const anyLayout = new Set(['uniform', 'broadcastTo'])

/** Fewer blocks of images than this leave cores idle. */
const usualThreads = 4

/** Multiply-adds that a node takes in each layout, those on places that hold no image or no channel counted. */
interface Costs {
  readonly lanes: number
  readonly channels: number
}

const blocksFor = (count: number): number => Math.ceil(count / blockSize)

function costsOf(node: Tensor): Costs {
  const { op, inputs, shape } = node
  const batch = shape[0]
  const blocks = blocksFor(batch)
  // Threads take whole blocks of images. How many there are must not decide, or results would depend on it.
  const waste = (Math.max(blocks, usualThreads) * blockSize) / batch
  const work = op.multiplyAdds?.(inputs, node.attributes, node) ?? 0
  switch (op.name) {
    case 'conv2d': {
      const perGroup = shape[1] / (node.attributes as Conv2dAttributes).groups
      const channels = (blocksFor(shape[1]) * blockSize) / shape[1]
      // A register tile in lanes has up to 6 channels of one group.
      return {
        lanes: work * waste * Math.max(1, 6 / perGroup),
        channels: canConvolveInChannels(node) ? work * channels : Number.POSITIVE_INFINITY,
      }
    }
    case 'matmul':
      return { lanes: work * waste, channels: work }
    case 'maxPool2d':
    case 'avgPool2d':
    case 'resample2d':
      return { lanes: 0, channels: 0 }
    default:
      // Gradients have kernels in lanes alone.
      return { lanes: 0, channels: Number.POSITIVE_INFINITY }
  }
}

/** How an elementwise node in channels reads an operand. */
export type AlongChannels = 'elements' | 'channels' | 'nothing'

/** Undefined where a node of `shape` [N, C, ...] in channels cannot read the operand. */
export function alongChannels(operand: Tensor, shape: readonly number[]): AlongChannels | undefined {
  if (sizeOf(operand.shape) === 1 && operand.shape.length < 2) return 'nothing'
  const missing = shape.length - operand.shape.length
  const aligned = [...Array<number>(Math.max(missing, 0)).fill(1), ...operand.shape]
  if (missing <= 0 && aligned[0] === shape[0] && aligned[1] === shape[1]) return 'elements'
  const perChannel = missing >= 0 && aligned.every((n, axis) => n === (axis === 1 ? shape[1] : 1))
  return perChannel ? 'channels' : undefined
}

function canBeInChannels(node: Tensor, layouts: ReadonlyMap<Tensor, Layout>): boolean {
  const { op, inputs, shape } = node
  const [x] = inputs
  const attributes = node.attributes as { axes?: readonly number[]; axis?: number }
  const inChannels = (operand: Tensor): boolean => layouts.get(operand) === 'channels'
  if (shape.length < 2 || node.dtype !== 'float32') return false
  if (isElementwise(node))
    return (
      inputs.some(inChannels) && inputs.every((a) => a.dtype === 'float32' && alongChannels(a, shape) !== undefined)
    )
  switch (op.name) {
    case 'conv2d':
    case 'maxPool2d':
    case 'avgPool2d':
    case 'resample2d':
      return true
    case 'sum':
    case 'max':
      return inChannels(x) && attributes.axes!.every((axis) => axis >= 2)
    case 'reshape':
      return inChannels(x) && x.shape[0] === shape[0] && x.shape[1] === shape[1]
    case 'concat':
      return (
        attributes.axis === 1 &&
        inputs.every(inChannels) &&
        inputs.slice(0, -1).every((part) => part.shape[1] % blockSize === 0)
      )
    default:
      return false
  }
}

/** Whether each group of a convolution has whole blocks of channels, or every channel is a group of its own. */
function canConvolveInChannels({ inputs: [x], shape, attributes }: Tensor): boolean {
  const { groups } = attributes as Conv2dAttributes
  if (groups === 1 || isDepthwise(x.shape[1], shape[1], groups)) return true
  return (x.shape[1] / groups) % blockSize === 0 && (shape[1] / groups) % blockSize === 0
}

/** Whether a convolution filters each channel alone. */
export const isDepthwise = (inChannels: number, outChannels: number, groups: number): boolean =>
  groups === inChannels && groups === outChannels && groups > 1
