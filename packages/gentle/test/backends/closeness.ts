import type { NDArray } from '../../src/core/ndarray.ts'
import { formatShape, sameShape } from '../../src/core/shape.ts'

/**
 * How near a backend must come. `exact`: the very number that the float32 reference gives, with the sign of a zero (moves, comparisons,
 * and the operations that IEEE 754 rounds correctly). Else an element may miss the float64 reference's t by
 * relative |t| + absolute + largest max |t| over the tensor; NaN and infinities have to be where they are in the reference.
 */
export type Tolerance =
  | 'exact'
  | {
      readonly relative: number
      readonly absolute: number
      readonly largest: number
      /**
       * Whether NaN and infinities may spread to other elements of the same image, along the axes after the first, and become each other, as
       * where sums and differences of pixels are multiplied; they may not vanish.
       */
      readonly spreads?: boolean
    }

/** Functions approximated element by element: some units in the last place. */
export const approximated: Tolerance = { relative: 1e-6, absolute: 1e-7, largest: 0 }
/** Sums in float32, in any order, of up to some thousand terms of about 1. */
export const summed: Tolerance = { relative: 1e-6, absolute: 5e-6, largest: 5e-6 }
/** Convolutions by Winograd's method of images with NaN or infinities. */
export const spreading: Tolerance = { ...summed, spreads: true }
/** Whole networks with their gradients, some steps of training. */
export const chained: Tolerance = { relative: 1e-5, absolute: 2e-5, largest: 2e-5 }

/** Says what is wrong with a result, or undefined. */
export function mismatch(
  actual: NDArray,
  float32: NDArray,
  float64: NDArray,
  tolerance: Tolerance,
): string | undefined {
  if (actual.dtype !== float32.dtype) return `is ${actual.dtype}; expected ${float32.dtype}`
  if (!sameShape(actual.shape, float32.shape))
    return `has shape ${formatShape(actual.shape)}; expected ${formatShape(float32.shape)}`
  if (actual.data.length !== float32.data.length)
    return `has ${actual.data.length} values; expected ${float32.data.length}`
  const exact = tolerance === 'exact' || actual.dtype === 'int32'
  const wanted = exact ? float32.data : float64.data
  /** A float64 backend computes more than is asked of it. */
  const inDType = (y: number): number => (actual.dtype === 'float32' ? Math.fround(y) : y)
  const largest = exact ? 0 : largestFinite(wanted)
  for (let i = 0; i < wanted.length; i++) {
    const y = inDType(actual.data[i])
    const t = exact ? wanted[i] : beyondFloat32(wanted[i])
    if (exact ? Object.is(y, t) : y === t || (Number.isNaN(y) && Number.isNaN(t))) continue
    if (!exact && tolerance.spreads && !Number.isFinite(y) && rowIsSpecial(wanted, i, actual.shape[0])) continue
    const allowed = exact ? 0 : tolerance.relative * Math.abs(t) + tolerance.absolute + tolerance.largest * largest
    if (!Number.isFinite(t) || !(Math.abs(y - t) <= allowed))
      return `element ${i} is ${y}; expected ${t} within ${allowed}`
  }
  return undefined
}

/** Whether there is a number that is not finite among those with the same index along the first of so many. */
function rowIsSpecial(values: NDArray['data'], i: number, rows: number): boolean {
  const length = values.length / rows
  const start = i - (i % length)
  return !values.subarray(start, start + length).every((value) => Number.isFinite(Math.fround(value)))
}

const beyondFloat32 = (t: number): number => (Number.isFinite(Math.fround(t)) ? t : Math.fround(t))

function largestFinite(values: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) largest = Math.max(largest, Math.abs(values[i]))
  return largest
}
