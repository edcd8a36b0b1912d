/** Winograd's method, loaded for programs with convolutions that it computes: those with filters of 3 x 3, and of 5 x 5 in channels. */
import type { Tensor } from '../../../graph/tensor.ts'
import { type Conv2dAttributes, type Conv2dSizes, conv2dMultiplyAdds } from '../../../ops/conv2d.ts'
import { type Buffer, floatBuffer } from '../buffer.ts'
import type { Epilogue, TileProblem } from '../kernels/tile.ts'
import {
  planWinograd,
  winogradFilterCount,
  winogradFiltersKernel,
  winogradFrame,
  winogradKernel,
} from '../kernels/winograd.ts'
import { gradientSlicesKernel, slicesOf } from '../kernels/winograd-gradient-slices.ts'
import { winogradLanesFilterCount, winogradLanesFiltersKernel, winogradLanesKernel } from '../kernels/winograd-lanes.ts'
import { planWinogradLanes, type WinogradLanesPlan, type WinogradLanesSizes } from '../kernels/winograd-lanes-parts.ts'
import { streamedTiles, streamedTilesKernel, winogradStreamedKernel } from '../kernels/winograd-streamed.ts'
import { winograd2, winograd2of5, winograd4 } from '../kernels/winograd-transforms.ts'
import {
  areSumsLarger,
  frameChannelsKernel,
  gradientByFiltersKernel,
  gradientFiltersKernel,
  gradientFrames,
  gradientProductsKernel,
  gradientSumCount,
  planWeightGradient,
  transformedCount,
  transformTilesKernel,
} from '../kernels/winograd-weight-gradient.ts'
import { firstOf, lanesFilters } from './choices.ts'
import type { LoweringContext } from './context.ts'
import {
  winogradCycles,
  winogradGradientSlicesCycles,
  winogradLanesCycles,
  winogradWeightGradientCycles,
} from './winograd-costs.ts'

const transformsOf = { winograd2, winograd4, winograd2of5 } as const

/** Tiles of 2 x 2 or of 4 x 4 results for filters of 3 x 3, and of 2 x 2 for those of 5 x 5. */
type Tiles = keyof typeof transformsOf

/** A convolution of images in channels. */
interface InChannels {
  readonly sizes: Conv2dSizes
  readonly multiplyAdds: number
  readonly filters: Buffer
  readonly output: Buffer
  readonly epilogue: Epilogue | undefined
  /** The images within a frame of this height and width. */
  frameOf(size: readonly [number, number]): Buffer
}

/** The gradient of filters from images in lanes. */
interface OfFilters {
  readonly sizes: Conv2dSizes
  readonly attributes: Conv2dAttributes
  readonly x: Buffer
  readonly dy: Tensor
  readonly output: Buffer
}

/** A convolution of images in lanes. */
interface InLanes {
  readonly asConvolution: WinogradLanesSizes
  readonly tile: TileProblem
  /** Whether the filters change in every run. */
  readonly filtersChange: boolean
}

const lanesMethods: Readonly<
  Record<keyof typeof lanesFilters, (context: LoweringContext, plan: WinogradLanesPlan, tile: TileProblem) => void>
> = {
  streamed(context, plan, { name, source, weights, output, multiplyAdds, epilogue }) {
    const tiles = streamedTiles(plan, source.blocks)
    const filters = [weights, isTurned(name)] as const
    context.emit(
      streamedTilesKernel(source, tiles, plan),
      winogradStreamedKernel(name, [source, tiles], filters, output, plan, multiplyAdds, epilogue),
    )
  },

  kept(context, plan, { name, source, weights, output, multiplyAdds, epilogue }) {
    const transformed = floatBuffer('winograd filters', [winogradLanesFilterCount(plan)])
    context.emit(
      winogradLanesFiltersKernel(weights, transformed, plan, isTurned(name)),
      winogradLanesKernel(name, source, transformed, output, plan, multiplyAdds, epilogue),
    )
  },
}

/** Whether what a convolution is named after takes filters turned round. */
const isTurned = (name: string): boolean => name === 'conv2dInputGradient'

export const winograd = {
  lanesCycles: (tiles: Tiles, sizes: WinogradLanesSizes): number =>
    winogradLanesCycles(planWinogradLanes(transformsOf[tiles], sizes)),

  channelsCycles: (tiles: Tiles, sizes: Conv2dSizes, wide: boolean): number =>
    winogradCycles(planWinograd(transformsOf[tiles], sizes, wide), wide),

  weightGradientCycles: (sizes: Conv2dSizes, padding: readonly [number, number]): number =>
    winogradWeightGradientCycles(planWeightGradient(sizes, padding)),

  gradientSlicesCycles: (sizes: Conv2dSizes, padding: readonly [number, number]): number =>
    winogradGradientSlicesCycles(planWeightGradient(sizes, padding)),

  convolveInLanes(context: LoweringContext, tiles: Tiles, problem: InLanes): void {
    const { asConvolution, tile, filtersChange } = problem
    const plan = planWinogradLanes(transformsOf[tiles], asConvolution)
    const { outChannels, tileRows, tileColumns } = plan
    const allTiles = tile.source.blocks * tileRows * tileColumns
    const method = firstOf(lanesFilters, { change: filtersChange, outChannels, tiles: allTiles })
    lanesMethods[method](context, plan, tile)
  },

  convolveInChannels(context: LoweringContext, tiles: Tiles, problem: InChannels): void {
    const { sizes, multiplyAdds, filters, output, epilogue, frameOf } = problem
    const plan = planWinograd(transformsOf[tiles], sizes, context.wide)
    const transformed = floatBuffer('winograd filters', [winogradFilterCount(plan)])
    const framed = frameOf(winogradFrame(plan))
    context.emit(
      winogradFiltersKernel(filters, transformed, plan),
      winogradKernel(framed, transformed, output, plan, multiplyAdds, epilogue),
    )
  },

  weightGradientInSlices(context: LoweringContext, { sizes, attributes, x, dy, output }: OfFilters): void {
    const plan = planWeightGradient(sizes, attributes.padding)
    const slices = slicesOf(x, plan)
    const sums = floatBuffer('winograd sums', [slices.count * gradientSumCount(plan)])
    const multiplyAdds = conv2dMultiplyAdds(sizes, attributes)
    context.emit(
      gradientSlicesKernel(x, context.buffer(dy, 'lanes'), sums, plan, slices, multiplyAdds),
      gradientFiltersKernel(sums, output, plan, slices.count),
    )
  },

  weightGradient(context: LoweringContext, problem: OfFilters): void {
    const { sizes, attributes, x, output } = problem
    const plan = planWeightGradient(sizes, attributes.padding)
    const dy = context.buffer(problem.dy, 'lanes')
    const frames = gradientFrames(plan)
    const transformed = (of: 'x' | 'dy', lanes: Buffer, padding: readonly [number, number]): Buffer => {
      const framed = floatBuffer(`framed ${of}`, [sizes.batch, lanes.shape[1], ...frames[of]], 'channels')
      const tiles = floatBuffer(`transformed ${of}`, [transformedCount(lanes.shape[1], plan)])
      context.emit(frameChannelsKernel(lanes, framed, padding), transformTilesKernel(framed, tiles, plan, of))
      return tiles
    }
    const [xTiles, dyTiles] = [transformed('x', x, attributes.padding), transformed('dy', dy, [0, 0])]
    const multiplyAdds = conv2dMultiplyAdds(sizes, attributes)
    if (areSumsLarger(plan)) {
      context.emit(gradientByFiltersKernel(xTiles, dyTiles, output, plan, multiplyAdds))
      return
    }
    const sums = floatBuffer('winograd sums', [gradientSumCount(plan)])
    context.emit(
      gradientProductsKernel(xTiles, dyTiles, sums, plan, multiplyAdds),
      gradientFiltersKernel(sums, output, plan),
    )
  },
}

export type Winograd = typeof winograd
