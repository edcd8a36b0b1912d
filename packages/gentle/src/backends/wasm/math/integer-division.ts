/** Quotients and remainders of int32, by float64: it holds both operands, and tells any quotient that is not whole from those that are. */
import { f64x2, i32x4, shuffle32, v128 } from '../assembler/index.ts'
import type { Arithmetic, Vector } from './arithmetic.ts'

/** What comes of a, b and the quotient a / b, rounded down, two lanes at a time, as int32. */
function inFloat64(
  { keep }: Arithmetic,
  a: Vector,
  b: Vector,
  result: (a: Vector, b: Vector, quotient: Vector) => Vector,
): Vector {
  const half = (integersOf: (vector: Vector) => Vector): Vector => {
    const [wideA, wideB] = [a, b].map((vector) => keep(f64x2.convertLowI32x4S(integersOf(vector))))
    return keep(i32x4.truncSatF64x2SZero(result(wideA, wideB, f64x2.floor(f64x2.div(wideA, wideB)))))
  }
  return shuffle32(
    [0, 1, 4, 5],
    half((vector) => vector),
    half((vector) => shuffle32([2, 3, 2, 3], vector, vector)),
  )
}

const isZero = (b: Vector): Vector => i32x4.eq(b, i32x4.splat(0))

/** a / b, rounded down; 0 where b is 0. */
export const floorDiv = (arithmetic: Arithmetic, a: Vector, b: Vector): Vector =>
  v128.andnot(
    inFloat64(arithmetic, a, b, (_a, _b, quotient) => quotient),
    isZero(b),
  )

/** a less b times that quotient; a where b is 0. */
export const mod = (arithmetic: Arithmetic, a: Vector, b: Vector): Vector =>
  v128.bitselect(
    a,
    inFloat64(arithmetic, a, b, (x, y, quotient) => f64x2.sub(x, f64x2.mul(y, quotient))),
    isZero(b),
  )
