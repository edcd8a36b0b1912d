/** Instructions on sixteen bytes. */
import { prefixed } from './code.ts'
import { binary } from './instruction.ts'

const simd = (opcode: number) => prefixed(0xfd, opcode)

export const i8x16 = {
  /** Lanes of all ones where they are equal, of zeros where they are not. */
  eq: binary('v128', 'v128', simd(35)),
  /** The larger of signed bytes. */
  maxS: binary('v128', 'v128', simd(120)),
  /** The eight numbers of a, then those of b; what does not fit becomes the nearest that does. */
  narrowI16x8S: binary('v128', 'v128', simd(101)),
  /** The same to bytes without a sign. */
  narrowI16x8U: binary('v128', 'v128', simd(102)),
}
