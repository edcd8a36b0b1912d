/** Instructions on 32-bit integers, atomics among them. Names are the specification's in camel case; S is signed, U unsigned. */
import { codeOf, i32Constant, Local, type Operand, prefixed, type Value } from './code.ts'
import { binary, load, memoryArgument, store, unary } from './instruction.ts'

const arithmetic = (opcode: number) => binary('i32', 'i32', opcode)

const constantOf = (operand: Operand<'i32'>): number | undefined =>
  typeof operand === 'number' ? i32Constant(operand).constant : operand.constant

const asValue = (operand: Operand<'i32'>): Value<'i32'> =>
  typeof operand === 'number' ? i32Constant(operand) : operand

/** Arithmetic that is done at once on constants, and left out where the second operand, or for `commutes` the first, changes nothing. */
function folding(opcode: number, compute: (a: number, b: number) => number, neutral: number, commutes: boolean) {
  const emit = arithmetic(opcode)
  return (a: Operand<'i32'>, b: Operand<'i32'>): Value<'i32'> => {
    const [x, y] = [constantOf(a), constantOf(b)]
    if (x !== undefined && y !== undefined) return i32Constant(compute(x, y))
    if (y === neutral) return asValue(a)
    if (x === neutral && commutes) return asValue(b)
    return emit(a, b)
  }
}

const lessThan = arithmetic(0x48)

/** One of two values, each evaluated once; `first` says by a comparison with less-than whether it is the first. */
const pick =
  (first: (a: Value<'i32'>, b: Value<'i32'>) => Value<'i32'>, compute: (a: number, b: number) => number) =>
  (a: Operand<'i32'>, b: Operand<'i32'>): Value<'i32'> => {
    const [constantA, constantB] = [constantOf(a), constantOf(b)]
    if (constantA !== undefined && constantB !== undefined) return i32Constant(compute(constantA, constantB))
    const [x, y] = [new Local('i32'), new Local('i32')]
    return { type: 'i32', code: [x.tee(a).code, y.tee(b).code, first(x, y).code, 0x1b] }
  }

const atomicModify =
  (opcode: number) =>
  (pointer: Operand<'i32'>, value: Operand<'i32'>, offset = 0): Value<'i32'> => ({
    type: 'i32',
    code: [codeOf(pointer), codeOf(value), prefixed(0xfe, opcode), memoryArgument(2, offset)],
  })

export const i32 = {
  const: i32Constant,

  add: folding(0x6a, (a, b) => (a + b) | 0, 0, true),
  sub: folding(0x6b, (a, b) => (a - b) | 0, 0, false),
  mul: folding(0x6c, Math.imul, 1, true),
  divS: arithmetic(0x6d),
  divU: arithmetic(0x6e),
  remS: arithmetic(0x6f),
  remU: arithmetic(0x70),
  and: arithmetic(0x71),
  or: arithmetic(0x72),
  xor: arithmetic(0x73),
  shl: arithmetic(0x74),
  shrS: arithmetic(0x75),
  shrU: arithmetic(0x76),
  rotl: arithmetic(0x77),
  rotr: arithmetic(0x78),
  clz: unary('i32', 'i32', 0x67),
  ctz: unary('i32', 'i32', 0x68),
  /** The smaller of two signed integers. */
  min: pick((a, b) => lessThan(a, b), Math.min),
  /** The larger of two signed integers. */
  max: pick((a, b) => lessThan(b, a), Math.max),

  eqz: unary('i32', 'i32', 0x45),
  eq: arithmetic(0x46),
  ne: arithmetic(0x47),
  ltS: lessThan,
  ltU: arithmetic(0x49),
  gtS: arithmetic(0x4a),
  gtU: arithmetic(0x4b),
  leS: arithmetic(0x4c),
  leU: arithmetic(0x4d),
  geS: arithmetic(0x4e),
  geU: arithmetic(0x4f),

  /** Towards zero; what does not fit becomes the nearest integer that does, NaN becomes 0. */
  truncSatF32S: unary('f32', 'i32', prefixed(0xfc, 0)),
  truncSatF32U: unary('f32', 'i32', prefixed(0xfc, 1)),
  wrapI64: unary('i64', 'i32', 0xa7),
  reinterpretF32: unary('f32', 'i32', 0xbc),

  load: load('i32', 0x28, 2),
  load8S: load('i32', 0x2c, 0),
  load8U: load('i32', 0x2d, 0),
  load16S: load('i32', 0x2e, 1),
  load16U: load('i32', 0x2f, 1),
  store: store('i32', 0x36, 2),
  store8: store('i32', 0x3a, 0),
  store16: store('i32', 0x3b, 1),

  atomicLoad: load('i32', prefixed(0xfe, 0x10), 2),
  atomicStore: store('i32', prefixed(0xfe, 0x17), 2),
  /** Adds to memory; gives what was there before. */
  atomicAdd: atomicModify(0x1e),
  atomicSub: atomicModify(0x25),
  /** Writes to memory; gives what was there before. */
  atomicExchange: atomicModify(0x41),
  /** Writes `replacement` where memory holds `expected`; gives what was there before. */
  atomicCompareExchange: (
    pointer: Operand<'i32'>,
    expected: Operand<'i32'>,
    replacement: Operand<'i32'>,
    offset = 0,
  ): Value<'i32'> => ({
    type: 'i32',
    code: [codeOf(pointer), codeOf(expected), codeOf(replacement), prefixed(0xfe, 0x48), memoryArgument(2, offset)],
  }),
  /**
   * Sleeps while memory holds `expected`, for at most `timeout` nanoseconds (negative: for ever). Gives 0 when woken, 1 when memory
   * held something else, 2 after the time. Traps on a browser's main thread and on memory that is not shared.
   */
  atomicWait: (pointer: Operand<'i32'>, expected: Operand<'i32'>, timeout: Value<'i64'>, offset = 0): Value<'i32'> => ({
    type: 'i32',
    code: [codeOf(pointer), codeOf(expected), timeout.code, prefixed(0xfe, 0x01), memoryArgument(2, offset)],
  }),
  /** Wakes up to `count` sleepers (-1: all); gives how many. */
  atomicNotify: atomicModify(0x00),
}
