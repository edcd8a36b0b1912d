/**
 * Two-dimensional convolution as the field means it: a correlation, the filter is not flipped. Its two gradients are ops of their
 * own, and the three are closed under differentiation.
 */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { defineOp, type Reference, type Signature } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { requireFloat32 } from './operands.ts'
import { type Pair, type Sliding, slidingOutput, stepsWithin, toPair } from './window.ts'

export interface Conv2dAttributes extends Sliding {
  /** Channels are cut into this many groups that do not see each other. */
  readonly groups: number
}

/** Sizes of a convolution of images [N, C, H, W] with filters [O, C / groups, KH, KW]. */
export interface Conv2dSizes {
  readonly batch: number
  readonly inChannels: number
  readonly outChannels: number
  readonly height: number
  readonly width: number
  readonly kernel: readonly [number, number]
  readonly outHeight: number
  readonly outWidth: number
}

/**
 * All sizes of a convolution, from the shapes of images and filters.
 * @throws ShapeError when they do not fit.
 */
export function conv2dSizes(x: Shape, w: Shape, attributes: Conv2dAttributes): Conv2dSizes {
  if (x.length !== 4 || w.length !== 4)
    throw new ShapeError(
      `conv2d: images ${formatShape(x)} and filters ${formatShape(w)}; expected [N, C, H, W] and [O, C / groups, KH, KW]`,
    )
  const [batch, inChannels, height, width] = x
  const [outChannels, groupChannels, ...kernel] = w
  const { groups } = attributes
  if (inChannels !== groupChannels * groups || outChannels % groups !== 0)
    throw new ShapeError(
      `conv2d: images ${formatShape(x)} have ${inChannels} channels, but filters ${formatShape(w)} in ${groups} groups take ${groupChannels * groups} channels; they must be equal, and the filters a multiple of the groups`,
    )
  const [outHeight, outWidth] = slidingOutput([height, width], [kernel[0], kernel[1]], attributes, 'conv2d')
  return { batch, inChannels, outChannels, height, width, kernel: [kernel[0], kernel[1]], outHeight, outWidth }
}

/** Whether a convolution filters each channel alone. */
export const isDepthwise = (inChannels: number, outChannels: number, groups: number): boolean =>
  groups === inChannels && groups === outChannels && groups > 1

/** Visits every product of a convolution by its offsets in images, filters and output, all row-major. */
function forEachProduct(
  sizes: Conv2dSizes,
  { stride, padding, dilation, groups }: Conv2dAttributes,
  visit: (x: number, w: number, y: number) => void,
): void {
  const { batch, inChannels, outChannels, height, width, kernel, outHeight, outWidth } = sizes
  const groupIn = inChannels / groups
  const groupOut = outChannels / groups
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outChannels; o++)
      for (let i = 0; i < outHeight; i++)
        for (let j = 0; j < outWidth; j++)
          for (let c = 0; c < groupIn; c++)
            for (let a = 0; a < kernel[0]; a++)
              for (let b = 0; b < kernel[1]; b++) {
                const row = i * stride[0] - padding[0] + a * dilation[0]
                const column = j * stride[1] - padding[1] + b * dilation[1]
                if (row < 0 || row >= height || column < 0 || column >= width) continue
                const channel = Math.floor(o / groupOut) * groupIn + c
                visit(
                  ((n * inChannels + channel) * height + row) * width + column,
                  ((o * groupIn + c) * kernel[0] + a) * kernel[1] + b,
                  ((n * outChannels + o) * outHeight + i) * outWidth + j,
                )
              }
}

/** Multiply-adds of the convolution with these sizes, padding counted as if it were image: what the field reports. */
export const conv2dMultiplyAdds = (sizes: Conv2dSizes, { groups }: Conv2dAttributes): number =>
  sizes.batch *
  sizes.outChannels *
  sizes.outHeight *
  sizes.outWidth *
  (sizes.inChannels / groups) *
  sizes.kernel[0] *
  sizes.kernel[1]

const accumulate = (length: number): Float64Array => new Float64Array(length)

export const conv2dOp = defineOp({
  name: 'conv2d',
  infer([x, w], attributes: Conv2dAttributes) {
    requireFloat32([x, w], 'conv2d')
    const { batch, outChannels, outHeight, outWidth } = conv2dSizes(x.shape, w.shape, attributes)
    return { shape: [batch, outChannels, outHeight, outWidth], dtype: 'float32' }
  },
  gradient: ({ inputs: [x, w], attributes }, dy) => [
    conv2dInputGradient(w, dy, x.shape, attributes),
    conv2dWeightGradient(x, dy, w.shape, attributes),
  ],
  multiplyAdds: ([x, w], attributes) => conv2dMultiplyAdds(conv2dSizes(x.shape, w.shape, attributes), attributes),
})

export const conv2dReference: Reference<typeof conv2dOp> = ([x, w], attributes, y) => {
  const total = accumulate(y.data.length)
  forEachProduct(conv2dSizes(x.shape, w.shape, attributes), attributes, (xi, wi, yi) => {
    total[yi] += x.data[xi] * w.data[wi]
  })
  y.data.set(total)
}

export interface Conv2dInputGradientAttributes extends Conv2dAttributes {
  readonly inputShape: Shape
}

const checkGradient = (dy: Signature, sizes: Conv2dSizes, where: string): void => {
  const expected = [sizes.batch, sizes.outChannels, sizes.outHeight, sizes.outWidth]
  if (formatShape(dy.shape) !== formatShape(expected))
    throw new ShapeError(`${where}: the gradient has shape ${formatShape(dy.shape)}; expected ${formatShape(expected)}`)
}

export const conv2dInputGradientOp = defineOp({
  name: 'conv2dInputGradient',
  infer([w, dy], attributes: Conv2dInputGradientAttributes) {
    checkGradient(dy, conv2dSizes(attributes.inputShape, w.shape, attributes), 'conv2dInputGradient')
    return { shape: attributes.inputShape, dtype: 'float32' }
  },
  gradient: ({ inputs: [w, dy], attributes }, dx) => [
    conv2dWeightGradient(dx, dy, w.shape, attributes),
    apply(conv2dOp, [dx, w], slidingOf(attributes)),
  ],
  multiplyAdds: ([w], attributes) =>
    conv2dMultiplyAdds(conv2dSizes(attributes.inputShape, w.shape, attributes), attributes),
})

export const conv2dInputGradientReference: Reference<typeof conv2dInputGradientOp> = ([w, dy], attributes, dx) => {
  const total = accumulate(dx.data.length)
  forEachProduct(conv2dSizes(attributes.inputShape, w.shape, attributes), attributes, (xi, wi, yi) => {
    total[xi] += w.data[wi] * dy.data[yi]
  })
  dx.data.set(total)
}

export interface Conv2dWeightGradientAttributes extends Conv2dAttributes {
  readonly weightShape: Shape
}

export const conv2dWeightGradientOp = defineOp({
  name: 'conv2dWeightGradient',
  infer([x, dy], attributes: Conv2dWeightGradientAttributes) {
    checkGradient(dy, conv2dSizes(x.shape, attributes.weightShape, attributes), 'conv2dWeightGradient')
    return { shape: attributes.weightShape, dtype: 'float32' }
  },
  gradient: ({ inputs: [x, dy], attributes }, dw) => [
    conv2dInputGradient(dw, dy, x.shape, attributes),
    apply(conv2dOp, [x, dw], slidingOf(attributes)),
  ],
  multiplyAdds: ([x], attributes) =>
    conv2dMultiplyAdds(conv2dSizes(x.shape, attributes.weightShape, attributes), attributes),
})

export const conv2dWeightGradientReference: Reference<typeof conv2dWeightGradientOp> = ([x, dy], attributes, dw) => {
  const total = accumulate(dw.data.length)
  forEachProduct(conv2dSizes(x.shape, attributes.weightShape, attributes), attributes, (xi, wi, yi) => {
    total[wi] += x.data[xi] * dy.data[yi]
  })
  dw.data.set(total)
}

const slidingOf = ({ stride, padding, dilation, groups }: Conv2dAttributes): Conv2dAttributes => ({
  stride,
  padding,
  dilation,
  groups,
})

const conv2dInputGradient = (w: Tensor, dy: Tensor, inputShape: Shape, attributes: Conv2dAttributes): Tensor =>
  apply(conv2dInputGradientOp, [w, dy], { ...slidingOf(attributes), inputShape })

const conv2dWeightGradient = (x: Tensor, dy: Tensor, weightShape: Shape, attributes: Conv2dAttributes): Tensor =>
  apply(conv2dWeightGradientOp, [x, dy], { ...slidingOf(attributes), weightShape })

export interface Conv2dOptions {
  readonly stride?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
  readonly groups?: number
}

/** Options of a convolution with defaults filled in and checked. */
export function conv2dAttributes({
  stride = 1,
  padding = 0,
  dilation = 1,
  groups = 1,
}: Conv2dOptions): Conv2dAttributes {
  if (!Number.isInteger(groups) || groups < 1)
    throw new ArgumentError(`conv2d: groups is ${groups}; expected a whole number of at least 1`)
  return {
    stride: toPair(stride, 1, 'conv2d: stride'),
    padding: toPair(padding, 0, 'conv2d: padding'),
    dilation: toPair(dilation, 1, 'conv2d: dilation'),
    groups,
  }
}

/**
 * Slides filters [O, C / groups, KH, KW] over images [N, C, H, W]: y[n, o, i, j] is the sum over c, a and b of
 * x[n, c, i stride + a dilation - padding, j ...] w[o, c, a, b].
 * @throws ShapeError when shapes do not fit; ArgumentError for options out of range.
 */
export const conv2d = (x: Tensor, w: Tensor, options: Conv2dOptions = {}): Tensor =>
  apply(conv2dOp, [x, w], stepsWithin(x.shape.slice(2), w.shape.slice(2), conv2dAttributes(options)))
