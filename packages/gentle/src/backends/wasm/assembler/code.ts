/**
 * Code as a tree: values are expressions, statements are instructions without a value, and both hold their bytes as a rope (nested
 * arrays) that is flattened once, when its function is defined. A rope may be used in several places.
 */
import { InternalError } from '../../../core/errors.ts'
import { ByteWriter, signedLeb128, unsignedLeb128 } from './bytes.ts'

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** Something whose bytes depend on where it stands: a local, a label, a block, a called function. */
export interface Placed {
  place(writer: CodeWriter): void
}

export type Code = number | readonly Code[] | Placed

const isRope = (code: readonly Code[] | Placed): code is readonly Code[] => Array.isArray(code)

/** An expression that leaves one value on the stack. Its operands are evaluated in the order in which they are written. */
export interface Value<T extends ValueType> {
  readonly type: T
  readonly code: Code
  /** Of an i32 constant, its number: arithmetic on constants is done here and not at run time. */
  readonly constant?: number
}

/** Instructions that leave the stack as it was. */
export interface Statement {
  readonly type: 'none'
  readonly code: Code
}

/** What may stand for a value: for an i32 also a number, which becomes a constant. */
export type Operand<T extends ValueType> = T extends 'i32' ? Value<'i32'> | number : Value<T>

/** An i32 constant; the number may be signed or unsigned. */
export function i32Constant(number: number): Value<'i32'> {
  if (!Number.isInteger(number) || number < -(2 ** 31) || number >= 2 ** 32)
    throw new InternalError(`assembler: ${number} is not a 32-bit integer`)
  const constant = number | 0
  return { type: 'i32', code: [0x41, signedLeb128(constant)], constant }
}

/** The bytes of an operand. */
export const codeOf = (operand: Value<ValueType> | number): Code =>
  typeof operand === 'number' ? i32Constant(operand).code : operand.code

export const statement = (...code: Code[]): Statement => ({ type: 'none', code })

/** A variable of a function. As a value it is the variable's current content. It begins as 0. */
export class Local<T extends ValueType> implements Value<T>, Placed {
  readonly type: T
  readonly code: Code
  readonly #isParameter: boolean
  #owner: CodeWriter | undefined
  #index = 0

  constructor(type: T, isParameter = false) {
    this.type = type
    this.#isParameter = isParameter
    this.code = [0x20, this]
  }

  set(value: Operand<T>): Statement {
    return statement(codeOf(value), 0x21, this)
  }

  /** Sets the variable and gives the value. */
  tee(value: Operand<T>): Value<T> {
    return { type: this.type, code: [codeOf(value), 0x22, this] }
  }

  /** Adds to a pointer or a counter; by 0 there is nothing to do. */
  advance(this: Local<'i32'>, by: Operand<'i32'>): Statement {
    return by === 0 ? statement() : statement(this.code, codeOf(by), 0x6a, 0x21, this)
  }

  /** Takes the next index of the function that is being written. */
  declare(writer: CodeWriter): void {
    this.#owner = writer
    this.#index = writer.addLocal(this.type)
  }

  /** A local that is not a parameter is declared where it is first met, separately in each function. */
  place(writer: CodeWriter): void {
    if (this.#owner !== writer) {
      if (this.#isParameter) throw new InternalError('assembler: a parameter is used in another function than its own')
      this.declare(writer)
    }
    writer.unsigned(this.#index)
  }
}

/** New variables, as many as are taken: `const [row, column] = locals('i32')`. */
export function* locals<T extends ValueType>(type: T): Generator<Local<T>, never> {
  for (;;) yield new Local(type)
}

/** The target of a branch: the block or loop that carries it. */
export class Label implements Placed {
  place(writer: CodeWriter): void {
    writer.unsigned(writer.depthOf(this))
  }
}

/** Flattens the code of one function. */
export class CodeWriter extends ByteWriter {
  /** The module of the function. */
  readonly module: unknown
  readonly #locals: ValueType[] = []
  readonly #labels: Label[] = []

  constructor(module: unknown) {
    super()
    this.module = module
  }

  /** Types of the locals in the order of their indices, parameters first. */
  get locals(): readonly ValueType[] {
    return this.#locals
  }

  write(code: Code): void {
    if (typeof code === 'number') this.byte(code)
    else if (isRope(code)) for (let i = 0; i < code.length; i++) this.write(code[i])
    else code.place(this)
  }

  addLocal(type: ValueType): number {
    return this.#locals.push(type) - 1
  }

  /** Writes code inside a block that carries the label. */
  nested(label: Label, code: Code): void {
    this.#labels.push(label)
    this.write(code)
    this.#labels.pop()
  }

  /** How many blocks lie between here and the one that carries the label. */
  depthOf(label: Label): number {
    const position = this.#labels.lastIndexOf(label)
    if (position < 0) throw new InternalError('assembler: a branch to a label stands outside the block of the label')
    return this.#labels.length - 1 - position
  }
}

/** Bytes of the types in signatures and blocks (spec, 5.3). */
export const typeByte: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** An opcode behind a prefix byte: 0xfc (saturating, bulk memory), 0xfd (SIMD), 0xfe (atomics). */
export const prefixed = (prefix: 0xfc | 0xfd | 0xfe, opcode: number): Code => [prefix, ...unsignedLeb128(opcode)]
