/**
 * asin, acos and atan: polynomials on the part where they are nearly straight, to which the rest is led by identities. Polynomials and parts are
 * Cephes' (Moshier, single/asinf.c and atanf.c).
 */
import { f32x4, v128 } from '../assembler/index.ts'
import { type Arithmetic, polynomial, splat, type Vector } from './arithmetic.ts'

/** π/2, and what float32 leaves out of it; π/4 and π are these by a power of 2. */
const halfPi = Math.fround(Math.PI / 2)
const halfPiRest = Math.PI / 2 - halfPi

/** (asin(w) - w) / w³ in w², for w <= 1/2. */
const arcsineTail = [4.2163199048e-2, 2.4181311049e-2, 4.547002599e-2, 7.4953002686e-2, 1.6666752422e-1]

/** (atan(u) - u) / u³ in u², for u <= tan(π/8). */
const arctangentTail = [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1]

const signOf = (x: Vector): Vector => v128.and(x, splat(-0))

/**
 * asin of |x| up to 1/2, and beyond it asin(sqrt((1 - |x|) / 2)), which is (π/2 - asin |x|) / 2: there 1 - |x| is exact. NaN beyond 1.
 */
function partOfArcsine(a: Arithmetic, x: Vector): { readonly part: Vector; readonly isUpper: Vector } {
  const magnitude = a.keep(f32x4.abs(x))
  const isUpper = a.keep(f32x4.gt(magnitude, splat(0.5)))
  const half = f32x4.mul(f32x4.sub(splat(1), magnitude), splat(0.5))
  const square = a.keep(v128.bitselect(half, f32x4.mul(magnitude, magnitude), isUpper))
  const root = a.keep(v128.bitselect(f32x4.sqrt(square), magnitude, isUpper))
  const part = a.multiplyAdd(f32x4.mul(root, square), polynomial(a, square, arcsineTail), root)
  return { part: a.keep(part), isUpper }
}

/** asin(x), to 3 ulp; NaN beyond 1. */
export function asin(a: Arithmetic, x: Vector): Vector {
  const { part, isUpper } = partOfArcsine(a, x)
  const upper = f32x4.sub(splat(halfPi), f32x4.sub(f32x4.add(part, part), splat(halfPiRest)))
  return v128.or(v128.bitselect(upper, part, isUpper), signOf(x))
}

/** acos(x), to 2 ulp; NaN beyond 1. */
export function acos(a: Arithmetic, x: Vector): Vector {
  const { part, isUpper } = partOfArcsine(a, x)
  const isNegative = a.keep(f32x4.lt(x, splat(0)))
  const twice = a.keep(f32x4.add(part, part))
  const fromPi = f32x4.sub(splat(2 * halfPi), f32x4.sub(twice, splat(2 * halfPiRest)))
  const signed = v128.xor(part, signOf(x))
  const middle = f32x4.sub(splat(halfPi), f32x4.sub(signed, splat(halfPiRest)))
  return v128.bitselect(v128.bitselect(fromPi, twice, isNegative), middle, isUpper)
}

/** atan(x), to 3 ulp; atan u = π/4 + atan((u - 1) / (u + 1)) = π/2 - atan(1 / u). From tan(π/8) = √2 - 1 to tan(3π/8) = √2 + 1 it is the middle one. */
export function atan(a: Arithmetic, x: Vector): Vector {
  const magnitude = a.keep(f32x4.abs(x))
  const isSteep = a.keep(f32x4.gt(magnitude, splat(Math.SQRT2 + 1)))
  const isMiddle = a.keep(v128.andnot(f32x4.gt(magnitude, splat(Math.SQRT2 - 1)), isSteep))
  const among = (steep: Vector, middle: Vector, flat: Vector): Vector =>
    v128.bitselect(steep, v128.bitselect(middle, flat, isMiddle), isSteep)
  const above = among(splat(-1), f32x4.sub(magnitude, splat(1)), magnitude)
  const below = among(magnitude, f32x4.add(magnitude, splat(1)), splat(1))
  const u = a.keep(f32x4.div(above, below))
  const square = a.keep(f32x4.mul(u, u))
  const arc = a.multiplyAdd(f32x4.mul(square, u), polynomial(a, square, arctangentTail), u)
  const start = (share: number): Vector => among(splat(share), splat(share / 2), splat(0))
  return v128.or(f32x4.add(start(halfPi), f32x4.add(arc, start(halfPiRest))), signOf(x))
}
