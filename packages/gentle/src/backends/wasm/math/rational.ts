/**
 * tanh and erf: odd functions that end at 1. Both are y = 2 t / (1 + t²), the hyperbolic tangent's double angle, where t = P / Q is a
 * rational function of x: y = 2 P Q / (P² + Q²) takes one division, and the nearer y is to 1 the less an error of t counts, so that P
 * and Q may have low degrees. Coefficients: minimax fits by Lawson's iteration, relative errors of t weighted with
 * (1 - t²) / (1 + t²). All of one function are scaled by one number, which cancels, chosen so that for small x rounding hurts least.
 */
import { f32x4 } from '../assembler/index.ts'
import { type Arithmetic, polynomial, splat, type Vector } from './arithmetic.ts'

interface DoubleAngle {
  /** From here on the result is 1 exactly. */
  readonly limit: number
  /** P / x in x². */
  readonly numerator: readonly number[]
  /** Q in x². */
  readonly denominator: readonly number[]
}

const scaled = (scale: number, coefficients: readonly number[]): number[] => coefficients.map((c) => c * scale)

/** t = tanh(x / 2); the fit costs y a relative 7e-9. */
const halfTanh: DoubleAngle = {
  limit: 9.025,
  numerator: scaled(1.6875, [5.708293227347437e-5, 0.014884662632890771, 0.5]),
  denominator: scaled(1.6875, [1.2273734780187722e-6, 0.0012060924525971834, 0.11310261002466854, 1]),
}

/** t = tanh(artanh(erf(x)) / 2); the fit costs y a relative 4e-8. */
const halfErf: DoubleAngle = {
  limit: 3.8,
  numerator: scaled(1.75, [0.001270352412405085, 0.016140314492941142, 0.14869366190917577, 0.5641896029588503]),
  denominator: scaled(1.75, [9.892078062230315e-5, 0.006048609850537415, 0.048454416149308836, 0.2785773003648636, 1]),
}

function doubleAngle(a: Arithmetic, x: Vector, { limit, numerator, denominator }: DoubleAngle): Vector {
  const clamped = a.keep(f32x4.pmax(f32x4.pmin(x, splat(limit)), splat(-limit)))
  const square = a.keep(f32x4.mul(clamped, clamped))
  const p = a.keep(f32x4.mul(clamped, polynomial(a, square, numerator)))
  const q = a.keep(polynomial(a, square, denominator))
  const product = a.keep(f32x4.mul(p, q))
  return f32x4.div(f32x4.add(product, product), a.multiplyAdd(p, p, f32x4.mul(q, q)))
}

/** tanh(x), to 4 ulp; never beyond 1, so that 1 - tanh² is not negative. */
export const tanh = (a: Arithmetic, x: Vector): Vector => doubleAngle(a, x, halfTanh)

/** The error function, to 4 ulp. */
export const erf = (a: Arithmetic, x: Vector): Vector => doubleAngle(a, x, halfErf)
