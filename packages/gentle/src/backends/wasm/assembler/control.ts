/** Control flow: blocks, loops, conditions, calls. */
import { InternalError } from '../../../core/errors.ts'
import {
  type Code,
  type CodeWriter,
  codeOf,
  Label,
  Local,
  type Operand,
  type Placed,
  prefixed,
  type Statement,
  statement,
  type Value,
  type ValueType,
} from './code.ts'
import { i32 } from './i32.ts'
import type { FunctionHandle, Result } from './module.ts'

const emptyBlock = 0x40

/** Code between an opening instruction and its end, to which a label leads. */
class Block implements Placed {
  readonly #opcode: number
  readonly #label: Label
  readonly #body: Code

  constructor(opcode: number, label: Label, body: Code) {
    this.#opcode = opcode
    this.#label = label
    this.#body = body
  }

  place(writer: CodeWriter): void {
    writer.byte(this.#opcode)
    writer.byte(emptyBlock)
    writer.nested(this.#label, this.#body)
    writer.byte(0x0b)
  }
}

const codes = (statements: readonly Statement[]): Code[] => statements.map(({ code }) => code)

function labelled(opcode: number, body: (label: Label) => readonly Statement[]): Statement {
  const label = new Label()
  return statement(new Block(opcode, label, codes(body(label))))
}

/** A branch to the label leaves the block. */
export const block = (body: (label: Label) => readonly Statement[]): Statement => labelled(0x02, body)

/** A branch to the label begins the next turn; without one the loop ends. */
export const loop = (body: (label: Label) => readonly Statement[]): Statement => labelled(0x03, body)

export const branch = (label: Label): Statement => statement(0x0c, label)

/** Branches where the condition is not 0. */
export const branchIf = (label: Label, condition: Operand<'i32'>): Statement =>
  statement(codeOf(condition), 0x0d, label)

/** Runs `then` where the condition is not 0, otherwise `otherwise`. */
export const ifThen = (
  condition: Operand<'i32'>,
  then: readonly Statement[],
  otherwise: readonly Statement[] = [],
): Statement =>
  statement(
    codeOf(condition),
    new Block(0x04, new Label(), otherwise.length === 0 ? codes(then) : [codes(then), 0x05, codes(otherwise)]),
  )

/**
 * Runs the body `count` times with `counter` = from, from + step, ... The test is at the bottom. A count that is a value is
 * evaluated once, signed; at 0 or below the body does not run. The body must not change the counter.
 */
export function countedLoop(
  counter: Local<'i32'>,
  count: Operand<'i32'>,
  body: readonly Statement[],
  { from = 0, step = 1 }: { readonly from?: Operand<'i32'>; readonly step?: number } = {},
): Statement {
  const turns = typeof count === 'number' ? count : count.constant
  if (turns !== undefined && turns <= 0) return sequence([])
  if (turns === 1) return sequence([counter.set(from), ...body])
  const end = new Local('i32')
  const known = typeof from === 'number' && turns !== undefined
  const limit = known ? from + turns * step : end
  const turn = loop((label) => [...body, branchIf(label, i32.ne(counter.tee(i32.add(counter, step)), limit))])
  if (known) return sequence([counter.set(from), turn])
  if (turns !== undefined) return sequence([end.set(i32.add(counter.tee(from), turns * step)), turn])
  return sequence([
    end.set(count),
    ifThen(i32.gtS(end, 0), [end.set(i32.add(counter.tee(from), i32.mul(end, step))), turn]),
  ])
}

/** Runs the body `count` times, as `countedLoop` does, where nothing asks for the counter. */
export const repeat = (count: Operand<'i32'>, body: readonly Statement[]): Statement =>
  countedLoop(new Local('i32'), count, body)

/** Statements as one; before a value, the value they prepare. */
export function sequence(statements: readonly Statement[]): Statement
export function sequence<T extends ValueType>(statements: readonly Statement[], value: Value<T>): Value<T>
export function sequence(statements: readonly Statement[], value?: Value<ValueType>): Value<ValueType> | Statement {
  if (value === undefined) return statement(...codes(statements))
  return { type: value.type, code: [codes(statements), value.code] }
}

/** `a` where the condition is not 0, else `b`; both are evaluated, before the condition. */
export function select(a: Operand<'i32'>, b: Operand<'i32'>, condition: Operand<'i32'>): Value<'i32'>
export function select<T extends ValueType>(a: Value<T>, b: Value<NoInfer<T>>, condition: Operand<'i32'>): Value<T>
export function select(
  a: Value<ValueType> | number,
  b: Value<ValueType> | number,
  condition: Operand<'i32'>,
): Value<ValueType> {
  const type = typeof a === 'number' ? 'i32' : a.type
  return { type, code: [codeOf(a), codeOf(b), codeOf(condition), 0x1b] }
}

/** What a call is: a value where the function has a result, else a statement. */
type Called<R extends Result> = R extends ValueType ? Value<R> : Statement

/** Calls a function of the same module. */
export function call<P extends ValueType, R extends Result>(
  target: FunctionHandle<P, R>,
  ...values: Operand<P>[]
): Called<R> {
  const types = values.map((value) => (typeof value === 'number' ? 'i32' : (value as Value<P>).type))
  if (types.join() !== target.parameters.join())
    throw new InternalError(
      `assembler: ${target.name} is called with (${types.join(', ')}); it takes (${target.parameters.join(', ')})`,
    )
  const code = [values.map((value) => codeOf(value)), 0x10, target]
  return { type: target.result ?? 'none', code } as unknown as Called<R>
}

/** Ends the function, with its result where it has one. */
export const return_ = (value?: Operand<ValueType>): Statement =>
  statement(...(value === undefined ? [] : [codeOf(value)]), 0x0f)

/** Evaluates a value for its effects alone. */
export const drop = (value: Value<ValueType>): Statement => statement(value.code, 0x1a)

/** Ends the program with an error: for what cannot happen. */
export const unreachable = (): Statement => statement(0x00)

/** Sets `bytes` bytes to `byte`. */
export const memoryFill = (target: Operand<'i32'>, byte: Operand<'i32'>, bytes: Operand<'i32'>): Statement =>
  statement(codeOf(target), codeOf(byte), codeOf(bytes), prefixed(0xfc, 11), 0x00)

/** Copies `bytes` bytes; the areas may overlap. */
export const memoryCopy = (target: Operand<'i32'>, source: Operand<'i32'>, bytes: Operand<'i32'>): Statement =>
  statement(codeOf(target), codeOf(source), codeOf(bytes), prefixed(0xfc, 10), 0x00, 0x00)
