/**
 * log, log1p and softplus. x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), and log(1 + f) by an odd polynomial in f / (2 + f), which
 * keeps its relative accuracy for small f. Method and coefficients: FreeBSD's msun, e_logf.c (Sun Microsystems, 1993).
 */
import { f32x4, i32x4, v128 } from '../assembler/index.ts'
import { type Arithmetic, polynomial, splat, type Vector } from './arithmetic.ts'
import { exp } from './exponential.ts'

/** ln 2 in two parts: the first has so few bits that its product with k is exact. */
const [ln2High, ln2Low] = [6.9313812256e-1, 9.0580006145e-6]

/** (log(1 + f) - 2 s) / s³ in s², s = f / (2 + f). */
const logarithmTail = [0.24279078841, 0.28498786688, 0.40000972152, 0.66666662693]

/** k ln 2 + log(1 + f). */
function logarithm(a: Arithmetic, k: Vector, f: Vector): Vector {
  const s = a.keep(f32x4.div(f, f32x4.add(f, splat(2))))
  const square = a.keep(f32x4.mul(s, s))
  const half = a.keep(f32x4.mul(splat(0.5), f32x4.mul(f, f)))
  const tail = f32x4.mul(square, polynomial(a, square, logarithmTail))
  const correction = a.multiplyAdd(s, f32x4.add(half, tail), f32x4.mul(k, splat(ln2Low)))
  return a.multiplyAdd(k, splat(ln2High), f32x4.sub(f, f32x4.sub(half, correction)))
}

/** The bits of sqrt(1/2): mantissas are taken from there upwards. */
const smallestMantissa = 0x3f3504f3

/** k and 1 + f of a positive number, subnormal ones included. */
export function splitExponent(a: Arithmetic, x: Vector): { readonly exponent: Vector; readonly mantissa: Vector } {
  const subnormal = a.keep(f32x4.lt(x, splat(2 ** -126)))
  const bits = a.keep(v128.bitselect(f32x4.mul(x, splat(2 ** 23)), x, subnormal))
  const shifted = a.keep(i32x4.sub(bits, i32x4.splat(smallestMantissa)))
  const exponent = f32x4.convertI32x4S(i32x4.shrS(shifted, 23))
  return {
    exponent: a.keep(f32x4.sub(exponent, v128.and(subnormal, splat(23)))),
    mantissa: a.keep(i32x4.sub(bits, v128.and(shifted, i32x4.splat(-(2 ** 23))))),
  }
}

/** A mask of the lanes that hold a positive finite number. */
export const positiveFinite = (x: Vector): Vector =>
  v128.and(f32x4.gt(x, splat(0)), f32x4.lt(x, splat(Number.POSITIVE_INFINITY)))

/** log(x); -infinity at 0, NaN below. */
export function log(a: Arithmetic, x: Vector): Vector {
  const { exponent, mantissa } = splitExponent(a, x)
  const ordinary = logarithm(a, exponent, a.keep(f32x4.sub(mantissa, splat(1))))
  // At 0, infinity, NaN and below 0 this difference is what the logarithm is there.
  const limit = f32x4.sub(f32x4.sqrt(x), f32x4.div(splat(1), f32x4.abs(x)))
  return v128.bitselect(ordinary, limit, positiveFinite(x))
}

/** log(1 + x), to 2 ulp: what 1 + x loses of x is added as a part of the result. -infinity at -1, NaN below. */
export function log1p(a: Arithmetic, x: Vector): Vector {
  const sum = a.keep(f32x4.add(x, splat(1)))
  // The larger of x and 1 less the sum is exact, and so is what is left of the smaller.
  const isLarge = a.keep(f32x4.gt(x, splat(1)))
  const lost = v128.bitselect(f32x4.sub(splat(1), f32x4.sub(sum, x)), f32x4.sub(x, f32x4.sub(sum, splat(1))), isLarge)
  const correction = v128.and(f32x4.div(lost, sum), positiveFinite(sum))
  return v128.or(f32x4.add(log(a, sum), correction), v128.and(x, splat(-0)))
}

/** log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)), which neither overflows nor cancels. */
export function softplus(a: Arithmetic, x: Vector): Vector {
  const u = a.keep(exp(a, f32x4.neg(f32x4.abs(x))))
  // 1 + u is between 1 and 2; from sqrt(2) on it is halved, so that k is 1.
  const halved = a.keep(f32x4.gt(u, splat(Math.SQRT2 - 1)))
  const f = a.keep(v128.bitselect(f32x4.mul(f32x4.sub(u, splat(1)), splat(0.5)), u, halved))
  const k = a.keep(v128.and(halved, splat(1)))
  return f32x4.add(f32x4.pmax(x, splat(0)), logarithm(a, k, f))
}
