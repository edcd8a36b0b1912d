/** What a node costs in each layout. */
import type { Tensor } from '../../../graph/tensor.ts'
import { type Conv2dAttributes, isDepthwise } from '../../../ops/conv2d.ts'
import { isInLoop } from './dense.ts'
import { blockSize } from './layout.ts'

/** Multiply-adds that a node takes in each layout, those on places that hold no image or no channel counted. */
export interface Costs {
  readonly lanes: number
  readonly channels: number
}

/** Of nodes that are computed in blocks of either kind, and whose time is that of reading memory. */
export const free: Costs = { lanes: 0, channels: 0 }

/** Of nodes whose kernels are in lanes alone. */
export const lanesAlone: Costs = { lanes: 0, channels: Number.POSITIVE_INFINITY }

/** Fewer blocks of images than this leave cores idle. */
const defaultThreads = 4

/** The same within a loop, where threads that share a product wait for each other in every step, and those that take blocks never do. */
const defaultThreadsInLoop = 2

/** Channels of one group that a register tile in lanes has. */
const tileChannels = 6

const blocksFor = (count: number): number => Math.ceil(count / blockSize)

const multiplyAddsOf = (node: Tensor): number => node.op.multiplyAdds?.(node.inputs, node.attributes, node) ?? 0

/**
 * In lanes threads take whole blocks of images, so that small batches leave places or cores empty. How many threads there are must not
 * decide, or results would depend on it.
 */
const laneMultiplyAdds = (node: Tensor, threads = defaultThreads): number => {
  const batch = node.shape[0]
  return multiplyAddsOf(node) * ((Math.max(blocksFor(batch), threads) * blockSize) / batch)
}

export function convolutionCosts(node: Tensor): Costs {
  const channels = node.shape[1]
  const perGroup = channels / (node.attributes as Conv2dAttributes).groups
  return {
    lanes: laneMultiplyAdds(node) * Math.max(1, tileChannels / perGroup),
    channels: canConvolveInChannels(node)
      ? multiplyAddsOf(node) * ((blocksFor(channels) * blockSize) / channels)
      : Number.POSITIVE_INFINITY,
  }
}

export const denseCosts = (node: Tensor): Costs => ({
  lanes: laneMultiplyAdds(node, isInLoop(node.inputs[1]) ? defaultThreadsInLoop : defaultThreads),
  channels: multiplyAddsOf(node),
})

/** Whether each group of a convolution has whole blocks of channels, or every channel is a group of its own. */
function canConvolveInChannels({ inputs: [x], shape, attributes }: Tensor): boolean {
  const { groups } = attributes as Conv2dAttributes
  if (groups === 1 || isDepthwise(x.shape[1], shape[1], groups)) return true
  return (x.shape[1] / groups) % blockSize === 0 && (shape[1] / groups) % blockSize === 0
}
