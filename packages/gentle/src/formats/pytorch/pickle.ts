/**
 * Python's pickle (Python's library, pickletools: "A pickle is a program for a virtual pickle machine"), protocols 2 to 5, as data
 * alone: None, booleans, numbers, text, bytes, lists, tuples, sets and dictionaries. A name of Python code means nothing here but what
 * `PickleNames` says, and nothing is ever looked up or run: objects of other classes are kept as what the pickle says of them. The machine has
 * no recursion, every step reads at least a byte and makes at most a value, and values that are used again are shared, never copied: time
 * and memory grow with the bytes alone.
 */
import type { Fail } from '../failure.ts'

/** Of a tuple and a set: an array, as of a list. Whole numbers beyond 2^53 are bigints. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PickleValue[]
  | PickleDictionary
  | object

/** Keys and values in turn, as they were set. Which keys are equal is never asked, since that takes time. */
export class PickleDictionary {
  readonly items: PickleValue[] = []
}

/** A name of Python code that stands for nothing here. */
export class PickleName {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** What code of this name would have made, had it been run: what it would have been called with, and what was set of it. */
export class PickleObject {
  readonly name: string
  readonly parameters: readonly PickleValue[]
  /** What it holds as a list, and as a dictionary: keys and values in turn. */
  readonly entries: PickleValue[] = []
  readonly items: PickleValue[] = []
  /** Its attributes. */
  state: PickleValue = null

  constructor(name: string, parameters: readonly PickleValue[] = []) {
    this.name = name
    this.parameters = parameters
  }
}

/** What a name of Python code stands for where it is called. */
export type PickleFunction = (parameters: readonly PickleValue[]) => PickleValue

export interface PickleNames {
  /** What `module.name` stands for; undefined for a name that means nothing. Functions can be called, other values are only handed on. */
  readonly named: (name: string) => PickleFunction | object | undefined
  /** What is stored beside the pickle under this key. */
  readonly persistent: (key: PickleValue) => PickleValue
}

/** Names and shapes of some 25,000 tensors. Each byte can make a value that takes up to a hundred. */
const largestPickle = 2 ** 22

/** The value that a pickle makes. `fail` refuses one that is cut off or broken, or that does more than make data. */
export function unpickle(bytes: Uint8Array, names: PickleNames, fail: Fail): PickleValue {
  if (bytes.length > largestPickle)
    fail(
      `its pickle has ${bytes.length} bytes; expected at most ${largestPickle}, since the tensors' values lie beside it`,
    )
  return new Unpickler(bytes, names, fail).run()
}

/** The value that a pickle at the beginning of the bytes makes, and how long it is. */
export function unpickleFirst(
  bytes: Uint8Array,
  names: PickleNames,
  fail: Fail,
): { readonly value: PickleValue; readonly length: number } {
  const unpickler = new Unpickler(bytes.subarray(0, largestPickle), names, fail)
  return { value: unpickler.run(), length: unpickler.at }
}

/** What each opcode does, by its byte. */
const instructions: Readonly<Record<number, (machine: Unpickler) => void>> = {
  // Frames only say how far one may read ahead.
  [0x80 /* PROTO */]: (machine) => machine.protocol(),
  [0x95 /* FRAME */]: (machine) => machine.skip(8),

  [0x4e /* NONE */]: (machine) => machine.push(null),
  [0x88 /* NEWTRUE */]: (machine) => machine.push(true),
  [0x89 /* NEWFALSE */]: (machine) => machine.push(false),
  [0x4b /* BININT1 */]: (machine) => machine.push(machine.unsigned(1)),
  [0x4d /* BININT2 */]: (machine) => machine.push(machine.unsigned(2)),
  [0x4a /* BININT */]: (machine) => machine.push(machine.unsigned(4) | 0),
  [0x8a /* LONG1 */]: (machine) => machine.push(machine.long(machine.unsigned(1))),
  [0x8b /* LONG4 */]: (machine) => machine.push(machine.long(machine.unsigned(4))),
  [0x47 /* BINFLOAT */]: (machine) => machine.push(machine.float()),
  [0x8c /* SHORT_BINUNICODE */]: (machine) => machine.push(machine.text(machine.unsigned(1))),
  [0x58 /* BINUNICODE */]: (machine) => machine.push(machine.text(machine.unsigned(4))),
  [0x8d /* BINUNICODE8 */]: (machine) => machine.push(machine.text(machine.unsigned(8))),
  // Text of Python 2.
  [0x55 /* SHORT_BINSTRING */]: (machine) => machine.push(machine.text(machine.unsigned(1))),
  [0x54 /* BINSTRING */]: (machine) => machine.push(machine.text(machine.unsigned(4))),
  [0x43 /* SHORT_BINBYTES */]: (machine) => machine.push(machine.take(machine.unsigned(1))),
  [0x42 /* BINBYTES */]: (machine) => machine.push(machine.take(machine.unsigned(4))),
  [0x8e /* BINBYTES8 */]: (machine) => machine.push(machine.take(machine.unsigned(8))),
  [0x96 /* BYTEARRAY8 */]: (machine) => machine.push(machine.take(machine.unsigned(8))),

  [0x28 /* MARK */]: (machine) => machine.mark(),
  [0x30 /* POP */]: (machine) => machine.pop(),
  [0x32 /* DUP */]: (machine) => machine.duplicate(),
  [0x31 /* POP_MARK */]: (machine) => machine.popToMark(),
  [0x29 /* EMPTY_TUPLE */]: (machine) => machine.push([]),
  [0x85 /* TUPLE1 */]: (machine) => machine.push(machine.popSeveral(1)),
  [0x86 /* TUPLE2 */]: (machine) => machine.push(machine.popSeveral(2)),
  [0x87 /* TUPLE3 */]: (machine) => machine.push(machine.popSeveral(3)),
  [0x74 /* TUPLE */]: (machine) => machine.push(machine.popToMark()),
  [0x5d /* EMPTY_LIST */]: (machine) => machine.push([]),
  [0x61 /* APPEND */]: (machine) => machine.append(machine.popSeveral(1)),
  [0x65 /* APPENDS */]: (machine) => machine.append(machine.popToMark()),
  [0x8f /* EMPTY_SET */]: (machine) => machine.push([]),
  [0x90 /* ADDITEMS */]: (machine) => machine.append(machine.popToMark()),
  [0x91 /* FROZENSET */]: (machine) => machine.push(machine.popToMark()),
  [0x7d /* EMPTY_DICT */]: (machine) => machine.push(new PickleDictionary()),
  [0x73 /* SETITEM */]: (machine) => machine.setItems(machine.popSeveral(2)),
  [0x75 /* SETITEMS */]: (machine) => machine.setItems(machine.popToMark()),

  [0x71 /* BINPUT */]: (machine) => machine.remember(machine.unsigned(1)),
  [0x72 /* LONG_BINPUT */]: (machine) => machine.remember(machine.unsigned(4)),
  [0x94 /* MEMOIZE */]: (machine) => machine.remember(),
  [0x68 /* BINGET */]: (machine) => machine.recall(machine.unsigned(1)),
  [0x6a /* LONG_BINGET */]: (machine) => machine.recall(machine.unsigned(4)),

  [0x63 /* GLOBAL */]: (machine) => machine.name(machine.line(), machine.line()),
  [0x93 /* STACK_GLOBAL */]: (machine) => machine.nameFromStack(),
  [0x51 /* BINPERSID */]: (machine) => machine.persistent(),
  [0x52 /* REDUCE */]: (machine) => machine.call(),
  [0x81 /* NEWOBJ */]: (machine) => machine.call(),
  [0x92 /* NEWOBJ_EX */]: (machine) => machine.callByName(),
  [0x62 /* BUILD */]: (machine) => machine.build(),
}

const stop = 0x2e

/** Bytes of a whole number: reading it takes time by their square. */
const longestNumber = 1024

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

class Unpickler {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #names: PickleNames
  readonly #fail: Fail
  readonly #stack: PickleValue[] = []
  /** Heights of the stack. */
  readonly #marks: number[] = []
  readonly #memo = new Map<number, PickleValue>()
  #at = 0

  constructor(bytes: Uint8Array, names: PickleNames, fail: Fail) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#names = names
    this.#fail = fail
  }

  /** The byte that is read next. */
  get at(): number {
    return this.#at
  }

  run(): PickleValue {
    while (true) {
      const opcode = this.unsigned(1)
      if (opcode === stop) return this.pop()
      const instruction = instructions[opcode]
      if (instruction === undefined)
        this.#broken(`opcode 0x${opcode.toString(16).padStart(2, '0')} makes more than plain data`)
      instruction(this)
    }
  }

  protocol(): void {
    const version = this.unsigned(1)
    if (version < 2 || version > 5) this.#broken(`it is of protocol ${version}; expected 2 to 5`)
  }

  skip(length: number): void {
    if (length > this.#bytes.length - this.#at) this.#broken('it is cut off')
    this.#at += length
  }

  take(length: number): Uint8Array {
    this.skip(length)
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  unsigned(bytes: 1 | 2 | 4 | 8): number {
    this.skip(bytes)
    const from = this.#at - bytes
    if (bytes === 1) return this.#bytes[from]
    if (bytes === 2) return this.#view.getUint16(from, true)
    return bytes === 4 ? this.#view.getUint32(from, true) : Number(this.#view.getBigUint64(from, true))
  }

  /** Two's complement, the lowest byte first. */
  long(length: number): number | bigint {
    if (length > longestNumber) this.#broken(`a whole number has ${length} bytes; expected at most ${longestNumber}`)
    const value = this.take(length).reduceRight((higher, byte) => (higher << 8n) | BigInt(byte), 0n)
    const signed = BigInt.asIntN(8 * length, value)
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
  }

  float(): number {
    this.skip(8)
    return this.#view.getFloat64(this.#at - 8)
  }

  text(length: number): string {
    return decoder.decode(this.take(length))
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at)
    if (end < 0) this.#broken('it is cut off')
    const text = this.text(end - this.#at)
    this.skip(1)
    return text
  }

  push(value: PickleValue): void {
    this.#stack.push(value)
  }

  pop(): PickleValue {
    return this.popSeveral(1)[0]
  }

  popSeveral(count: number): PickleValue[] {
    const from = this.#stack.length - count
    if (from < (this.#marks.at(-1) ?? 0)) this.#broken('its stack is empty')
    return this.#stack.splice(from)
  }

  mark(): void {
    this.#marks.push(this.#stack.length)
  }

  popToMark(): PickleValue[] {
    return this.#stack.splice(this.#marks.pop() ?? this.#broken('there is no mark'))
  }

  duplicate(): void {
    this.push(this.#top())
  }

  append(values: readonly PickleValue[]): void {
    const top = this.#top()
    const list = top instanceof PickleObject ? top.entries : top
    if (!Array.isArray(list)) this.#broken('it appends to what is not a list')
    for (const value of values) list.push(value)
  }

  setItems(items: readonly PickleValue[]): void {
    const dictionary = this.#top()
    if (!(dictionary instanceof PickleDictionary || dictionary instanceof PickleObject) || items.length % 2 !== 0)
      this.#broken('it sets items of what is not a dictionary')
    for (const item of items) dictionary.items.push(item)
  }

  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.#top())
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) this.#broken(`it recalls value ${index}, which is not there`)
    this.push(this.#memo.get(index)!)
  }

  name(module: string, name: string): void {
    const full = `${module}.${name}`
    this.push(this.#names.named(full) ?? new PickleName(full))
  }

  nameFromStack(): void {
    const [module, name] = this.popSeveral(2)
    if (typeof module !== 'string' || typeof name !== 'string') this.#broken('a name is not text')
    this.name(module, name)
  }

  persistent(): void {
    this.push(this.#names.persistent(this.pop()))
  }

  call(): void {
    const [callee, parameters] = this.popSeveral(2)
    this.#call(callee, parameters)
  }

  /** With parameters by name, too. */
  callByName(): void {
    const [callee, parameters, named] = this.popSeveral(3)
    this.#call(callee, Array.isArray(parameters) ? [...parameters, named] : parameters)
  }

  #call(callee: PickleValue, parameters: PickleValue): void {
    if (!Array.isArray(parameters)) this.#broken('its parameters are not a tuple')
    if (typeof callee === 'function') this.push(callee(parameters))
    else if (callee instanceof PickleName || callee instanceof PickleObject)
      this.push(new PickleObject(callee.name, parameters))
    else this.#broken('it calls what is not a function')
  }

  /** Sets a value's attributes: those of a dictionary, such as a state dict's `_metadata`, hold nothing that is asked for. */
  build(): void {
    const state = this.pop()
    const top = this.#top()
    if (top instanceof PickleObject) top.state = state
    else if (!(top instanceof PickleDictionary)) this.#broken('it sets attributes of what is not an object')
  }

  #top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) this.#broken('its stack is empty')
    return this.#stack.at(-1)!
  }

  #broken(problem: string): never {
    return this.#fail(`its pickle is broken at byte ${this.#at}: ${problem}`)
  }
}
