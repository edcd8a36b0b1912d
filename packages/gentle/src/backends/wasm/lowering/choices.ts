/**
 * Which method computes what. Conditions and costs look at sizes and layouts alone and never at the number of threads, so that results do
 * not depend on it. Lowerings are tables over the methods' names. Convolutions in channels have choices of their own (`channels-choices.ts`), which are loaded for such.
 */
import { type Shape, sizeOf } from '../../../core/shape.ts'
import { type Conv2dAttributes, type Conv2dSizes, conv2dMultiplyAdds } from '../../../ops/conv2d.ts'
import type { MatmulAttributes } from '../../../ops/matmul.ts'
import type { TileProblem } from '../kernels/tile.ts'
import type { WinogradLanesSizes } from '../kernels/winograd-lanes-parts.ts'
import { blockSize, type Layout } from '../layout/layout.ts'
import { directCycles } from './costs.ts'
import type { Packed } from './packed.ts'
import type { Winograd } from './winograd.ts'

/** Methods, each with the condition under which it is taken unless one before it is; the last always can be. */
type Conditions<Method extends string, Problem> = Readonly<Record<Method, (problem: Problem) => boolean>>

/** Methods, each with the cycles that it takes, roughly; Infinity where it cannot compute the problem. */
export type Cycles<Method extends string, Problem> = Readonly<Record<Method, (problem: Problem) => number>>

const always = (): boolean => true

const namesOf = <Method extends string>(methods: Readonly<Record<Method, unknown>>): Method[] =>
  Object.keys(methods) as Method[]

/** The first method whose condition holds. */
export const firstOf = <Method extends string, Problem>(
  methods: Conditions<Method, Problem>,
  problem: Problem,
): Method => namesOf(methods).find((method) => methods[method](problem))!

/** The method of the fewest cycles; of equals the first. */
export function cheapestOf<Method extends string, Problem>(methods: Cycles<Method, Problem>, problem: Problem): Method {
  const ways = namesOf(methods).map((method) => ({ method, cycles: methods[method](problem) }))
  return ways.reduce((best, way) => (way.cycles < best.cycles ? way : best)).method
}

/** A sum or maximum over axes of an operand. */
export interface Folding {
  readonly op: string
  readonly axes: readonly number[]
  /** The layouts of the result and of the operand. */
  readonly layout: Layout
  readonly operand: Layout
}

export const reductions = {
  /** The batch stays: each block folds on its own. */
  withinBlocks: ({ layout }) => layout !== 'plain',
  /** Over the images of a batch in lanes: each block is folded first, then the blocks' sums. */
  overImages: ({ op, axes, operand }) => op === 'sum' && axes.includes(0) && operand === 'lanes',
  rowMajor: always,
} satisfies Conditions<string, Folding>

/** c = a b, matrices of the last two axes. */
export interface Product extends MatmulAttributes {
  readonly a: Shape
  readonly b: Shape
  readonly c: Shape
  /** Whether b is the weights of a dense layer. */
  readonly dense: boolean
  /** The layouts of c and of a. */
  readonly layout: Layout
  readonly operand: Layout
  /** Whether the same weights are used again and again: in the steps of a loop, or for the rows of all steps. */
  readonly isRepeated: boolean
}

/** From this many rows on, packing weights takes little time beside their product with them. */
export const manyRows = 64

/** Whether the kernel of a dense layer on rows computes this many outputs: from weights [K, M] it stores whole vectors. */
const canTakeRows = (outputs: number, transposed: boolean): boolean => transposed || outputs >= 4

/** Bytes of weights from which all blocks of images read them together: the second-level cache does not keep them from block to block. */
const minStreamedBytes = 2 ** 20

/** Inputs and outputs from which they are read together: of fewer outputs there is too little for threads to share, and of fewer inputs nothing to go along. */
const minStreamedSide = 64

/** Whether a dense layer has weights of that many bytes, and of both sides. Programs without any do not load the method. */
export const isStreamed = (weights: Shape): boolean =>
  sizeOf(weights) * 4 >= minStreamedBytes && weights.every((n) => n >= minStreamedSide)

const isMatrix = (shape: Shape): boolean => shape.length === 2

export const products = {
  panelsInLanes: ({ a, layout, isRepeated }) => layout === 'lanes' && isRepeated && isMatrix(a),
  streamed: ({ a, b, dense, layout }) => layout === 'lanes' && dense && isMatrix(a) && isStreamed(b),
  /** A dense layer on a batch in lanes: the tile of convolutions. */
  tile: ({ layout }) => layout === 'lanes',
  /** The gradient to a dense layer's weights: the inner index runs over the images. */
  overImages: ({ a, b, transposeA, transposeB, operand }: Omit<Product, 'c' | 'dense' | 'layout' | 'isRepeated'>) =>
    operand === 'lanes' && transposeA && !transposeB && isMatrix(a) && isMatrix(b),
  /** A dense layer on some rows: up to 4, reading x again for each output is cheaper than bringing it into lanes. */
  rowsInLanes: ({ a, dense, transposeB }) => dense && isMatrix(a) && transposeB && a[0] > 4,
  rows: ({ a, c, dense, transposeB }) => dense && isMatrix(a) && canTakeRows(c[1], transposeB),
  panels: always,
} satisfies Conditions<string, Product>

/** Whether a convolution is one that Winograd's method computes. */
const isThreeByThree = ({ sizes, attributes }: Convolution): boolean => canBeWinograd(sizes.kernel, attributes)

/** Whether filters of this height and width can be such, or of another side. Programs without any do not load the method. */
export const canBeWinograd = (
  kernel: readonly number[],
  { stride, dilation, groups, padding }: Conv2dAttributes,
  side = 3,
): boolean =>
  groups === 1 &&
  kernel.every((n) => n === side) &&
  [...stride, ...dilation].every((n) => n === 1) &&
  padding.every((n) => n < side)

export interface Convolution {
  /** Winograd's method, where it is loaded. */
  readonly winograd: Winograd | undefined
  readonly sizes: Conv2dSizes
  readonly attributes: Conv2dAttributes
}

/** A convolution of a batch in lanes, or its gradient to the input, which is a convolution of dy to Winograd's method. */
export interface LanesConvolution extends Convolution {
  readonly asConvolution: WinogradLanesSizes
}

const winogradInLanes =
  (tiles: 'winograd2' | 'winograd4') =>
  (problem: LanesConvolution): number =>
    isThreeByThree(problem) && problem.asConvolution.channels % 4 === 0
      ? problem.winograd!.lanesCycles(tiles, problem.asConvolution)
      : Number.POSITIVE_INFINITY

/** Multiply-adds of a block of 8 images. */
const blockMultiplyAdds = (sizes: Conv2dSizes, attributes: Conv2dAttributes): number =>
  (conv2dMultiplyAdds(sizes, attributes) / sizes.batch) * blockSize

export const lanesConvolutions = {
  direct: ({ sizes, attributes }) => directCycles(blockMultiplyAdds(sizes, attributes)),
  winograd2: winogradInLanes('winograd2'),
  winograd4: winogradInLanes('winograd4'),
} satisfies Cycles<string, LanesConvolution>

/** Filters of Winograd's method on a batch in lanes, and the tiles of all its blocks. */
export interface LanesFilters {
  /** Whether they change in every run. */
  readonly change: boolean
  readonly outChannels: number
  readonly tiles: number
}

/**
 * Output channels for each tile of 8 images from which filters are transformed where they are used: then they are the larger part. Those that stay the same, as from micro-batch to
 * micro-batch, are transformed once otherwise, but then four times as many bytes are read in every run.
 */
const minStreamedFilters = { changing: 8, fixed: 64 }

export const lanesFilters = {
  streamed: ({ change, outChannels, tiles }) =>
    outChannels >= (change ? minStreamedFilters.changing : minStreamedFilters.fixed) * tiles,
  kept: always,
} satisfies Conditions<string, LanesFilters>

/** From this many bytes of a block's source, and this many channels on, packing pays: measured on the layers of ResNet-20 and ResNet-50. */
const minPackedBytes = 512 * 1024
export const minPackedChannels = 32

export const tiles = {
  packed: ({ groups, source, channels, rowAxes, columnAxes }) => {
    const reads = [rowAxes, columnAxes].every((axes) => axes.some(({ taps }) => taps > 0))
    return groups === 1 && reads && channels >= minPackedChannels && source.blockBytes > minPackedBytes
  },
  asTheyStand: always,
} satisfies Conditions<string, TileProblem>

/** Bytes of sums, those of each block apart, up to which they stay in the cache until they are added up. */
const maxPartialBytes = 512 * 1024

/** The gradient of filters from images in this many blocks. */
export interface WeightGradient extends Convolution {
  /** Packed operands, where they are loaded. */
  readonly packed: Packed | undefined
  readonly blocks: number
  readonly weightShape: Shape
}

export const weightGradients = {
  pointwise: (problem) => (problem.packed?.isPointwise(problem) ? 0 : Number.POSITIVE_INFINITY),
  depthwise: (problem) => (problem.packed?.isDepthwise(problem) ? 0 : Number.POSITIVE_INFINITY),
  direct: ({ sizes, attributes, blocks }) => directCycles(blocks * blockMultiplyAdds(sizes, attributes)),
  winogradInSlices: (problem) =>
    isThreeByThree(problem)
      ? problem.winograd!.gradientSlicesCycles(problem.sizes, problem.attributes.padding)
      : Number.POSITIVE_INFINITY,
  winograd: (problem) => {
    const { sizes, attributes } = problem
    return isThreeByThree(problem) && sizes.inChannels % 8 === 0 && sizes.outChannels % 4 === 0
      ? problem.winograd!.weightGradientCycles(sizes, attributes.padding)
      : Number.POSITIVE_INFINITY
  },
} satisfies Cycles<string, WeightGradient>

/** How the direct method's gradient of filters is summed over images. */
export const weightGradientSums = {
  /** Each block on its own, then the blocks' sums. */
  byBlock: ({ blocks, weightShape }) => blocks * sizeOf(weightShape) * 4 <= maxPartialBytes,
  whole: always,
} satisfies Conditions<string, WeightGradient>
