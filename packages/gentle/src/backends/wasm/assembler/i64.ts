/** Instructions on 64-bit integers: what counters and time limits need. */
import { signedLeb128Of64 } from './bytes.ts'
import { prefixed, type Value } from './code.ts'
import { binary, load, store, unary } from './instruction.ts'

const arithmetic = (opcode: number) => binary('i64', 'i64', opcode)
const comparison = (opcode: number) => binary('i64', 'i32', opcode)

export const i64 = {
  const: (value: bigint | number): Value<'i64'> => ({
    type: 'i64',
    code: [0x42, signedLeb128Of64(BigInt(value))],
  }),

  add: arithmetic(0x7c),
  sub: arithmetic(0x7d),
  mul: arithmetic(0x7e),
  and: arithmetic(0x83),
  or: arithmetic(0x84),
  xor: arithmetic(0x85),
  shl: arithmetic(0x86),
  shrS: arithmetic(0x87),
  shrU: arithmetic(0x88),

  eqz: unary('i64', 'i32', 0x50),
  eq: comparison(0x51),
  ne: comparison(0x52),
  ltS: comparison(0x53),
  ltU: comparison(0x54),

  extendI32S: unary('i32', 'i64', 0xac),
  extendI32U: unary('i32', 'i64', 0xad),

  load: load('i64', 0x29, 3),
  store: store('i64', 0x37, 3),
  atomicLoad: load('i64', prefixed(0xfe, 0x11), 3),
  atomicStore: store('i64', prefixed(0xfe, 0x18), 3),
}
