/** Instructions on float32. */
import type { Value } from './code.ts'
import { binary, load, store, unary } from './instruction.ts'

const arithmetic = (opcode: number) => binary('f32', 'f32', opcode)
const comparison = (opcode: number) => binary('f32', 'i32', opcode)
const unaryF32 = (opcode: number) => unary('f32', 'f32', opcode)

export const f32 = {
  const: (value: number): Value<'f32'> => ({
    type: 'f32',
    code: [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  }),

  abs: unaryF32(0x8b),
  neg: unaryF32(0x8c),
  ceil: unaryF32(0x8d),
  floor: unaryF32(0x8e),
  trunc: unaryF32(0x8f),
  /** To the nearest integer, halves to the even one. */
  nearest: unaryF32(0x90),
  sqrt: unaryF32(0x91),
  add: arithmetic(0x92),
  sub: arithmetic(0x93),
  mul: arithmetic(0x94),
  div: arithmetic(0x95),
  min: arithmetic(0x96),
  max: arithmetic(0x97),
  copysign: arithmetic(0x98),

  eq: comparison(0x5b),
  ne: comparison(0x5c),
  lt: comparison(0x5d),
  gt: comparison(0x5e),
  le: comparison(0x5f),
  ge: comparison(0x60),

  convertI32S: unary('i32', 'f32', 0xb2),
  convertI32U: unary('i32', 'f32', 0xb3),
  demoteF64: unary('f64', 'f32', 0xb6),
  reinterpretI32: unary('i32', 'f32', 0xbe),

  load: load('f32', 0x2a, 2),
  store: store('f32', 0x38, 2),
}
