/** Cycles that Winograd's method takes, roughly. */
import { laneBytes } from '../buffer.ts'
import type { WinogradPlan } from '../kernels/winograd.ts'
import type { WinogradLanesPlan } from '../kernels/winograd-lanes-parts.ts'
import { winograd4 } from '../kernels/winograd-transforms.ts'
import { areSumsLarger, gradientSumCount, type WeightGradientPlan } from '../kernels/winograd-weight-gradient.ts'
import { blockSize } from '../layout/layout.ts'
import { directCycles, gain, perCycle } from './costs.ts'

/** Bytes of filters that a core gets from memory in a cycle, while another one reads, too. */
const sharedBytesPerCycle = 3

/** Vector instructions of a transform of this many rows and columns. */
const transformInstructions = (rows: number, columns: number): number => rows * columns * (columns / 2 + 2)

/** Winograd's method on images in channels: products, transforms, and filters that each strip rereads. */
export function winogradCycles(plan: WinogradPlan, wide: boolean): number {
  const { transforms, strips, stripTiles, shares, channels, outBlocks } = plan
  const { m, input } = transforms
  const n = input.length
  const tiles = strips * stripTiles
  // Each of two threads transforms a strip whose output channels they share.
  const inputTransform =
    (Math.min(shares, 2) * (tiles * channels * (transformInstructions(n, n) + transformInstructions(n, n)))) / 4
  const outputTransform = 2 * tiles * outBlocks * (transformInstructions(m, n) * (1 + m / n))
  return (
    directCycles(tiles * n * n * channels * outBlocks * 8, wide) +
    (inputTransform + outputTransform) / perCycle.instructions / gain(wide) +
    (strips * n * n * channels * outBlocks * laneBytes) / sharedBytesPerCycle
  )
}

/** Winograd's method on one block of 8 images in lanes: products, transforms, and filters that each row of tiles rereads. */
export function winogradLanesCycles(plan: WinogradLanesPlan): number {
  const { transforms, channels, outChannels, tileRows: rows, tileColumns: columns } = plan
  const { m, input } = transforms
  const n = input.length
  const transformed =
    2 *
    rows *
    columns *
    (channels * 2 * transformInstructions(n, n) + outChannels * transformInstructions(m, n) * (1 + m / n))
  return (
    (rows * columns * n * n * channels * outChannels * 8) / perCycle.multiplyAdds +
    transformed / perCycle.instructions +
    (rows * n * n * channels * outChannels * 4) / perCycle.bytes
  )
}

/** Bytes of the gradient's sums up to which a cache holds them while tiles of one row after the other are added; of fewer tiles than sums, the second-level cache. */
const maxSumsBytes = 12 * 2 ** 20
const maxSumsOfFewTiles = 2 ** 20

/** The gradient of filters by Winograd's method, in slices of the batch: products and transforms, of whole blocks of channels. */
export function winogradGradientSlicesCycles(plan: WeightGradientPlan): number {
  const { batch, channels, outChannels, tileRows, tileColumns } = plan
  const n = winograd4.input.length
  const maxBytes = areSumsLarger(plan) ? maxSumsOfFewTiles : maxSumsBytes
  if (channels % blockSize !== 0 || outChannels % blockSize !== 0 || gradientSumCount(plan) * 4 > maxBytes)
    return Number.POSITIVE_INFINITY
  const tiles = batch * tileRows * tileColumns
  return (
    (tiles * n * n * channels * outChannels) / perCycle.multiplyAdds +
    (tiles * (channels + outChannels) * 2 * transformInstructions(n, n)) / 4 / perCycle.instructions
  )
}

/** The gradient of filters by Winograd's method: products, transforms, and the sums where they are written and read. */
export function winogradWeightGradientCycles(plan: WeightGradientPlan): number {
  const { batch, channels, outChannels, tileRows, tileColumns } = plan
  const n = winograd4.input.length
  const tiles = batch * tileRows * tileColumns
  return (
    (tiles * n * n * channels * outChannels) / perCycle.multiplyAdds +
    (tiles * (channels + outChannels) * 2 * (2 * transformInstructions(n, n))) / 4 / perCycle.instructions +
    (areSumsLarger(plan) ? 0 : (2 * n * n * channels * outChannels * 4) / perCycle.bytes)
  )
}
