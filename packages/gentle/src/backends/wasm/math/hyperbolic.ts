/** sinh, cosh and the inverses of the hyperbolic functions, by exp and log1p in forms that neither cancel nor overflow before the result does. */
import { f32x4, v128 } from '../assembler/index.ts'
import { type Arithmetic, polynomial, splat, type Vector } from './arithmetic.ts'
import { exp } from './exponential.ts'
import { log1p } from './logarithm.ts'

/** (sinh(x) - x) / x³ in x², for |x| <= 1: the series, whose next term is below 3e-8 of the sum. */
const sineTail = [9, 7, 5, 3].map((n) => 1 / factorial(n))

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1)
}

/** From here on asinh(x) and acosh(x) are log(2 x), to a relative 2e-9. */
const large = 2 ** 12

const signOf = (x: Vector): Vector => v128.and(x, splat(-0))

/** exp(|x|) / 2, as a product of two halves, since it is finite where exp(|x|) is not any more; and exp(-|x|) / 2. */
function halves(a: Arithmetic, magnitude: Vector): readonly [growing: Vector, falling: Vector] {
  const root = a.keep(exp(a, f32x4.mul(magnitude, splat(0.5))))
  return [f32x4.mul(root, f32x4.mul(root, splat(0.5))), f32x4.div(splat(0.5), f32x4.mul(root, root))]
}

/** sinh(x), to 4 ulp. */
export function sinh(a: Arithmetic, x: Vector): Vector {
  const magnitude = a.keep(f32x4.abs(x))
  const square = a.keep(f32x4.mul(magnitude, magnitude))
  const near0 = a.multiplyAdd(f32x4.mul(square, magnitude), polynomial(a, square, sineTail), magnitude)
  const [growing, falling] = halves(a, magnitude)
  const beyond = f32x4.sub(growing, falling)
  return v128.or(v128.bitselect(beyond, near0, f32x4.gt(magnitude, splat(1))), signOf(x))
}

/** cosh(x), to 4 ulp. */
export const cosh = (a: Arithmetic, x: Vector): Vector => f32x4.add(...halves(a, a.keep(f32x4.abs(x))))

/** log1p(near), or log(2 x), which is log1p(x - 1) + log 2, where x is large. */
function logarithm(a: Arithmetic, x: Vector, near: Vector): Vector {
  const isLarge = a.keep(f32x4.gt(x, splat(large)))
  const argument = a.keep(v128.bitselect(f32x4.sub(x, splat(1)), near, isLarge))
  return f32x4.add(log1p(a, argument), v128.and(isLarge, splat(Math.LN2)))
}

/** asinh(x), to 3 ulp: log(x + sqrt(x² + 1)) for x > 0. */
export function asinh(a: Arithmetic, x: Vector): Vector {
  const magnitude = a.keep(f32x4.abs(x))
  const square = a.keep(f32x4.mul(magnitude, magnitude))
  const root = f32x4.sqrt(f32x4.add(square, splat(1)))
  const near = f32x4.add(magnitude, f32x4.div(square, f32x4.add(root, splat(1))))
  return v128.or(logarithm(a, magnitude, near), signOf(x))
}

/** acosh(x), to 3 ulp: log(x + sqrt(x² - 1)); NaN below 1. */
export function acosh(a: Arithmetic, x: Vector): Vector {
  const beyond1 = a.keep(f32x4.sub(x, splat(1)))
  const near = f32x4.add(beyond1, f32x4.mul(f32x4.sqrt(beyond1), f32x4.sqrt(f32x4.add(beyond1, splat(2)))))
  return logarithm(a, x, near)
}

/** atanh(x), to 3 ulp: log((1 + x) / (1 - x)) / 2; infinite at ± 1, NaN beyond. */
export function atanh(a: Arithmetic, x: Vector): Vector {
  const magnitude = a.keep(f32x4.abs(x))
  const ratio = a.keep(f32x4.div(f32x4.add(magnitude, magnitude), f32x4.sub(splat(1), magnitude)))
  return v128.or(f32x4.mul(log1p(a, ratio), splat(0.5)), signOf(x))
}
