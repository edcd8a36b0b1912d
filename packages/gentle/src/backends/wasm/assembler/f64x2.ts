/** Instructions on two float64: what arithmetic needs where float32 is too coarse. */
import { prefixed, type Value } from './code.ts'
import { f64 } from './f64.ts'
import { binary, unary } from './instruction.ts'

type Vector = Value<'v128'>

const simd = (opcode: number) => prefixed(0xfd, opcode)
const binaryVector = (opcode: number) => binary('v128', 'v128', simd(opcode))

export const f64x2 = {
  /** Twice the same constant. */
  splat: (value: number): Vector => ({ type: 'v128', code: [f64.const(value).code, simd(20)] }),

  floor: unary('v128', 'v128', simd(117)),
  add: binaryVector(240),
  sub: binaryVector(241),
  mul: binaryVector(242),
  div: binaryVector(243),
  /** b < a ? b : a, so a NaN in a stays and one in b is ignored. */
  pmin: binaryVector(246),
  /** a < b ? b : a, so a NaN in a stays and one in b is ignored. */
  pmax: binaryVector(247),

  /** The lower two of four int32. */
  convertLowI32x4S: unary('v128', 'v128', simd(254)),
  /** The lower two of four float32. */
  promoteLowF32x4: unary('v128', 'v128', simd(95)),
}
