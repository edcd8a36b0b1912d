/** Pooling: each channel's window is reduced to one number, its maximum or its mean. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { defineOp, type Signature } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { requireFloat32 } from './operands.ts'
import { mean } from './reduce.ts'
import { type Both, type Pair, slidingOutput, toPair } from './window.ts'

export interface Pool2dAttributes {
  readonly size: Both
  readonly stride: Both
  readonly padding: Both
}

const dilation: Both = [1, 1]

function pooled(x: Signature, attributes: Pool2dAttributes): Signature {
  requireFloat32([x], 'pool2d')
  return { shape: pooledShape(x.shape, attributes), dtype: 'float32' }
}

function pooledShape(x: Shape, { size, stride, padding }: Pool2dAttributes): Shape {
  if (x.length !== 4) throw new ShapeError(`pool2d: images have shape ${formatShape(x)}; expected [N, C, H, W]`)
  return [x[0], x[1], ...slidingOutput([x[2], x[3]], size, { stride, padding, dilation }, 'pool2d')]
}

/** Visits every window in order, with the offsets of its pixels that lie in the image. */
function forEachWindow(
  x: Shape,
  attributes: Pool2dAttributes,
  visit: (y: number, pixels: readonly number[]) => void,
): void {
  const [batch, channels, height, width] = x
  const [, , outHeight, outWidth] = pooledShape(x, attributes)
  const { size, stride, padding } = attributes
  for (let plane = 0, y = 0; plane < batch * channels; plane++)
    for (let i = 0; i < outHeight; i++)
      for (let j = 0; j < outWidth; j++, y++) {
        const pixels: number[] = []
        for (let a = 0; a < size[0]; a++)
          for (let b = 0; b < size[1]; b++) {
            const row = i * stride[0] - padding[0] + a
            const column = j * stride[1] - padding[1] + b
            if (row >= 0 && row < height && column >= 0 && column < width)
              pixels.push((plane * height + row) * width + column)
          }
        visit(y, pixels)
      }
}

/** The first largest pixel of a window. */
const winner = (data: ArrayLike<number>, pixels: readonly number[]): number =>
  pixels.reduce((best, pixel) => (data[pixel] > data[best] ? pixel : best))

export const maxPool2dOp = defineOp({
  name: 'maxPool2d',
  infer: ([x], attributes: Pool2dAttributes) => pooled(x, attributes),
  gradient: ({ inputs: [x], attributes }, dy) => [scatterToWinners(x, dy, attributes)],
  reference([x], attributes, y) {
    forEachWindow(x.shape, attributes, (i, pixels) => {
      y.data[i] = x.data[winner(x.data, pixels)]
    })
  },
})

/** The gradient of max pooling: each window gives its value to the pixel that won, the first of equal ones. */
export const maxPool2dScatterOp = defineOp({
  name: 'maxPool2dScatter',
  infer: ([x], _: Pool2dAttributes) => ({ shape: x.shape, dtype: 'float32' }),
  gradient: ({ inputs: [x], attributes }, dx) => [undefined, gatherFromWinners(x, dx, attributes)],
  reference([x, dy], attributes, dx) {
    dx.data.fill(0)
    forEachWindow(x.shape, attributes, (i, pixels) => {
      dx.data[winner(x.data, pixels)] += dy.data[i]
    })
  },
})

/** The value of another tensor at each window's winning pixel: the scatter's own gradient. */
export const maxPool2dGatherOp = defineOp({
  name: 'maxPool2dGather',
  infer: ([x], attributes: Pool2dAttributes) => pooled(x, attributes),
  gradient: ({ inputs: [x], attributes }, dy) => [undefined, scatterToWinners(x, dy, attributes)],
  reference([x, values], attributes, y) {
    forEachWindow(x.shape, attributes, (i, pixels) => {
      y.data[i] = values.data[winner(x.data, pixels)]
    })
  },
})

export const avgPool2dOp = defineOp({
  name: 'avgPool2d',
  infer: ([x], attributes: Pool2dAttributes) => pooled(x, attributes),
  gradient: ({ inputs: [x], attributes }, dy) => [shareAmongPixels(dy, { ...attributes, inputShape: x.shape })],
  reference([x], attributes, y) {
    const area = attributes.size[0] * attributes.size[1]
    forEachWindow(x.shape, attributes, (i, pixels) => {
      y.data[i] = pixels.reduce((total, pixel) => total + x.data[pixel], 0) / area
    })
  },
})

export interface AvgPool2dGradientAttributes extends Pool2dAttributes {
  readonly inputShape: Shape
}

/** The gradient of average pooling: each window shares its value equally among its pixels. */
export const avgPool2dGradientOp = defineOp({
  name: 'avgPool2dGradient',
  infer([dy], attributes: AvgPool2dGradientAttributes) {
    const expected = pooledShape(attributes.inputShape, attributes)
    if (formatShape(expected) !== formatShape(dy.shape))
      throw new ShapeError(
        `avgPool2dGradient: the gradient has shape ${formatShape(dy.shape)}; expected ${formatShape(expected)}`,
      )
    return { shape: attributes.inputShape, dtype: 'float32' }
  },
  gradient: ({ attributes: { size, stride, padding } }, dx) => [apply(avgPool2dOp, [dx], { size, stride, padding })],
  reference([dy], attributes, dx) {
    const area = attributes.size[0] * attributes.size[1]
    dx.data.fill(0)
    forEachWindow(attributes.inputShape, attributes, (i, pixels) => {
      for (const pixel of pixels) dx.data[pixel] += dy.data[i] / area
    })
  },
})

const scatterToWinners = (x: Tensor, dy: Tensor, attributes: Pool2dAttributes): Tensor =>
  apply(maxPool2dScatterOp, [x, dy], attributes)

const gatherFromWinners = (x: Tensor, values: Tensor, attributes: Pool2dAttributes): Tensor =>
  apply(maxPool2dGatherOp, [x, values], attributes)

const shareAmongPixels = (dy: Tensor, attributes: AvgPool2dGradientAttributes): Tensor =>
  apply(avgPool2dGradientOp, [dy], attributes)

export interface Pool2dOptions {
  /** Step of the window; its size by default, so that windows tile the image. */
  readonly stride?: Pair
  /** Zeros (average) or nothing (maximum) around the image; at most half the window. */
  readonly padding?: Pair
}

/** Attributes of a pooling, checked. @throws ArgumentError */
export function pool2dAttributes(size: Pair, { stride = size, padding = 0 }: Pool2dOptions): Pool2dAttributes {
  const attributes = {
    size: toPair(size, 1, 'pool2d: size'),
    stride: toPair(stride, 1, 'pool2d: stride'),
    padding: toPair(padding, 0, 'pool2d: padding'),
  }
  if (attributes.padding.some((n, axis) => 2 * n > attributes.size[axis]))
    throw new ArgumentError(
      `pool2d: padding ${formatShape(attributes.padding)} exceeds half the window ${formatShape(attributes.size)}; some windows would be empty`,
    )
  return attributes
}

/**
 * Largest pixel of each window of images [N, C, H, W].
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export const maxPool2d = (x: Tensor, size: Pair, options: Pool2dOptions = {}): Tensor =>
  apply(maxPool2dOp, [x], pool2dAttributes(size, options))

/**
 * Mean of each window of images [N, C, H, W]; zeros of the padding count.
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export const avgPool2d = (x: Tensor, size: Pair, options: Pool2dOptions = {}): Tensor =>
  apply(avgPool2dOp, [x], pool2dAttributes(size, options))

/** Mean of each channel of images [N, C, H, W], as [N, C] (Lin, Chen, Yan, "Network in Network", 2013, section 3.2). */
export function globalAvgPool2d(x: Tensor): Tensor {
  if (x.shape.length !== 4)
    throw new ShapeError(`globalAvgPool2d: shape ${formatShape(x.shape)}; expected [N, C, H, W]`)
  return mean(x, [2, 3])
}
