/** Shapes of instructions: operands are pushed in order, then comes the opcode. */
import { unsignedLeb128 } from './bytes.ts'
import { type Code, codeOf, type Operand, type Statement, statement, type Value, type ValueType } from './code.ts'

export const unary =
  <A extends ValueType, R extends ValueType>(_operand: A, result: R, opcode: Code) =>
  (x: Operand<A>): Value<R> => ({ type: result, code: [codeOf(x), opcode] })

export const binary =
  <A extends ValueType, R extends ValueType>(_operands: A, result: R, opcode: Code) =>
  (a: Operand<A>, b: Operand<A>): Value<R> => ({ type: result, code: [codeOf(a), codeOf(b), opcode] })

/** Three operands of one type, which is also the result's. */
export const ternary =
  <T extends ValueType>(type: T, opcode: Code) =>
  (a: Operand<T>, b: Operand<T>, c: Operand<T>): Value<T> => ({ type, code: [codeOf(a), codeOf(b), codeOf(c), opcode] })

/** Alignment, as the logarithm of bytes, and offset. */
export const memoryArgument = (alignment: number, offset: number): Code => [alignment, unsignedLeb128(offset)]

/** `alignment` is the logarithm of bytes; `offset` is in bytes, unsigned. */
export const load =
  <T extends ValueType>(type: T, opcode: Code, alignment: number) =>
  (pointer: Operand<'i32'>, offset = 0): Value<T> => ({
    type,
    code: [codeOf(pointer), opcode, memoryArgument(alignment, offset)],
  })

export const store =
  <T extends ValueType>(_type: T, opcode: Code, alignment: number) =>
  (pointer: Operand<'i32'>, value: Operand<T>, offset = 0): Statement =>
    statement(codeOf(pointer), codeOf(value), opcode, memoryArgument(alignment, offset))
