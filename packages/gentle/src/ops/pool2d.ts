/** Pooling: each channel's window is reduced to one number, its maximum or its mean. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { range } from '../core/range.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { defineOp, type Reference, type Signature } from '../graph/op.ts'
import { apply, constant, type Tensor } from '../graph/tensor.ts'
import { conv2d } from './conv2d.ts'
import { div } from './elementwise.ts'
import { requireFloat32 } from './operands.ts'
import { mean } from './reduce.ts'
import { broadcastTo, pad } from './structure.ts'
import { type Both, type Padding, type Pair, slidingOutput, stepsWithin, toPadding, toPair } from './window.ts'

export interface Pool2dAttributes {
  readonly size: Both
  readonly stride: Both
  readonly padding: Both
  /** Padding at the bottom and at the right, where it is another. */
  readonly after?: Both
  /** Distance between the pixels of a window; 1 unless given. */
  readonly dilation?: Both
  /** Whether the last windows may end outside; they may not unless given. */
  readonly ceilMode?: boolean
}

export interface AvgPool2dAttributes extends Pool2dAttributes {
  /** Whether zeros of the padding count; they do unless given. */
  readonly countIncludePad?: boolean
}

function pooled(x: Signature, attributes: Pool2dAttributes): Signature {
  requireFloat32([x], 'pool2d')
  return { shape: pooledShape(x.shape, attributes), dtype: 'float32' }
}

function pooledShape(x: Shape, attributes: Pool2dAttributes): Shape {
  if (x.length !== 4) throw new ShapeError(`pool2d: images have shape ${formatShape(x)}; expected [N, C, H, W]`)
  const { size, dilation = [1, 1] } = attributes
  const pooled = slidingOutput([x[2], x[3]], size, { ...attributes, dilation }, 'pool2d')
  if (!reachesAll(pooled[0], x[2], attributes, 0) || !reachesAll(pooled[1], x[3], attributes, 1))
    throw new ShapeError(
      `pool2d: a window of ${formatShape(size)} with dilation ${formatShape(dilation)} has no pixel of images ${formatShape(x)} at some places; use less dilation or padding`,
    )
  return [x[0], x[1], ...pooled]
}

/** Whether each of so many windows along an axis of `length` has a pixel in it; by arithmetic, for a file may claim any size. */
function reachesAll(
  windows: number,
  length: number,
  { size, stride, padding, dilation = [1, 1] }: Pool2dAttributes,
  axis: 0 | 1,
): boolean {
  const reaches = (position: number): boolean => {
    const start = position * stride[axis] - padding[axis]
    const tap = Math.max(0, Math.ceil(-start / dilation[axis]))
    return tap < size[axis] && start + tap * dilation[axis] < length
  }
  // The further a window, the more of its taps are in the image, and then the fewer; only where the image is shorter than their distance, they may pass over it.
  const before = dilation[axis] > length ? Math.min(windows, Math.ceil(padding[axis] / stride[axis])) : 1
  for (let position = 0; position < before; position++) if (!reaches(position)) return false
  return reaches(windows - 1)
}

/** The taps of window `position`, along an axis, that lie from `begin` to before `end`. */
const tapsBetween = (
  begin: number,
  end: number,
  position: number,
  { size, stride, padding, dilation = [1, 1] }: Pool2dAttributes,
  axis: 0 | 1,
): number[] =>
  range(size[axis]).flatMap((tap) => {
    const at = position * stride[axis] - padding[axis] + tap * dilation[axis]
    return at >= begin && at < end ? [at] : []
  })

/** Visits every window in order, with the offsets of its pixels that lie in the image. */
function forEachWindow(
  x: Shape,
  attributes: Pool2dAttributes,
  visit: (y: number, pixels: readonly number[]) => void,
): void {
  const [batch, channels, height, width] = x
  const [, , outHeight, outWidth] = pooledShape(x, attributes)
  const rows = range(outHeight).map((i) => tapsBetween(0, height, i, attributes, 0))
  const columns = range(outWidth).map((j) => tapsBetween(0, width, j, attributes, 1))
  for (let plane = 0, y = 0; plane < batch * channels; plane++)
    for (let i = 0; i < outHeight; i++)
      for (let j = 0; j < outWidth; j++, y++) {
        const pixels: number[] = []
        for (const row of rows[i]) for (const column of columns[j]) pixels.push((plane * height + row) * width + column)
        visit(y, pixels)
      }
}

/** The first largest pixel of a window; which one it is where there is a NaN, is not promised. */
const winner = (data: ArrayLike<number>, pixels: readonly number[]): number =>
  pixels.reduce((best, pixel) => (data[pixel] > data[best] ? pixel : best))

export const maxPool2dOp = defineOp({
  name: 'maxPool2d',
  infer: ([x], attributes: Pool2dAttributes) => pooled(x, attributes),
  gradient: ({ inputs: [x], attributes }, dy) => [scatterToWinners(x, dy, attributes)],
})

export const maxPool2dReference: Reference<typeof maxPool2dOp> = ([x], attributes, y) => {
  forEachWindow(x.shape, attributes, (i, pixels) => {
    y.data[i] = pixels.reduce((largest, pixel) => Math.max(largest, x.data[pixel]), Number.NEGATIVE_INFINITY)
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
export function countedAlong(position: number, length: number, attributes: AvgPool2dAttributes, axis: 0 | 1): number {
  const { padding, after = padding, countIncludePad = true } = attributes
  const [before, behind] = countIncludePad ? [padding[axis], after[axis]] : [0, 0]
  return tapsBetween(-before, length + behind, position, attributes, axis).length
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
  /**
   * Zeros (average) or nothing (maximum) around the image, less than the window: a number, [vertical, horizontal], or of each side
   * [[top, bottom], [left, right]]; 0 unless given.
   */
  readonly padding?: Padding
  /** Distance between the pixels of a window; 1 unless given. */
  readonly dilation?: Pair
  /** Whether a last window that begins within the image or the padding before it may end outside; false unless given. */
  readonly ceilMode?: boolean
}

export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether zeros of the padding count in the mean; true unless given. What lies beyond the padding never counts. */
  readonly countIncludePad?: boolean
}

/** Attributes of a pooling, checked. @throws ArgumentError */
export function pool2dAttributes(
  size: Pair,
  { stride = size, padding = 0, dilation = 1, ceilMode = false }: Pool2dOptions,
): Pool2dAttributes {
  const distance = toPair(dilation, 1, 'pool2d: dilation')
  const attributes: Pool2dAttributes = {
    size: toPair(size, 1, 'pool2d: size'),
    stride: toPair(stride, 1, 'pool2d: stride'),
    ...toPadding(padding, 'pool2d: padding'),
    ...(distance.every((n) => n === 1) ? {} : { dilation: distance }),
    ...(ceilMode ? { ceilMode } : {}),
  }
  const extent = attributes.size.map((n, axis) => (n - 1) * distance[axis] + 1)
  for (const side of [attributes.padding, attributes.after ?? attributes.padding])
    if (side.some((n, axis) => n >= extent[axis]))
      throw new ArgumentError(
        `pool2d: padding ${formatShape(side)} is not below the window, ${formatShape(extent)} pixels; some windows would be empty`,
      )
  return attributes
}

/** Attributes of a pooling of images. */
function poolingOf(x: Tensor, size: Pair, options: Pool2dOptions): Pool2dAttributes {
  const attributes = pool2dAttributes(size, options)
  return stepsWithin(x.shape.slice(2), attributes.size, attributes)
}

/**
 * Largest pixel of each window of images [N, C, H, W]; NaN where there is one.
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export const maxPool2d = (x: Tensor, size: Pair, options: Pool2dOptions = {}): Tensor =>
  apply(maxPool2dOp, [x], poolingOf(x, size, options))

/**
 * Mean of each window of images [N, C, H, W].
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export function avgPool2d(x: Tensor, size: Pair, options: AvgPool2dOptions = {}): Tensor {
  const attributes = {
    ...poolingOf(x, size, options),
    ...(options.countIncludePad === false ? { countIncludePad: false } : {}),
  }
  return attributes.dilation === undefined ? apply(avgPool2dOp, [x], attributes) : meanOfDistantPixels(x, attributes)
}

/** Means of windows whose pixels are not neighbours: sums, as a convolution with ones gives them, divided by how many pixels count. */
function meanOfDistantPixels(x: Tensor, attributes: AvgPool2dAttributes): Tensor {
  const { shape } = pooled(x, attributes)
  const { size, stride, padding, dilation = [1, 1] } = attributes
  const [, channels, ...image] = x.shape
  // As far as the last windows reach.
  const after = image.map((length, axis) => {
    const end = (shape[2 + axis] - 1) * stride[axis] - padding[axis] + (size[axis] - 1) * dilation[axis] + 1
    return Math.max(0, end - length)
  })
  const ones = broadcastTo(constant(1), [channels, 1, ...size])
  const around = pad(x, [0, 0, ...padding], [0, 0, ...after])
  const sums = conv2d(around, ones, { stride, dilation, groups: channels })
  return div(sums, constant(countedPixels(x.shape, attributes, shape), shape.with(0, 1).with(1, 1)))
}

/** Mean of each channel of images [N, C, H, W], as [N, C] (Lin, Chen, Yan, "Network in Network", 2013, section 3.2). */
export function globalAvgPool2d(x: Tensor): Tensor {
  if (x.shape.length !== 4)
    throw new ShapeError(`globalAvgPool2d: shape ${formatShape(x.shape)}; expected [N, C, H, W]`)
  return mean(x, [2, 3])
}
