/** Instructions on four float32. Comparisons give lanes of all ones or all zeros. */
import { codeOf, prefixed, type Value } from './code.ts'
import { binary, ternary, unary } from './instruction.ts'
import { type Lane, v128 } from './v128.ts'

type Vector = Value<'v128'>

const simd = (opcode: number) => prefixed(0xfd, opcode)
const unaryVector = (opcode: number) => unary('v128', 'v128', simd(opcode))
const binaryVector = (opcode: number) => binary('v128', 'v128', simd(opcode))

export const f32x4 = {
  /** Four times the same; a number makes a constant. */
  splat: (value: Value<'f32'> | number): Vector =>
    typeof value === 'number'
      ? v128.constF32x4(value, value, value, value)
      : { type: 'v128', code: [value.code, simd(19)] },
  extractLane: (vector: Vector, lane: Lane): Value<'f32'> => ({ type: 'f32', code: [vector.code, simd(31), lane] }),
  replaceLane: (vector: Vector, lane: Lane, value: Value<'f32'>): Vector => ({
    type: 'v128',
    code: [vector.code, codeOf(value), simd(32), lane],
  }),

  abs: unaryVector(224),
  neg: unaryVector(225),
  sqrt: unaryVector(227),
  add: binaryVector(228),
  sub: binaryVector(229),
  mul: binaryVector(230),
  div: binaryVector(231),
  /** NaN where either is; several machine instructions where `pmin` is one. */
  min: binaryVector(232),
  /** NaN where either is; several machine instructions where `pmax` is one. */
  max: binaryVector(233),
  /** b < a ? b : a, so a NaN in a stays and one in b is ignored. */
  pmin: binaryVector(234),
  /** a < b ? b : a, so a NaN in a stays and one in b is ignored. */
  pmax: binaryVector(235),
  ceil: unaryVector(103),
  floor: unaryVector(104),
  trunc: unaryVector(105),
  /** To the nearest integer, halves to the even one. */
  nearest: unaryVector(106),

  eq: binaryVector(65),
  ne: binaryVector(66),
  lt: binaryVector(67),
  gt: binaryVector(68),
  le: binaryVector(69),
  ge: binaryVector(70),

  convertI32x4S: unaryVector(250),
  convertI32x4U: unaryVector(251),
  /** Two float64 as the lower two lanes; zeros above. */
  demoteF64x2Zero: unaryVector(94),

  /** a b + c, rounded once or twice as the machine likes (relaxed SIMD). */
  relaxedMadd: ternary('v128', simd(0x105)),
  /** c - a b, rounded once or twice as the machine likes (relaxed SIMD). */
  relaxedNmadd: ternary('v128', simd(0x106)),
}
