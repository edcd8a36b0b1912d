/** A module: functions over one imported memory, emitted in WebAssembly's binary format (spec, 5.5). */
import { InternalError } from '../../../core/errors.ts'
import { ByteWriter, nameBytes, unsignedLeb128 } from './bytes.ts'
import {
  type Code,
  CodeWriter,
  codeOf,
  Local,
  type Operand,
  type Placed,
  type Statement,
  statement,
  typeByte,
  type Value,
  type ValueType,
} from './code.ts'

export type Result = ValueType | undefined

/** The memory that is imported as `env.memory`, in pages of 64 KiB. */
export interface MemoryType {
  readonly initialPages: number
  readonly maximumPages: number
  readonly shared: boolean
}

/** A function of a module, to be called with `call`. P is the union of its parameters' types. */
export interface FunctionHandle<P extends ValueType = ValueType, R extends Result = undefined> extends Placed {
  readonly name: string
  readonly parameters: readonly P[]
  readonly result: R
}

/** Types of parameters by name, in the order of the call. */
export type Parameters = Readonly<Record<string, ValueType>>

/** Makes the local variables of the function that is being written. */
export interface FunctionBuilder {
  local<T extends ValueType>(type: T): Local<T>
}

/** A function's code. With a result it is the value, or statements that all end in `return_`. */
type Body<R extends Result> = R extends ValueType ? Value<R> | readonly Statement[] : readonly Statement[]

/** A number that all functions of a module see; each instance, and so each thread, has its own. It begins as 0. */
export class Global implements Value<'i32'> {
  readonly type = 'i32'
  readonly code: Code
  readonly #index: readonly number[]

  constructor(index: number) {
    this.#index = unsignedLeb128(index)
    this.code = [0x23, this.#index]
  }

  set(value: Operand<'i32'>): Statement {
    return statement(codeOf(value), 0x24, this.#index)
  }
}

interface Definition {
  readonly name: string
  readonly signature: number
  readonly exported: boolean
}

const localBuilder: FunctionBuilder = { local: (type) => new Local(type) }

const vector = (items: readonly (readonly number[])[]): number[] => [...unsignedLeb128(items.length), ...items.flat()]

export class Module {
  readonly #memory: MemoryType
  /** Signatures by their bytes, each with its index. */
  readonly #signatures = new Map<string, { readonly index: number; readonly bytes: number[] }>()
  readonly #imports: { readonly name: string; readonly signature: number }[] = []
  readonly #definitions: Definition[] = []
  /** The definitions' bodies. They are written at once, so that no more than one function is kept as a tree. */
  readonly #bodies = new ByteWriter()
  #globals = 0

  constructor({ memory }: { readonly memory: MemoryType }) {
    this.#memory = memory
  }

  /** Declares the function `env.<name>` of whoever instantiates the module. Imports have the first numbers: they are declared before all functions. */
  importFunction<const P extends Parameters, R extends Result = undefined>(
    name: string,
    parameters: P,
    result?: R,
  ): FunctionHandle<P[keyof P], R> {
    if (this.#definitions.length > 0) throw new InternalError(`assembler: ${name} is imported behind a function`)
    const types = Object.values(parameters) as P[keyof P][]
    const index = this.#imports.push({ name, signature: this.#signature(types, result) }) - 1
    return this.#handle(name, types, result as R, index)
  }

  global(): Global {
    return new Global(this.#globals++)
  }

  /**
   * Defines a function. `body` gets the parameters as locals, and a builder of further locals. Functions it calls must be defined
   * before.
   */
  function<const P extends Parameters, R extends Result>(
    name: string,
    parameters: P,
    result: R,
    body: (parameters: { readonly [K in keyof P]: Local<P[K]> }, builder: FunctionBuilder) => Body<R>,
    { export: exported = false }: { readonly export?: boolean } = {},
  ): FunctionHandle<P[keyof P], R> {
    const types = Object.values(parameters) as P[keyof P][]
    const locals = Object.fromEntries(Object.entries(parameters).map(([key, type]) => [key, new Local(type, true)]))
    const code = body(locals as unknown as { readonly [K in keyof P]: Local<P[K]> }, localBuilder)
    this.#writeBody(Object.values(locals), 'code' in code ? code : statementsOf(code, result))
    const position = this.#definitions.push({ name, signature: this.#signature(types, result), exported }) - 1
    return this.#handle(name, types, result, this.#imports.length + position)
  }

  emit(): Uint8Array<ArrayBuffer> {
    const module = new ByteWriter()
    module.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
    const section = (id: number, content: ArrayLike<number>): void => {
      module.byte(id)
      module.unsigned(content.length)
      module.append(content)
    }
    section(1, vector([...this.#signatures.values()].map(({ bytes }) => bytes)))
    section(2, vector([this.#memoryImport(), ...this.#imports.map(functionImport)]))
    section(3, vector(this.#definitions.map(({ signature }) => unsignedLeb128(signature))))
    if (this.#globals > 0) section(6, vector(Array.from({ length: this.#globals }, () => globalBytes)))
    section(7, vector(this.#exports()))
    const count = unsignedLeb128(this.#definitions.length)
    const bodies = this.#bodies.written
    module.byte(10)
    module.unsigned(count.length + bodies.length)
    module.append(count)
    module.append(bodies)
    section(0, this.#nameSection())
    return module.written.slice()
  }

  #handle<P extends ValueType, R extends Result>(
    name: string,
    parameters: readonly P[],
    result: R,
    index: number,
  ): FunctionHandle<P, R> {
    const place = (writer: CodeWriter): void => {
      if (writer.module !== this) throw new InternalError(`assembler: ${name} is called from another module`)
      writer.unsigned(index)
    }
    return { name, parameters, result, place }
  }

  #signature(parameters: readonly ValueType[], result: Result): number {
    const types = (list: readonly ValueType[]): number[] => vector(list.map((type) => [typeByte[type]]))
    const bytes = [0x60, ...types(parameters), ...types(result === undefined ? [] : [result])]
    const key = bytes.join()
    const known = this.#signatures.get(key)
    if (known) return known.index
    const index = this.#signatures.size
    this.#signatures.set(key, { index, bytes })
    return index
  }

  #memoryImport(): number[] {
    const { initialPages, maximumPages, shared } = this.#memory
    const limits = [shared ? 0x03 : 0x01, ...unsignedLeb128(initialPages), ...unsignedLeb128(maximumPages)]
    return [...nameBytes('env'), ...nameBytes('memory'), 0x02, ...limits]
  }

  #exports(): number[][] {
    return this.#definitions.flatMap(({ name, exported }, position) =>
      exported ? [[...nameBytes(name), 0x00, ...unsignedLeb128(this.#imports.length + position)]] : [],
    )
  }

  #writeBody(parameters: readonly Local<ValueType>[], { code }: Statement | Value<ValueType>): void {
    const writer = new CodeWriter(this)
    for (const parameter of parameters) parameter.declare(writer)
    writer.write(code)
    writer.byte(0x0b)
    const locals = localDeclarations(writer.locals.slice(parameters.length))
    this.#bodies.unsigned(locals.length + writer.written.length)
    this.#bodies.append(locals)
    this.#bodies.append(writer.written)
  }

  /** Names of functions, so that profiles and stack traces show them (spec, appendix "Name Section"). */
  #nameSection(): number[] {
    const names = [...this.#imports, ...this.#definitions].map(({ name }, index) => [
      ...unsignedLeb128(index),
      ...nameBytes(name),
    ])
    const content = vector(names)
    return [...nameBytes('name'), 0x01, ...unsignedLeb128(content.length), ...content]
  }
}

/** A variable i32, 0 at first. */
const globalBytes = [typeByte.i32, 0x01, 0x41, 0x00, 0x0b]

const functionImport = ({ name, signature }: { readonly name: string; readonly signature: number }): number[] => [
  ...nameBytes('env'),
  ...nameBytes(name),
  0x00,
  ...unsignedLeb128(signature),
]

/** A function with a result must not run past its last statement. */
const statementsOf = (statements: readonly Statement[], result: Result): Statement => ({
  type: 'none',
  code: [statements.map(({ code }) => code), result === undefined ? [] : 0x00],
})

/** Locals in runs of one type. */
function localDeclarations(types: readonly ValueType[]): number[] {
  const runs: { type: ValueType; count: number }[] = []
  for (const type of types) {
    const last = runs.at(-1)
    if (last?.type === type) last.count++
    else runs.push({ type, count: 1 })
  }
  return vector(runs.map(({ type, count }) => [...unsignedLeb128(count), typeByte[type]]))
}
