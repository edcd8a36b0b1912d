/** Instructions on eight 16-bit integers, on their way between bytes and numbers of 32 bits. */
import { prefixed } from './code.ts'
import { binary, unary } from './instruction.ts'

const simd = (opcode: number) => prefixed(0xfd, opcode)

export const i16x8 = {
  /** The lower eight of sixteen signed bytes. */
  extendLowI8x16S: unary('v128', 'v128', simd(135)),
  extendHighI8x16S: unary('v128', 'v128', simd(136)),
  /** Products of the lower eight of sixteen signed bytes. */
  extmulLowI8x16S: binary('v128', 'v128', simd(156)),
  extmulHighI8x16S: binary('v128', 'v128', simd(157)),
  /** The four numbers of a, then those of b; what does not fit becomes the nearest that does. */
  narrowI32x4S: binary('v128', 'v128', simd(133)),
}
