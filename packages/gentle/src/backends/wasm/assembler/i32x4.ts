/** Instructions on four 32-bit integers. Comparisons give lanes of all ones or all zeros. */
import { codeOf, type Operand, prefixed, type Value } from './code.ts'
import { binary, ternary, unary } from './instruction.ts'
import { type Lane, v128 } from './v128.ts'

type Vector = Value<'v128'>

const simd = (opcode: number) => prefixed(0xfd, opcode)
const unaryVector = (opcode: number) => unary('v128', 'v128', simd(opcode))
const binaryVector = (opcode: number) => binary('v128', 'v128', simd(opcode))
const shift =
  (opcode: number) =>
  (vector: Vector, bits: Operand<'i32'>): Vector => ({ type: 'v128', code: [vector.code, codeOf(bits), simd(opcode)] })

export const i32x4 = {
  /** Four times the same; a number makes a constant. */
  splat: (value: Operand<'i32'>): Vector =>
    typeof value === 'number'
      ? v128.constI32x4(value, value, value, value)
      : { type: 'v128', code: [value.code, simd(17)] },
  extractLane: (vector: Vector, lane: Lane): Value<'i32'> => ({ type: 'i32', code: [vector.code, simd(27), lane] }),
  replaceLane: (vector: Vector, lane: Lane, value: Operand<'i32'>): Vector => ({
    type: 'v128',
    code: [vector.code, codeOf(value), simd(28), lane],
  }),

  abs: unaryVector(160),
  neg: unaryVector(161),
  add: binaryVector(174),
  sub: binaryVector(177),
  mul: binaryVector(181),
  minS: binaryVector(182),
  maxS: binaryVector(184),
  shl: shift(171),
  shrS: shift(172),
  shrU: shift(173),

  eq: binaryVector(55),
  ne: binaryVector(56),
  ltS: binaryVector(57),
  ltU: binaryVector(58),
  gtS: binaryVector(59),
  gtU: binaryVector(60),
  leS: binaryVector(61),
  geS: binaryVector(63),

  /** The lower four of eight signed numbers of 16 bits. */
  extendLowI16x8S: unaryVector(167),
  /** Sums of neighbours of eight signed numbers of 16 bits. */
  extaddPairwiseI16x8S: unaryVector(126),
  /**
   * c and, in each lane, the sum of the products of four signed bytes of a with four bytes of b (relaxed SIMD). Where a byte of b is not from 0 to 127,
   * engines take it for signed or not, and sums of pairs may saturate: the same everywhere is what it gives for bytes of b from 0 to 127.
   */
  relaxedDotI8x16I7x16Add: ternary('v128', simd(0x113)),

  /** Towards zero; what does not fit becomes the nearest integer that does, NaN becomes 0. */
  truncSatF32x4S: unaryVector(248),
  truncSatF32x4U: unaryVector(249),
  /** Two float64, towards zero, as the lower two lanes; zeros above. What does not fit becomes the nearest that does, NaN becomes 0. */
  truncSatF64x2SZero: unaryVector(252),
}
