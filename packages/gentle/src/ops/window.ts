/** The geometry that convolution and pooling share: a window that slides over the rows and columns of an image. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'

/** A number for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number]

/** [vertical, horizontal]. */
export type Both = readonly [number, number]

/**
 * A pair from one number or two.
 * @throws ArgumentError for anything but whole numbers from `least`.
 */
export function toPair(value: Pair, least: number, where: string): Both {
  const pair: Both = typeof value === 'number' ? [value, value] : value
  if (pair.length !== 2 || pair.some((n) => !Number.isInteger(n) || n < least))
    throw new ArgumentError(
      `${where} is ${JSON.stringify(value)}; expected a whole number from ${least}, or two of them`,
    )
  return pair
}

/**
 * A whole number.
 * @throws ArgumentError for anything else, or below `least`.
 */
export function toCount(value: number, least: number, where: string): number {
  if (!Number.isInteger(value) || value < least)
    throw new ArgumentError(`${where} is ${JSON.stringify(value)}; expected a whole number from ${least}`)
  return value
}

/** How a window moves: step, zeros around the image on each side, and distance between taps, in pixels. */
export interface Sliding {
  readonly stride: Both
  readonly padding: Both
  readonly dilation: Both
}

/**
 * The same places by steps that are no longer than the image with its padding: a longer step has one place anyway, a single tap no distance to
 * another, and kernels multiply both with sizes, in 32 bits.
 */
export function stepsWithin<
  Attributes extends { readonly stride: Both; readonly padding: Both; readonly dilation?: Both },
>(image: Shape, size: Shape, attributes: Attributes): Attributes {
  const { stride, padding, dilation } = attributes
  const longest = (axis: 0 | 1): number => Math.max(1, image[axis] + 2 * padding[axis])
  const step = (axis: 0 | 1): number => Math.min(stride[axis], longest(axis))
  const distance = (axis: 0 | 1): number => (size[axis] === 1 ? 1 : dilation![axis])
  return {
    ...attributes,
    stride: [step(0), step(1)],
    ...(dilation === undefined ? {} : { dilation: [distance(0), distance(1)] }),
  }
}

/**
 * Height and width of the output of a window of `size` taps over an image. With `ceil` a last window that begins within the image or the
 * padding before it may end outside.
 * @throws ShapeError when the window does not fit.
 */
export function slidingOutput(
  image: Both,
  size: Both,
  { stride, padding, dilation, ceil = false }: Sliding & { readonly ceil?: boolean },
  where: string,
): [number, number] {
  const along = (axis: 0 | 1): number => {
    const steps = (image[axis] + 2 * padding[axis] - dilation[axis] * (size[axis] - 1) - 1) / stride[axis]
    if (!ceil) return Math.floor(steps) + 1
    const last = Math.ceil(steps)
    return last * stride[axis] < image[axis] + padding[axis] ? last + 1 : last
  }
  const output: [number, number] = [along(0), along(1)]
  if (output[0] < 1 || output[1] < 1)
    throw new ShapeError(
      `${where}: a window of ${formatShape(size)} with dilation ${formatShape(dilation)} does not fit an image of ${formatShape(image)} with padding ${formatShape(padding)}`,
    )
  return output
}
