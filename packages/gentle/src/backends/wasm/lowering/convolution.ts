/** Convolutions on a batch in lanes, with their gradients to the input, and on images in channels. */
import type { Tensor } from '../../../graph/tensor.ts'
import {
  type Conv2dAttributes,
  type Conv2dInputGradientAttributes,
  type Conv2dSizes,
  conv2dMultiplyAdds,
  conv2dSizes,
  isDepthwise,
} from '../../../ops/conv2d.ts'
import { type Buffer, floatBuffer } from '../buffer.ts'
import { conv2dInputGradientProblem, conv2dProblem } from '../kernels/convolution.ts'
import { frameKernel, packedShape, packFiltersKernel } from '../kernels/filters.ts'
import { packedTileKernel, packedWeightCount, packWeightsKernel } from '../kernels/packed-tile.ts'
import { pixelTileKernel } from '../kernels/pixel-tile.ts'
import { type Epilogue, type TileProblem, tileKernel } from '../kernels/tile.ts'
import type { WinogradLanesSizes } from '../kernels/winograd-lanes.ts'
import { blockSize } from '../layout/layout.ts'
import { channelsConvolutions, cheapestOf, firstOf, lanesConvolutions, tiles } from './choices.ts'
import type { LoweringContext, Lowerings } from './context.ts'

/** A convolution of a batch in lanes, or its gradient to the input, to lower. */
interface LanesProblem {
  readonly sizes: Conv2dSizes
  readonly attributes: Conv2dAttributes
  /** The convolution that it is to Winograd's method. */
  readonly asConvolution: WinogradLanesSizes
  /** What it is to the register tile. */
  readonly tile: TileProblem
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
  else winograd!.convolveInLanes(context, method, problem.asConvolution, problem.tile)
}

const tileMethods: Readonly<Record<keyof typeof tiles, (context: LoweringContext, problem: TileProblem) => void>> = {
  packed(context, problem) {
    const weights = floatBuffer('packed weights', [packedWeightCount(problem)])
    context.emit(packWeightsKernel(problem, weights), packedTileKernel({ ...problem, weights }))
  },
  asTheyStand(context, problem) {
    context.emit(tileKernel(problem))
  },
}

const convolveByTile = (context: LoweringContext, problem: TileProblem): void =>
  tileMethods[firstOf(tiles, problem)](context, problem)

/** A convolution of images in channels, or of plain ones, which images are as they come. */
function convolveInChannels(
  context: LoweringContext,
  node: Tensor,
  output: Buffer,
  epilogue: Epilogue | undefined,
): void {
  const [x, w] = node.inputs
  const attributes = node.attributes as Conv2dAttributes
  const sizes = conv2dSizes(x.shape, w.shape, attributes)
  const depthwise = isDepthwise(sizes.inChannels, sizes.outChannels, attributes.groups)
  const inChannels = context.layoutOf(x) === 'channels' || depthwise || sizes.inChannels >= blockSize
  const images = context.buffer(x, inChannels ? 'channels' : 'plain')
  const multiplyAdds = conv2dMultiplyAdds(sizes, attributes)
  const { wide, winograd } = context
  const method = cheapestOf(channelsConvolutions, { sizes, attributes, wide, winograd })
  const frameOf = ([height, width]: readonly [number, number]): Buffer => {
    const framed = floatBuffer('framed', [x.shape[0], x.shape[1], height, width], images.layout)
    context.emit(frameKernel(images, framed, attributes.padding))
    return framed
  }
  const filters = context.buffer(w, 'plain')
  if (method !== 'direct') {
    winograd!.convolveInChannels(context, method, { sizes, multiplyAdds, filters, output, epilogue, frameOf })
    return
  }

  const needed = (axis: 0 | 1, out: number): number =>
    (out - 1) * attributes.stride[axis] + (sizes.kernel[axis] - 1) * attributes.dilation[axis] + 1
  const unpadded = attributes.padding.every((n) => n === 0)
  const packed = floatBuffer('packed filters', packedShape(w.shape))
  context.emit(
    packFiltersKernel(filters, packed, inChannels && !depthwise),
    pixelTileKernel({
      name: 'conv2d',
      source: unpadded ? images : frameOf([needed(0, sizes.outHeight), needed(1, sizes.outWidth)]),
      weights: packed,
      output,
      groups: attributes.groups,
      kernel: sizes.kernel,
      stride: attributes.stride,
      dilation: attributes.dilation,
      multiplyAdds,
      wide,
      epilogue,
    }),
  )
}

export const lowerConvolution: Lowerings<'conv2d' | 'conv2dInputGradient'> = {
  conv2d(context, node, output, epilogue) {
    if (output.layout === 'channels') {
      convolveInChannels(context, node, output, epilogue)
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
    })
  },
}
