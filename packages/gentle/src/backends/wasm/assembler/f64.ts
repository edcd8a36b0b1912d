/** Instructions on float64. */
import type { Value } from './code.ts'
import { binary, load, store, unary } from './instruction.ts'

const arithmetic = (opcode: number) => binary('f64', 'f64', opcode)
const comparison = (opcode: number) => binary('f64', 'i32', opcode)
const unaryF64 = (opcode: number) => unary('f64', 'f64', opcode)

export const f64 = {
  const: (value: number): Value<'f64'> => ({
    type: 'f64',
    code: [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  }),

  abs: unaryF64(0x99),
  neg: unaryF64(0x9a),
  sqrt: unaryF64(0x9f),
  add: arithmetic(0xa0),
  sub: arithmetic(0xa1),
  mul: arithmetic(0xa2),
  div: arithmetic(0xa3),
  min: arithmetic(0xa4),
  max: arithmetic(0xa5),

  eq: comparison(0x61),
  ne: comparison(0x62),
  lt: comparison(0x63),
  gt: comparison(0x64),
  le: comparison(0x65),
  ge: comparison(0x66),

  convertI32S: unary('i32', 'f64', 0xb7),
  convertI32U: unary('i32', 'f64', 0xb8),
  convertI64S: unary('i64', 'f64', 0xb9),
  promoteF32: unary('f32', 'f64', 0xbb),

  load: load('f64', 0x2b, 3),
  store: store('f64', 0x39, 3),
}
