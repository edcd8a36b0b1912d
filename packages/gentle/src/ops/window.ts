/** The geometry that convolution and pooling share: a window that slides over the rows and columns of an image. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'

/** A number for both directions, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number]

/** [vertical, horizontal]. */
export type Both = readonly [number, number]

/**
 * A pair from one number or two.
 * @throws ArgumentError for anything but whole numbers from `min`.
 */
export function toPair(value: Pair, min: number, where: string): Both {
  const pair: Both = typeof value === 'number' ? [value, value] : value
  if (pair.length !== 2 || pair.some((n) => !Number.isInteger(n) || n < min))
    throw new ArgumentError(
      `${where} is ${JSON.stringify(value)}; expected a whole number of at least ${min}, or two of them`,
    )
  return pair
}

/** Pixels around an image: a number for all sides, [vertical, horizontal], or those of each side, [[top, bottom], [left, right]]. */
export type Padding = Pair | readonly [vertical: Both, horizontal: Both]

/**
 * Padding before and behind the image along both axes; `after` is there where it differs.
 * @throws ArgumentError for anything but whole numbers of at least 0.
 */
export function toPadding(value: Padding, where: string): { readonly padding: Both; readonly after?: Both } {
  const isOfEachSide = typeof value === 'object' && value.some((side) => typeof side === 'object')
  if (!isOfEachSide) return { padding: toPair(value as Pair, 0, where) }
  const sides = (value as readonly Both[]).map((side) => toPair(side, 0, where))
  if (sides.length !== 2)
    throw new ArgumentError(`${where} is ${JSON.stringify(value)}; expected [[top, bottom], [left, right]]`)
  const [vertical, horizontal] = sides
  const padding: Both = [vertical[0], horizontal[0]]
  const after: Both = [vertical[1], horizontal[1]]
  return padding.every((n, axis) => n === after[axis]) ? { padding } : { padding, after }
}

/**
 * A whole number.
 * @throws ArgumentError for anything else, or below `min`.
 */
export function toCount(value: number, min: number, where: string): number {
  if (!Number.isInteger(value) || value < min)
    throw new ArgumentError(`${where} is ${JSON.stringify(value)}; expected a whole number of at least ${min}`)
  return value
}

/** How a window moves: step, padding around the image, and distance between taps, in pixels. */
export interface Sliding {
  readonly stride: Both
  readonly padding: Both
  /** Padding at the bottom and at the right, where it is another than at the top and at the left. */
  readonly after?: Both
  readonly dilation: Both
}

/**
 * The same places by steps that are no longer than the image with its padding: a longer step has one place anyway, a single tap no distance to
 * another, and kernels multiply both with sizes, in 32 bits.
 */
export function stepsWithin<Attributes extends Omit<Sliding, 'dilation'> & Partial<Pick<Sliding, 'dilation'>>>(
  image: Shape,
  size: Shape,
  attributes: Attributes,
): Attributes {
  const { stride, padding, after = padding, dilation } = attributes
  const longest = (axis: 0 | 1): number => Math.max(1, image[axis] + padding[axis] + after[axis])
  const step = (axis: 0 | 1): number => Math.min(stride[axis], longest(axis))
  const distance = (axis: 0 | 1): number => (size[axis] === 1 ? 1 : dilation![axis])
  return {
    ...attributes,
    stride: [step(0), step(1)],
    ...(dilation === undefined ? {} : { dilation: [distance(0), distance(1)] }),
  }
}

/**
 * Height and width of the output of a window of `size` taps over an image. With `ceilMode` a last window that begins within the image or the
 * padding before it may end outside.
 * @throws ShapeError when the window does not fit.
 */
export function slidingOutput(
  image: Both,
  size: Both,
  { stride, padding, after = padding, dilation, ceilMode = false }: Sliding & { readonly ceilMode?: boolean },
  where: string,
): [number, number] {
  const along = (axis: 0 | 1): number => {
    const steps = (image[axis] + padding[axis] + after[axis] - dilation[axis] * (size[axis] - 1) - 1) / stride[axis]
    if (!ceilMode) return Math.floor(steps) + 1
    const last = Math.ceil(steps)
    return last * stride[axis] < image[axis] + padding[axis] ? last + 1 : last
  }
  const output: [number, number] = [along(0), along(1)]
  if (output[0] < 1 || output[1] < 1)
    throw new ShapeError(
      `${where}: a window of ${formatShape(size)} with dilation ${formatShape(dilation)} does not fit an image of ${formatShape(image)} with padding ${formatPadding(padding, after)}`,
    )
  return output
}

const formatPadding = (before: Both, after: Both): string =>
  before === after ? formatShape(before) : `${formatShape(before)} before and ${formatShape(after)} behind it`
