/**
 * Numbers m 2^e, each with a float exponent of its own, four to a pair of vectors. Likelihoods of long alignments are far below what float32 holds; as
 * logarithms, a sum of them would cost exponentials and a logarithm, and lose the digits that the logarithm's whole part takes.
 * Zero has the exponent -Infinity, whatever its mantissa; NaN is a mantissa, whatever its exponent.
 */
import { f32x4, i32x4, Local, type Statement, type Value, v128 } from '../../assembler/index.ts'

type Vector = Value<'v128'>

export interface Scaled {
  readonly mantissa: Vector
  readonly exponent: Vector
}

/** Numbers, and the statements that compute them. */
export interface Computed extends Scaled {
  readonly statements: readonly Statement[]
}

const { splat } = f32x4

/** 1.5 x 2^23 has a unit in the last place of 1 and no bits that stay when it is shifted into a float's exponent; 127 is that exponent's bias. */
const shifted = 1.5 * 2 ** 23 + 127

/** 2^e of whole e up to 127; 0 below -126, and of NaN, which -Infinity less itself is. */
export const powerOfTwo = (exponent: Vector): Vector =>
  i32x4.shl(f32x4.add(f32x4.pmax(splat(-127), exponent), splat(shifted)), 23)

/** The sum: mantissas are brought to the largest exponent. */
export function addScaled(terms: readonly Scaled[]): Computed {
  const [mantissa, exponent] = [new Local('v128'), new Local('v128')]
  const aligned = terms.map((term) => f32x4.mul(term.mantissa, powerOfTwo(f32x4.sub(term.exponent, exponent))))
  return {
    mantissa,
    exponent,
    statements: [
      exponent.set(terms.map((term) => term.exponent).reduce(f32x4.pmax)),
      mantissa.set(aligned.reduce(f32x4.add)),
    ],
  }
}

/** The product, its mantissa from 1 to 2, so that it neither grows nor vanishes from step to step. */
export function mulScaled(a: Scaled, b: Scaled): Computed {
  const [mantissa, exponent] = [new Local('v128'), new Local('v128')]
  const power = f32x4.sub(f32x4.convertI32x4S(i32x4.shrU(mantissa, 23)), splat(127))
  const inverse = i32x4.sub(i32x4.splat(0x7f000000), v128.and(mantissa, i32x4.splat(0x7f800000)))
  return {
    mantissa,
    exponent,
    statements: [
      mantissa.set(f32x4.mul(a.mantissa, b.mantissa)),
      exponent.set(f32x4.add(f32x4.add(a.exponent, b.exponent), power)),
      mantissa.set(f32x4.mul(mantissa, inverse)),
    ],
  }
}
