/** How the options of transforms are checked: a table a transform, from which messages and default values come. */
import { ArgumentError } from '../../core/errors.ts'

/** From the first number to the second. */
export type Range = readonly [low: number, high: number]

/** Checks a value and gives what it stands for. */
export interface OptionRule<Value> {
  /** For messages. */
  readonly expected: string
  readonly defaultValue: Value | undefined
  /** Undefined for a value that is none of these. */
  parse(value: unknown): Value | undefined
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** A number between two bounds. */
export const number = (low: number, high: number, defaultValue?: number): OptionRule<number> => ({
  expected: `a number from ${low} to ${high}`,
  defaultValue,
  parse: (value) => (isNumber(value) && value >= low && value <= high ? value : undefined),
})

/** A whole number between two bounds. */
export const whole = (low: number, high: number, defaultValue?: number): OptionRule<number> => ({
  expected: `a whole number from ${low} to ${high}`,
  defaultValue,
  parse: (value) => (isNumber(value) && Number.isInteger(value) && value >= low && value <= high ? value : undefined),
})

/** Two numbers between bounds, the lower first. */
export const range = (low: number, high: number, defaultValue?: Range): OptionRule<Range> => ({
  expected: `two numbers from ${low} to ${high}, the lower first`,
  defaultValue,
  parse(value) {
    if (!Array.isArray(value) || value.length !== 2 || !value.every(isNumber)) return undefined
    const [from, to] = value as number[]
    return from >= low && from <= to && to <= high ? [from, to] : undefined
  },
})

/** Two numbers between bounds; or one, which stands for both signs of it. */
export const spread = (max: number, defaultValue?: Range): OptionRule<Range> => ({
  expected: `a number from 0 to ${max}, for both signs, or two from -${max} to ${max}, the lower first`,
  defaultValue,
  parse: (value) => (isNumber(value) && value >= 0 && value <= max ? [-value, value] : range(-max, max).parse(value)),
})

/** One of some words. */
export const oneOf = <Word extends string>(words: readonly Word[], defaultValue?: Word): OptionRule<Word> => ({
  expected: `one of ${words.join(', ')}`,
  defaultValue,
  parse: (value) => words.find((word) => word === value),
})

/** The options of a transform by name. */
export type OptionRules = Readonly<Record<string, OptionRule<unknown>>>

/** What the rules make of the options given. */
export type Settled<Rules extends OptionRules> = {
  readonly [Name in keyof Rules]: Rules[Name] extends OptionRule<infer Value> ? Value : never
}

/** @throws ArgumentError that names the transform, the option, its value and what was expected. */
export function settle<Rules extends OptionRules>(
  where: string,
  rules: Rules,
  given: Readonly<Record<string, unknown>>,
): Settled<Rules> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(rules, name))
  if (unknown !== undefined)
    throw new ArgumentError(`${where} has no option '${unknown}'; choose from ${Object.keys(rules).join(', ')}`)
  const settled = Object.entries(rules).map(([name, rule]) => {
    const value = given[name] === undefined ? rule.defaultValue : rule.parse(given[name])
    if (value !== undefined) return [name, value]
    const is = given[name] === undefined ? 'is missing' : `is ${JSON.stringify(given[name])}`
    throw new ArgumentError(`${where}: ${name} ${is}; expected ${rule.expected}`)
  })
  return Object.fromEntries(settled) as Settled<Rules>
}
