/**
 * pow. x^y = 2^(y log2 x), where an error of the exponent becomes a relative error of the result: log2 x and its product with y are
 * taken in float64, two lanes at a time, and only the fraction of the exponent returns to float32.
 */
import { f32x4, f64x2, i32x4, shuffle32, v128 } from '../assembler/index.ts'
import { type Arithmetic, splat, type Vector } from './arithmetic.ts'
import { expm1Near0 } from './exponential.ts'
import { positiveFinite, splitExponent } from './logarithm.ts'

/** 2 artanh(s) / (s ln 2) in s²: the series, whose next term is below 1e-9 of the sum where |s| <= 0.172. */
const artanhSeries = [9, 7, 5, 3, 1].map((n) => 2 / (n * Math.LN2))

/** Beyond these powers of 2 a float32 is 0 or infinite. */
const [lowest, highest] = [-160, 130]

/** log2(x) y for two lanes of mantissa, exponent and y, between the limits, in float64. */
function exponentOf(a: Arithmetic, mantissa: Vector, exponent: Vector, y: Vector): Vector {
  const m = a.keep(f64x2.promoteLowF32x4(mantissa))
  const one = f64x2.splat(1)
  const s = a.keep(f64x2.div(f64x2.sub(m, one), f64x2.add(m, one)))
  const square = a.keep(f64x2.mul(s, s))
  const [highestTerm, ...others] = artanhSeries
  const series = others.reduce<Vector>(
    (sum, coefficient) => f64x2.add(f64x2.mul(sum, square), f64x2.splat(coefficient)),
    f64x2.splat(highestTerm),
  )
  const logarithm = f64x2.add(f64x2.promoteLowF32x4(exponent), f64x2.mul(s, series))
  const product = f64x2.mul(f64x2.promoteLowF32x4(y), logarithm)
  return a.keep(f64x2.pmax(f64x2.pmin(product, f64x2.splat(highest)), f64x2.splat(lowest)))
}

const upperHalf = (vector: Vector): Vector => shuffle32([2, 3, 2, 3], vector, vector)

const joined = (low: Vector, high: Vector): Vector => shuffle32([0, 1, 4, 5], low, high)

/** 2^n for whole n from -126 to 127. */
const powerOf2 = (n: Vector): Vector => i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23)

/** |x|^y with the limits at 0, infinity and NaN. */
function magnitude(a: Arithmetic, x: Vector, y: Vector): Vector {
  const { exponent, mantissa } = splitExponent(a, x)
  // Infinite logarithms at 0 and infinity, NaN at NaN, carry through the product.
  const k = a.keep(v128.bitselect(exponent, f32x4.sub(x, f32x4.div(splat(1), x)), positiveFinite(x)))
  const low = exponentOf(a, mantissa, k, y)
  const high = exponentOf(a, upperHalf(mantissa), upperHalf(k), upperHalf(y))
  const n = a.keep(f32x4.nearest(joined(f32x4.demoteF64x2Zero(low), f32x4.demoteF64x2Zero(high))))
  const fraction = (exponents: Vector, whole: Vector): Vector =>
    f32x4.demoteF64x2Zero(f64x2.sub(exponents, f64x2.promoteLowF32x4(whole)))
  const r = a.keep(f32x4.mul(joined(fraction(low, n), fraction(high, upperHalf(n))), splat(Math.LN2)))
  // In two steps, since 2^n alone may lie outside the range of float32.
  const whole = a.keep(i32x4.truncSatF32x4S(n))
  const half = a.keep(i32x4.shrS(whole, 1))
  const mantissaOfResult = f32x4.add(expm1Near0(a, r), splat(1))
  return f32x4.mul(f32x4.mul(mantissaOfResult, powerOf2(half)), powerOf2(i32x4.sub(whole, half)))
}

/** x^y as C's pow: NaN where x < 0 and y is not whole; x^0 is 1 for every x, 1^y for every y, and so is -1 to an infinite power. */
export function pow(a: Arithmetic, x: Vector, y: Vector): Vector {
  const absolute = a.keep(f32x4.abs(x))
  const halfY = a.keep(f32x4.mul(y, splat(0.5)))
  const whole = a.keep(f32x4.eq(f32x4.nearest(y), y))
  const even = f32x4.eq(f32x4.nearest(halfY), halfY)
  const negative = v128.and(f32x4.lt(x, splat(0)), f32x4.gt(x, splat(Number.NEGATIVE_INFINITY)))
  const sign = v128.and(v128.and(x, v128.andnot(whole, even)), splat(-0))
  const signed = v128.or(magnitude(a, absolute, y), sign)
  const undefinedLanes = v128.andnot(negative, whole)
  const infinite = v128.and(f32x4.eq(absolute, splat(1)), f32x4.eq(f32x4.abs(y), splat(Number.POSITIVE_INFINITY)))
  const one = v128.or(v128.or(f32x4.eq(x, splat(1)), f32x4.eq(y, splat(0))), infinite)
  return v128.bitselect(splat(1), v128.or(signed, undefinedLanes), one)
}
