/** Floats as whole numbers in a range, and such numbers as bytes. */
import type { IntegerOutput } from '../../../../ops/integers/convolution.ts'
import { i8x16 } from '../../assembler/i8x16.ts'
import { i16x8 } from '../../assembler/i16x8.ts'
import { f32x4, i32x4, type Value, v128 } from '../../assembler/index.ts'

type Vector = Value<'v128'>

/** Added to a float below 2^22, it leaves the nearest whole number, halves to the even one, in the lowest bits. */
const shifter = 1.5 * 2 ** 23
const shifterBits = new Int32Array(Float32Array.of(shifter).buffer)[0]

/** Four floats as the nearest whole numbers, plus the zero point, in the range; NaN as the smallest. */
export function roundVector({ zeroPoint, low, high }: IntegerOutput, values: Vector): Vector {
  const within = f32x4.pmin(f32x4.pmax(f32x4.splat(low - zeroPoint), values), f32x4.splat(high - zeroPoint))
  return i32x4.sub(f32x4.add(within, f32x4.splat(shifter)), i32x4.splat(shifterBits - zeroPoint))
}

/** Sixteen numbers that fit in bytes as bytes. */
export const toBytes = ([a, b, c, d]: readonly Vector[]): Vector =>
  i8x16.narrowI16x8S(i16x8.narrowI32x4S(a, b), i16x8.narrowI32x4S(c, d))

/** Eight as the lower eight of sixteen bytes. */
export const toHalfBytes = (a: Vector, b: Vector): Vector => {
  const half = i16x8.narrowI32x4S(a, b)
  return i8x16.narrowI16x8S(half, v128.constI32x4(0, 0, 0, 0))
}

/** Four signed bytes as floats. */
export const floatsOfBytes = (bytes: Vector): Vector =>
  f32x4.convertI32x4S(i32x4.extendLowI16x8S(i16x8.extendLowI8x16S(bytes)))
