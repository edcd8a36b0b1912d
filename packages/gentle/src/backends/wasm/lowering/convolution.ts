/** Convolutions on a batch in lanes, and their gradients to the input; those of images in channels are a part of their own. */
import {
  type Conv2dAttributes,
  type Conv2dInputGradientAttributes,
  type Conv2dSizes,
  conv2dSizes,
} from '../../../ops/conv2d.ts'
import { conv2dInputGradientProblem, conv2dProblem } from '../kernels/convolution.ts'
import { type TileProblem, tileKernel } from '../kernels/tile.ts'
import type { WinogradLanesSizes } from '../kernels/winograd-lanes-parts.ts'
import { cheapestOf, firstOf, lanesConvolutions, tiles } from './choices.ts'
import type { LoweringContext, Lowerings } from './context.ts'

/** A convolution of a batch in lanes, or its gradient to the input, to lower. */
interface LanesProblem {
  readonly sizes: Conv2dSizes
  readonly attributes: Conv2dAttributes
  /** The convolution that it is to Winograd's method. */
  readonly asConvolution: WinogradLanesSizes
  /** What it is to the register tile. */
  readonly tile: TileProblem
  /** Whether the filters change in every run. */
  readonly filtersChange: boolean
}

/** The gradient to the input is the convolution of dy with filters turned by half a turn, in and out in each other's place. */
const transposedSizes = (sizes: Conv2dSizes, { padding: [top, left] }: Conv2dAttributes): WinogradLanesSizes => ({
  channels: sizes.outChannels,
  outChannels: sizes.inChannels,
  height: sizes.outHeight,
  width: sizes.outWidth,
  outHeight: sizes.height,
  outWidth: sizes.width,
  padding: [2 - top, 2 - left],
})

function convolveInLanes(context: LoweringContext, problem: LanesProblem): void {
  const { winograd } = context
  const method = cheapestOf(lanesConvolutions, { ...problem, winograd })
  if (method === 'direct') convolveByTile(context, problem.tile)
  else winograd!.convolveInLanes(context, method, problem)
}

const tileMethods: Readonly<Record<keyof typeof tiles, (context: LoweringContext, problem: TileProblem) => void>> = {
  packed(context, problem) {
    context.packed!.convolve(context, problem)
  },
  asTheyStand(context, problem) {
    context.emit(tileKernel(problem))
  },
}

const convolveByTile = (context: LoweringContext, problem: TileProblem): void =>
  tileMethods[firstOf(tiles, problem)](context, problem)

export const lowerConvolution: Lowerings<'conv2d' | 'conv2dInputGradient'> = {
  conv2d(context, node, output, epilogue) {
    if (output.layout === 'channels') {
      context.channels!.convolve(context, node, output, epilogue)
      return
    }
    const [x, w] = node.inputs
    const [source, filters] = [context.buffer(x, 'lanes'), context.buffer(w, 'plain')]
    const attributes = node.attributes as Conv2dAttributes
    const sizes = conv2dSizes(x.shape, w.shape, attributes)
    const { inChannels: channels, outChannels, height, width, outHeight, outWidth } = sizes
    convolveInLanes(context, {
      sizes,
      attributes,
      asConvolution: { channels, outChannels, height, width, outHeight, outWidth, padding: attributes.padding },
      tile: conv2dProblem(source, filters, output, attributes, epilogue),
      filtersChange: context.isUpdated(w),
    })
  },

  conv2dInputGradient(context, node, output, epilogue) {
    const [w, dy] = node.inputs
    const attributes = node.attributes as Conv2dInputGradientAttributes
    const [source, filters] = [context.buffer(dy, 'lanes'), context.buffer(w, 'plain')]
    const sizes = conv2dSizes(attributes.inputShape, w.shape, attributes)
    convolveInLanes(context, {
      sizes,
      attributes,
      asConvolution: transposedSizes(sizes, attributes),
      tile: conv2dInputGradientProblem(filters, source, output, attributes, epilogue),
      filtersChange: context.isUpdated(w),
    })
  },
}
