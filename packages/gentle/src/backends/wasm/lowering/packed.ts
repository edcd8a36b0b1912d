/** Convolutions and gradients of filters on packed operands, loaded for programs with convolutions of many channels. */
import { sizeOf } from '../../../core/shape.ts'
import { floatBuffer } from '../buffer.ts'
import { depthwiseWeightGradientKernel, maxDepthwiseTaps } from '../kernels/depthwise-weight-gradient.ts'
import { packedTileKernel, packedWeightCount, packWeightsKernel } from '../kernels/packed-tile.ts'
import { pointwiseWeightGradientKernel } from '../kernels/pointwise-weight-gradient.ts'
import type { TileProblem } from '../kernels/tile.ts'
import type { WeightGradient } from './choices.ts'
import type { LoweringContext } from './context.ts'
import type { WeightGradientProblem } from './weight-gradient.ts'

/** Output channels from which bringing the image into panels takes little beside the product; no fewer than `minPackedChannels`. */
const minPointwiseOutputs = 32

export const packed = {
  convolve(context: LoweringContext, problem: TileProblem): void {
    const weights = floatBuffer('packed weights', [packedWeightCount(problem)])
    context.emit(packWeightsKernel(problem, weights), packedTileKernel({ ...problem, weights }))
  },

  /** Whether the gradient of filters [O, C, height, width] is taken as a product over all places. */
  isPointwise: ({
    weightShape: [outputs, channels, ...kernel],
    attributes: { groups, padding },
  }: WeightGradient): boolean =>
    groups === 1 &&
    outputs >= minPointwiseOutputs &&
    channels % 4 === 0 &&
    kernel.every((n) => n === 1) &&
    padding.every((n) => n === 0),

  /** Whether they are filters of one channel each, whose taps all have sums in registers. */
  isDepthwise: ({ weightShape: [outputs, channels, ...kernel], attributes: { groups } }: WeightGradient): boolean =>
    groups === outputs && channels === 1 && sizeOf(kernel) <= maxDepthwiseTaps,

  depthwise(context: LoweringContext, { x, dy, output, sizes, attributes }: WeightGradientProblem): void {
    const gradient = context.masked(context.buffer(dy, 'lanes'))
    context.emit(depthwiseWeightGradientKernel(x, gradient, output, sizes, attributes))
  },

  pointwise(context: LoweringContext, { x, dy, output, sizes, attributes }: WeightGradientProblem): void {
    const gradient = context.masked(context.buffer(dy, 'lanes'))
    context.emit(pointwiseWeightGradientKernel(x, gradient, output, sizes, attributes, context.wide))
  },
}

export type Packed = typeof packed
