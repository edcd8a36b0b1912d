/** Convolutions of images in channels, loaded for programs that have such: predictions for a few images. */
import type { Tensor } from '../../../graph/tensor.ts'
import { type Conv2dAttributes, conv2dMultiplyAdds, conv2dSizes, isDepthwise } from '../../../ops/conv2d.ts'
import { type Buffer, floatBuffer } from '../buffer.ts'
import { depthwiseKernel } from '../kernels/depthwise.ts'
import { frameKernel, packedShape, packFiltersKernel } from '../kernels/filters.ts'
import { pixelTileKernel } from '../kernels/pixel-tile.ts'
import type { Epilogue } from '../kernels/tile.ts'
import { blockSize } from '../layout/layout.ts'
import { channelsConvolutions } from './channels-choices.ts'
import { cheapestOf } from './choices.ts'
import type { LoweringContext } from './context.ts'

export const channels = {
  /** A convolution of images in channels, or of plain ones, which images are as they come. */
  convolve(context: LoweringContext, node: Tensor, output: Buffer, epilogue: Epilogue | undefined): void {
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

    const packed = floatBuffer('packed filters', packedShape(w.shape))
    if (depthwise) {
      const { kernel } = sizes
      context.emit(
        packFiltersKernel(filters, packed, false),
        depthwiseKernel({ source: images, weights: packed, output, kernel, ...attributes, multiplyAdds, epilogue }),
      )
      return
    }

    const needed = (axis: 0 | 1, out: number): number =>
      (out - 1) * attributes.stride[axis] + (sizes.kernel[axis] - 1) * attributes.dilation[axis] + 1
    const unpadded = attributes.padding.every((n) => n === 0)
    context.emit(
      packFiltersKernel(filters, packed, inChannels),
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
  },
}

export type Channels = typeof channels
