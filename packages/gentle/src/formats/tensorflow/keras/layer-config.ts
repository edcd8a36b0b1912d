/** A layer of Keras as its file tells it: what it is, and its settings. What no one reads of them is refused, never passed over. */
import { FormatError } from '../../../core/errors.ts'
import { isCount, printable, shown } from '../../failure.ts'
import { isRecord, type Json } from '../json.ts'

/**
 * Whose numbers are meant. The three differ: in hard sigmoid, in how images are enlarged, in names of settings.
 */
export type Dialect = 'tensorflow.js' | 'keras2' | 'keras3'

/** Settings that have no part in what a trained layer computes. */
const irrelevant: ReadonlySet<string> = new Set([
  ...[
    'name',
    'trainable',
    'dtype',
    'autocast',
    'activity_regularizer',
    'seed',
    'input_dtype',
    'build_config',
    'optional',
  ],
  // Shapes of the input: told once for the network.
  ...['batch_input_shape', 'batch_shape', 'input_shape', 'batch_size', 'input_length', 'sparse', 'ragged'],
])

const isInitial = (setting: string): boolean => /_(initializer|regularizer|constraint)$/.test(setting)

/** Settings without those that have no part in what is computed, and those that say nothing. */
export const relevantSettings = (settings: Json): Json =>
  Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => !irrelevant.has(name) && !isInitial(name) && value != null),
  )

export class LayerConfig {
  readonly name: string
  readonly className: string
  readonly dialect: Dialect
  readonly #settings: Json
  readonly #read = new Set<string>()

  constructor(name: string, className: string, settings: Json, dialect: Dialect) {
    this.name = name
    this.className = className
    this.dialect = dialect
    this.#settings = settings
  }

  /** A setting as it is; undefined where it is not told. */
  value(setting: string): unknown {
    this.#read.add(setting)
    return this.#settings[setting] ?? undefined
  }

  number(setting: string, otherwise?: number): number {
    const value = this.value(setting) ?? otherwise
    return typeof value === 'number' && Number.isFinite(value) ? value : this.#wrong(setting, value, 'a number')
  }

  count(setting: string, otherwise?: number): number {
    const value = this.value(setting) ?? otherwise
    return isCount(value) && value >= 1 ? value : this.#wrong(setting, value, 'a whole number of at least 1')
  }

  flag(setting: string, otherwise: boolean): boolean {
    const value = this.value(setting) ?? otherwise
    return typeof value === 'boolean' ? value : this.#wrong(setting, value, 'true or false')
  }

  /** One of a few words; of those in camel case, as TensorFlow.js has some, the same with underscores. */
  choice<const Word extends string>(setting: string, words: readonly Word[], otherwise: Word): Word {
    const value = this.value(setting) ?? otherwise
    const spelt = typeof value === 'string' ? value.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : value
    return words.find((word) => word === spelt) ?? this.#wrong(setting, value, words.join(' or '))
  }

  /** A number for each of `axes` axes; one number stands for all. */
  counts(setting: string, axes: number, min: number, otherwise: number | readonly number[]): number[] {
    const value = this.value(setting) ?? otherwise
    const all = typeof value === 'number' ? Array.from({ length: axes }, () => value) : value
    return Array.isArray(all) && all.length === axes && all.every((n) => isCount(n) && n >= min)
      ? all
      : this.#wrong(setting, value, `${axes} whole number${axes === 1 ? '' : 's'} from ${min}`)
  }

  /** Whole numbers, one or a list. */
  integers(setting: string, otherwise?: readonly number[]): number[] {
    const value = this.value(setting) ?? otherwise
    const list = typeof value === 'number' ? [value] : value
    return Array.isArray(list) && list.every(Number.isInteger) ? list : this.#wrong(setting, value, 'whole numbers')
  }

  /** @throws FormatError unless the setting is not told or has the one value that is known. */
  expect(setting: string, value: unknown): void {
    const found = this.value(setting)
    if (found !== undefined && found !== value) this.#wrong(setting, found, String(value))
  }

  /** @throws FormatError for a setting that nothing has asked for. */
  checkAllRead(): void {
    const left = Object.keys(relevantSettings(this.#settings)).find((setting) => !this.#read.has(setting))
    if (left !== undefined)
      this.fail(`has a setting ${printable(left)} that is unknown, ${shown(this.#settings[left])}`)
  }

  fail(problem: string): never {
    throw new FormatError(`layer '${printable(this.name)}' (${printable(this.className)}) ${problem}`)
  }

  #wrong(setting: string, value: unknown, expected: string): never {
    return this.fail(
      `has ${setting} ${isRecord(value) && !Array.isArray(value) ? 'an object' : shown(value)}; expected ${expected}`,
    )
  }
}
