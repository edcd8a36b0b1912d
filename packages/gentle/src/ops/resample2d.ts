/**
 * Images at another size: each row of the result is a weighted sum of a few rows of the image, and each column one of columns. Repeating
 * and skipping pixels, interpolating between them, and means of parts that need not be equal are all such maps, and so is their gradient,
 * the transpose.
 */
import { ShapeError } from '../core/errors.ts'
import { formatShape, type Shape, sameShape } from '../core/shape.ts'
import { defineOp, type Reference } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { requireFloat32 } from './operands.ts'
import type { Both } from './window.ts'

/**
 * Where positions of an axis come from: `nearest` takes one pixel, `bilinear` and `alignedBilinear` draw a line between two neighbours, with
 * the image's borders or the centres of its outermost pixels in the same place, and `average` takes the mean of an equal part of the axis.
 */
export type ResampleMethod = 'nearest' | 'bilinear' | 'alignedBilinear' | 'average'

/** A pixel that is read, along one axis, and by what it is multiplied. */
export interface Tap {
  readonly index: number
  readonly weight: number
}

/** What each of `to` positions along an axis reads of `from` positions: at least one. */
export const resampleTaps = (method: ResampleMethod, from: number, to: number): Tap[][] =>
  Array.from({ length: to }, (_, i) => tapsAt(i, method, from, to))

function tapsAt(i: number, method: ResampleMethod, from: number, to: number): Tap[] {
  switch (method) {
    case 'nearest':
      return [{ index: Math.floor((i * from) / to), weight: 1 }]
    case 'bilinear':
      return neighbours(((i + 0.5) * from) / to - 0.5, from)
    case 'alignedBilinear':
      return neighbours(to === 1 ? 0 : (i * (from - 1)) / (to - 1), from)
    case 'average': {
      const { begin, end } = partOf(i, from, to)
      return Array.from({ length: end - begin }, (_, k) => ({ index: begin + k, weight: 1 / (end - begin) }))
    }
  }
}

/** The two pixels around a place, which are always two so that all positions cost the same; the one where there is but one. */
function neighbours(place: number, length: number): Tap[] {
  if (length === 1) return [{ index: 0, weight: 1 }]
  const within = Math.min(Math.max(place, 0), length - 1)
  const left = Math.min(Math.floor(within), length - 2)
  return [
    { index: left, weight: 1 - (within - left) },
    { index: left + 1, weight: within - left },
  ]
}

/** Part i of an axis cut into `count`, from `begin` to before `end`: parts overlap where their number does not divide the length. */
export const partOf = (i: number, length: number, count: number): { begin: number; end: number } => ({
  begin: Math.floor((i * length) / count),
  end: Math.ceil(((i + 1) * length) / count),
})

/** The taps of the gradient: what each of `from` positions gives to the others. */
export function transposedTaps(method: ResampleMethod, from: number, to: number): Tap[][] {
  const taps = resampleTaps(method, from, to)
  const given = Array.from({ length: from }, (): Tap[] => [])
  for (const [i, read] of taps.entries()) for (const { index, weight } of read) given[index].push({ index: i, weight })
  return given
}

export interface Resample2dAttributes {
  readonly method: ResampleMethod
  /** Height and width of the result. */
  readonly size: Both
}

/** Visits each product of the map by its offsets in image and result, with its weight. */
function forEachProduct(
  method: ResampleMethod,
  [batch, channels, height, width]: Shape,
  [outHeight, outWidth]: Both,
  visit: (x: number, y: number, weight: number) => void,
): void {
  const rows = resampleTaps(method, height, outHeight)
  const columns = resampleTaps(method, width, outWidth)
  for (let plane = 0, y = 0; plane < batch * channels; plane++)
    for (let i = 0; i < outHeight; i++)
      for (let j = 0; j < outWidth; j++, y++)
        for (const row of rows[i])
          for (const column of columns[j])
            visit((plane * height + row.index) * width + column.index, y, row.weight * column.weight)
}

export const resample2dOp = defineOp({
  name: 'resample2d',
  infer([x], { size }: Resample2dAttributes) {
    requireFloat32([x], 'resample2d')
    if (x.shape.length !== 4)
      throw new ShapeError(`resample2d: images have shape ${formatShape(x.shape)}; expected [N, C, H, W]`)
    return { shape: [x.shape[0], x.shape[1], ...size], dtype: 'float32' }
  },
  gradient: ({ inputs: [x], attributes: { method } }, dy) => [
    apply(resample2dGradientOp, [dy], { method, inputShape: x.shape }),
  ],
})

export const resample2dReference: Reference<typeof resample2dOp> = ([x], { method, size }, y) => {
  const total = new Float64Array(y.data.length)
  forEachProduct(method, x.shape, size, (xi, yi, weight) => {
    total[yi] += weight * x.data[xi]
  })
  y.data.set(total)
}

export interface Resample2dGradientAttributes {
  readonly method: ResampleMethod
  /** Shape of the images that were resampled. */
  readonly inputShape: Shape
}

export const resample2dGradientOp = defineOp({
  name: 'resample2dGradient',
  infer([dy], { inputShape }: Resample2dGradientAttributes) {
    if (dy.shape.length !== 4 || !sameShape(dy.shape.slice(0, 2), inputShape.slice(0, 2)))
      throw new ShapeError(
        `resample2dGradient: the gradient has shape ${formatShape(dy.shape)}; expected the images and channels of ${formatShape(inputShape)}`,
      )
    return { shape: inputShape, dtype: 'float32' }
  },
  gradient: ({ inputs: [dy], attributes: { method } }, dx) => [resample2d(dx, method, [dy.shape[2], dy.shape[3]])],
})

export const resample2dGradientReference: Reference<typeof resample2dGradientOp> = (
  [dy],
  { method, inputShape },
  dx,
) => {
  const total = new Float64Array(dx.data.length)
  forEachProduct(method, inputShape, [dy.shape[2], dy.shape[3]], (xi, yi, weight) => {
    total[xi] += weight * dy.data[yi]
  })
  dx.data.set(total)
}

/**
 * Images [N, C, H, W] as [N, C, ...size].
 * @throws ShapeError for a tensor of another rank.
 */
export const resample2d = (x: Tensor, method: ResampleMethod, size: Both): Tensor =>
  x.shape.length === 4 && sameShape(x.shape.slice(2), size) ? x : apply(resample2dOp, [x], { method, size })
