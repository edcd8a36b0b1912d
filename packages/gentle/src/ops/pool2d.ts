/** Pooling: each channel's window is reduced to one number, its maximum or its mean. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { defineOp, type Reference, type Signature } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { requireFloat32 } from './operands.ts'
import { mean } from './reduce.ts'
import { type Both, type Pair, slidingOutput, stepsWithin, toPair } from './window.ts'

export interface Pool2dAttributes {
  readonly size: Both
  readonly stride: Both
  readonly padding: Both
  /** Whether the last windows may end outside; they may not unless given. */
  readonly ceil?: boolean
}

export interface AvgPool2dAttributes extends Pool2dAttributes {
  /** Whether zeros of the padding count; they do unless given. */
  readonly countPadding?: boolean
}

const dilation: Both = [1, 1]

function pooled(x: Signature, attributes: Pool2dAttributes): Signature {
  requireFloat32([x], 'pool2d')
  return { shape: pooledShape(x.shape, attributes), dtype: 'float32' }
}

function pooledShape(x: Shape, { size, stride, padding, ceil }: Pool2dAttributes): Shape {
  if (x.length !== 4) throw new ShapeError(`pool2d: images have shape ${formatShape(x)}; expected [N, C, H, W]`)
  return [x[0], x[1], ...slidingOutput([x[2], x[3]], size, { stride, padding, dilation, ceil }, 'pool2d')]
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
})

export const maxPool2dReference: Reference<typeof maxPool2dOp> = ([x], attributes, y) => {
  forEachWindow(x.shape, attributes, (i, pixels) => {
    y.data[i] = x.data[winner(x.data, pixels)]
  })
}

/** The gradient of max pooling: each window gives its value to the pixel that won, the first of equal ones. */
export const maxPool2dScatterOp = defineOp({
  name: 'maxPool2dScatter',
  infer: ([x], _: Pool2dAttributes) => ({ shape: x.shape, dtype: 'float32' }),
  gradient: ({ inputs: [x], attributes }, dx) => [undefined, gatherFromWinners(x, dx, attributes)],
})

export const maxPool2dScatterReference: Reference<typeof maxPool2dScatterOp> = ([x, dy], attributes, dx) => {
  dx.data.fill(0)
  forEachWindow(x.shape, attributes, (i, pixels) => {
    dx.data[winner(x.data, pixels)] += dy.data[i]
  })
}

/** The value of another tensor at each window's winning pixel: the scatter's own gradient. */
export const maxPool2dGatherOp = defineOp({
  name: 'maxPool2dGather',
  infer: ([x], attributes: Pool2dAttributes) => pooled(x, attributes),
  gradient: ({ inputs: [x], attributes }, dy) => [undefined, scatterToWinners(x, dy, attributes)],
})

export const maxPool2dGatherReference: Reference<typeof maxPool2dGatherOp> = ([x, values], attributes, y) => {
  forEachWindow(x.shape, attributes, (i, pixels) => {
    y.data[i] = values.data[winner(x.data, pixels)]
  })
}

/**
 * By how many rows (axis 0) or columns (axis 1) window `position` along an image of `length` divides: those of the image, those of the
 * padding where it counts, and never those beyond both.
 */
export function countedAlong(
  position: number,
  length: number,
  { size, stride, padding, countPadding = true }: AvgPool2dAttributes,
  axis: 0 | 1,
): number {
  const around = countPadding ? padding[axis] : 0
  const begin = position * stride[axis] - padding[axis]
  return Math.min(begin + size[axis], length + around) - Math.max(begin, -around)
}

/** Pixels by which each window of an image divides, row by row. */
function countedPixels([, , height, width]: Shape, attributes: AvgPool2dAttributes, [, , rows, columns]: Shape) {
  return Float64Array.from(
    { length: rows * columns },
    (_, i) =>
      countedAlong(Math.floor(i / columns), height, attributes, 0) * countedAlong(i % columns, width, attributes, 1),
  )
}

export const avgPool2dOp = defineOp({
  name: 'avgPool2d',
  infer: ([x], attributes: AvgPool2dAttributes) => pooled(x, attributes),
  gradient: ({ inputs: [x], attributes }, dy) => [shareAmongPixels(dy, { ...attributes, inputShape: x.shape })],
})

export const avgPool2dReference: Reference<typeof avgPool2dOp> = ([x], attributes, y) => {
  const counts = countedPixels(x.shape, attributes, y.shape)
  forEachWindow(x.shape, attributes, (i, pixels) => {
    y.data[i] = pixels.reduce((total, pixel) => total + x.data[pixel], 0) / counts[i % counts.length]
  })
}

export interface AvgPool2dGradientAttributes extends AvgPool2dAttributes {
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
  gradient: ({ attributes: { inputShape, ...attributes } }, dx) => [apply(avgPool2dOp, [dx], attributes)],
})

export const avgPool2dGradientReference: Reference<typeof avgPool2dGradientOp> = ([dy], attributes, dx) => {
  const counts = countedPixels(dx.shape, attributes, dy.shape)
  dx.data.fill(0)
  forEachWindow(attributes.inputShape, attributes, (i, pixels) => {
    for (const pixel of pixels) dx.data[pixel] += dy.data[i] / counts[i % counts.length]
  })
}

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
  /** Whether a last window that begins within the image or the padding before it may end outside; false unless given. */
  readonly ceil?: boolean
}

export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether zeros of the padding count in the mean; true unless given. What lies beyond the padding never counts. */
  readonly countPadding?: boolean
}

/** Attributes of a pooling, checked. @throws ArgumentError */
export function pool2dAttributes(
  size: Pair,
  { stride = size, padding = 0, ceil = false }: Pool2dOptions,
): Pool2dAttributes {
  const attributes: Pool2dAttributes = {
    size: toPair(size, 1, 'pool2d: size'),
    stride: toPair(stride, 1, 'pool2d: stride'),
    padding: toPair(padding, 0, 'pool2d: padding'),
    ...(ceil ? { ceil } : {}),
  }
  if (attributes.padding.some((n, axis) => 2 * n > attributes.size[axis]))
    throw new ArgumentError(
      `pool2d: padding ${formatShape(attributes.padding)} exceeds half the window ${formatShape(attributes.size)}; some windows would be empty`,
    )
  return attributes
}

/** Attributes of a pooling of images. */
function poolingOf(x: Tensor, size: Pair, options: Pool2dOptions): Pool2dAttributes {
  const attributes = pool2dAttributes(size, options)
  return stepsWithin(x.shape.slice(2), attributes.size, attributes)
}

/**
 * Largest pixel of each window of images [N, C, H, W].
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export const maxPool2d = (x: Tensor, size: Pair, options: Pool2dOptions = {}): Tensor =>
  apply(maxPool2dOp, [x], poolingOf(x, size, options))

/**
 * Mean of each window of images [N, C, H, W].
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export const avgPool2d = (x: Tensor, size: Pair, options: AvgPool2dOptions = {}): Tensor =>
  apply(avgPool2dOp, [x], {
    ...poolingOf(x, size, options),
    ...(options.countPadding === false ? { countPadding: false } : {}),
  })

/** Mean of each channel of images [N, C, H, W], as [N, C] (Lin, Chen, Yan, "Network in Network", 2013, section 3.2). */
export function globalAvgPool2d(x: Tensor): Tensor {
  if (x.shape.length !== 4)
    throw new ShapeError(`globalAvgPool2d: shape ${formatShape(x.shape)}; expected [N, C, H, W]`)
  return mean(x, [2, 3])
}
