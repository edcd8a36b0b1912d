/**
 * exp and expm1. x = n ln 2 + r with |r| <= ln 2 / 2, and exp(x) = 2^n exp(r); n is rounded by adding a large number, whose low
 * bits then hold it. The polynomial for exp(r) and ln 2 in two parts are Cephes' (Moshier, single/expf.c).
 */
import { f32x4, i32x4, v128 } from '../assembler/index.ts'
import { type Arithmetic, polynomial, splat, type Vector } from './arithmetic.ts'

/** ln 2 in two parts: the first has so few bits that its product with n is exact. */
const [ln2High, ln2Low] = [0.693359375, -2.1219444e-4]

/** (exp(r) - 1 - r) / r². */
const exponentialTail = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]

/** Beyond these the result is 0 (-1 for expm1) and infinity by itself, and n still fits the exponent's field. */
const [lowest, highest] = [-87.33, 89]

/** 1.5 x 2^23 has a unit in the last place of 1; 126 is the bias of the exponent, for half of 2^n. */
const rounding = 1.5 * 2 ** 23 + 126

/**
 * expm1(r) and 2^(n - 1). Half of 2^n, because 2^128 is not float32 but exp(x) may still be one when n is 128; for n = -126 it is 0.
 */
function reduced(a: Arithmetic, x: Vector): { readonly remainder: Vector; readonly halfPower: Vector } {
  const clamped = a.keep(f32x4.pmax(f32x4.pmin(x, splat(highest)), splat(lowest)))
  const shifted = a.keep(a.multiplyAdd(clamped, splat(Math.LOG2E), splat(rounding)))
  const n = a.keep(f32x4.sub(shifted, splat(rounding)))
  const r = a.keep(a.subtractProduct(a.subtractProduct(clamped, n, splat(ln2High)), n, splat(ln2Low)))
  return { remainder: expm1Near0(a, r), halfPower: i32x4.shl(shifted, 23) }
}

/** exp(r) - 1 for |r| <= ln 2 / 2. */
export const expm1Near0 = (a: Arithmetic, r: Vector): Vector =>
  a.multiplyAdd(polynomial(a, r, exponentialTail), f32x4.mul(r, r), r)

/** exp(x), to 1 ulp; 0 below -87, where the result would be less than 2^-125.5. */
export function exp(a: Arithmetic, x: Vector): Vector {
  const { remainder, halfPower } = reduced(a, x)
  return f32x4.mul(a.multiplyAdd(remainder, splat(2), splat(2)), halfPower)
}

/** exp(x) - 1, without cancellation near 0; it has the sign of x, also at -0. */
export function expm1(a: Arithmetic, x: Vector): Vector {
  const { remainder, halfPower } = reduced(a, x)
  const half = a.keep(halfPower)
  const sum = a.keep(a.multiplyAdd(half, remainder, f32x4.sub(half, splat(0.5))))
  return v128.or(f32x4.add(sum, sum), v128.and(x, splat(-0)))
}

/** 1 / (1 + exp(-x)). */
export const sigmoid = (a: Arithmetic, x: Vector): Vector =>
  f32x4.div(splat(1), f32x4.add(exp(a, f32x4.neg(x)), splat(1)))
