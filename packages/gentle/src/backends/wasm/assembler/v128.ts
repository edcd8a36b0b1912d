/** Instructions on 128 bits, whatever they hold: memory, constants, logic, shuffles. Loads and stores expect addresses of floats. */
import { InternalError } from '../../../core/errors.ts'
import { codeOf, type Operand, prefixed, type Statement, statement, type Value } from './code.ts'
import { binary, load, memoryArgument, store, ternary, unary } from './instruction.ts'

/** A lane of four. */
export type Lane = 0 | 1 | 2 | 3

type Vector = Value<'v128'>

const simd = (opcode: number) => prefixed(0xfd, opcode)

const constant = (bytes: ArrayBuffer): Vector => ({ type: 'v128', code: [simd(12), ...new Uint8Array(bytes)] })

/**
 * Four lanes. Equal ones are written as the splat of a scalar, which V8 puts into a register three times as fast as a vector; a
 * vector of zeros or of ones is one cheap instruction already.
 */
function constant32x4(lanes: Int32Array<ArrayBuffer>): Vector {
  const [first] = lanes
  const equal = lanes.every((lane) => lane === first)
  if (!equal || first === 0 || first === -1) return constant(lanes.buffer)
  return { type: 'v128', code: [0x43, ...new Uint8Array(lanes.buffer, 0, 4), simd(19)] }
}

const loadLane =
  <L extends number>(opcode: number, alignment: number) =>
  (pointer: Operand<'i32'>, vector: Vector, lane: L, offset = 0): Vector => ({
    type: 'v128',
    code: [codeOf(pointer), vector.code, simd(opcode), memoryArgument(alignment, offset), lane],
  })

const storeLane =
  <L extends number>(opcode: number, alignment: number) =>
  (pointer: Operand<'i32'>, vector: Vector, lane: L, offset = 0): Statement =>
    statement(codeOf(pointer), vector.code, simd(opcode), memoryArgument(alignment, offset), lane)

export const v128 = {
  constF32x4: (a: number, b: number, c: number, d: number): Vector =>
    constant32x4(new Int32Array(Float32Array.of(a, b, c, d).buffer)),
  constI32x4: (a: number, b: number, c: number, d: number): Vector => constant32x4(Int32Array.of(a, b, c, d)),

  load: load('v128', simd(0), 2),
  load32Splat: load('v128', simd(9), 2),
  load64Splat: load('v128', simd(10), 2),
  /** One number in lane 0, zeros in the others. */
  load32Zero: load('v128', simd(92), 2),
  load64Zero: load('v128', simd(93), 2),
  /** The vector with one lane read from memory. */
  load32Lane: loadLane<Lane>(86, 2),
  load64Lane: loadLane<0 | 1>(87, 2),
  store: store('v128', simd(11), 2),
  store32Lane: storeLane<Lane>(90, 2),
  store64Lane: storeLane<0 | 1>(91, 2),

  not: unary('v128', 'v128', simd(77)),
  and: binary('v128', 'v128', simd(78)),
  /** a and not b. */
  andnot: binary('v128', 'v128', simd(79)),
  or: binary('v128', 'v128', simd(80)),
  xor: binary('v128', 'v128', simd(81)),
  /** Bits of a where the mask (third) is 1, of b where it is 0. */
  bitselect: ternary('v128', simd(82)),
  /** 1 where any bit is set. */
  anyTrue: unary('v128', 'i32', simd(83)),
}

/** Sixteen bytes out of the 32 of a (0 to 15) and b (16 to 31). */
export function shuffle(lanes: readonly number[], a: Vector, b: Vector): Vector {
  if (lanes.length !== 16 || lanes.some((lane) => !Number.isInteger(lane) || lane < 0 || lane > 31))
    throw new InternalError(`assembler: shuffle takes 16 lanes from 0 to 31, not [${lanes.join(', ')}]`)
  return { type: 'v128', code: [a.code, b.code, simd(13), lanes] }
}

/** Four 32-bit lanes out of the eight of a (0 to 3) and b (4 to 7). */
export const shuffle32 = (lanes: readonly [number, number, number, number], a: Vector, b: Vector): Vector =>
  shuffle(
    lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
    a,
    b,
  )
