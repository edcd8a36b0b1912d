/** Instructions on eight 16-bit integers: what pictures are computed in, and bytes on their way to numbers of 32 bits. */
import { codeOf, type Operand, prefixed, type Value } from './code.ts'
import { binary, unary } from './instruction.ts'
import { v128 } from './v128.ts'

type Vector = Value<'v128'>

const simd = (opcode: number) => prefixed(0xfd, opcode)
const shift =
  (opcode: number) =>
  (vector: Vector, bits: Operand<'i32'>): Vector => ({ type: 'v128', code: [vector.code, codeOf(bits), simd(opcode)] })

export const i16x8 = {
  /** A constant of eight times two numbers of 16 bits in turn, or of one number. */
  pairs: (even: number, odd = even): Vector => {
    const pair = (even & 0xffff) | (odd << 16)
    return v128.constI32x4(pair, pair, pair, pair)
  },

  /** Sums, differences and products keep their lowest 16 bits. */
  add: binary('v128', 'v128', simd(142)),
  sub: binary('v128', 'v128', simd(145)),
  mul: binary('v128', 'v128', simd(149)),
  shl: shift(139),
  shrU: shift(141),

  /** The lower eight of sixteen signed bytes. */
  extendLowI8x16S: unary('v128', 'v128', simd(135)),
  extendHighI8x16S: unary('v128', 'v128', simd(136)),
  /** The lower eight of sixteen bytes without a sign. */
  extendLowI8x16U: unary('v128', 'v128', simd(137)),
  extendHighI8x16U: unary('v128', 'v128', simd(138)),
  /** Products of the lower eight of sixteen signed bytes. */
  extmulLowI8x16S: binary('v128', 'v128', simd(156)),
  extmulHighI8x16S: binary('v128', 'v128', simd(157)),
  /** The four numbers of a, then those of b; what does not fit becomes the nearest that does. */
  narrowI32x4S: binary('v128', 'v128', simd(133)),
  /** Four numbers of 32 bits, each the sum of two products: those of neighbours. */
  dotToI32x4S: binary('v128', 'v128', simd(186)),
}
