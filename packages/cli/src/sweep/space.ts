/** What a sweep varies: `--vary learning-rate=0.01,0.1`, `--vary learning-rate=log:1e-4:0.1`. */

import { meantBy } from '../terminal/meant-options.ts'
import { UsageError, unknownChoice } from '../terminal/usage.ts'
import { flagOf, type Settings, settingNames, settingsOfFlags, takes } from '../train/settings.ts'

export type SettingName = keyof Settings

export type SettingValue = string | number | boolean | readonly string[]

/** Numbers between two ends, both included. */
export interface Range {
  readonly kind: 'log' | 'uniform'
  readonly low: number
  readonly high: number
  /** Whether only whole numbers are drawn. */
  readonly whole: boolean
}

export interface Varied {
  readonly name: SettingName
  /** Values to choose from, or a range to draw from. */
  readonly values: readonly SettingValue[] | Range
}

export const isRange = (values: Varied['values']): values is Range => 'kind' in values

const ranges = ['log', 'uniform', 'int'] as const

/** Settings that no sweep varies, and why. */
const fixed: Readonly<Partial<Record<SettingName, string>>> = {
  ...Object.fromEntries(
    ['task', 'data', 'label', 'validation', 'test', 'monitor'].map((name) => [
      name,
      'scores of trials that differ in it cannot be compared',
    ]),
  ),
  ...Object.fromEntries(
    ['threads', 'dataWorkers', 'remat', 'wideVectors', 'strictNumerics', 'saveEvery', 'keep', 'license'].map((name) => [
      name,
      'it changes no score, but for the last bits',
    ]),
  ),
  vocabulary: 'scores of tokens that differ cannot be compared',
  time: 'how far a training comes in a time depends on what else the machine does',
  overfitBatches: 'it is a check before a training',
  fastDevRun: 'it is a check before a training',
}

/** A setting as it is named on the command line: `learning-rate`. */
export const dashed = (name: SettingName): string => flagOf(name).slice(2)

const variedNames = settingNames.filter((name) => !Object.hasOwn(fixed, name))

/** Names that --vary takes. */
export const varyNames: readonly string[] = variedNames.map(dashed)

/** `learning-rate`, `learning_rate`, `learningRate` and `lr`. */
function nameOf(text: string): SettingName {
  const plain = text
    .replace(/^--/, '')
    .replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase())
    .trim()
  const name = (plain === 'lr' ? 'learningRate' : plain) as SettingName
  if (Object.hasOwn(fixed, name)) throw new UsageError(`--vary ${dashed(name)}: ${fixed[name]}; choose another setting`)
  if (variedNames.includes(name)) return name
  const meant = meantBy(text, varyNames, [])
    .match(/--[\w-]+/)?.[0]
    .slice(2)
  if (meant === undefined) throw unknownChoice('setting of --vary', text, varyNames)
  throw new UsageError(`unknown setting of --vary '${text}'; did you mean ${meant}? choose from:`, varyNames)
}

const isList = (name: SettingName): boolean => takes(name, ['x'])

/** Whether its values are numbers, and whether only whole ones. */
const isNumber = (name: SettingName): boolean => !takes(name, 'x') && (takes(name, 1) || takes(name, 0.5))
const isWhole = (name: SettingName): boolean => isNumber(name) && !takes(name, 0.5)

/** A value as its setting takes it. @throws UsageError for one that it does not take. */
function settingValue(name: SettingName, given: unknown): SettingValue {
  const texts = typeof given === 'string' && given !== ''
  const number = texts && Number.isFinite(Number(given)) ? Number(given) : undefined
  const whether = given === 'true' ? true : given === 'false' ? false : undefined
  const all = [given, number, whether].filter((each) => each !== undefined)
  const value = isList(name) && texts ? [given] : (all.find((each) => takes(name, each)) ?? all.at(-1))
  // What takes it may look closer, and tells what is wrong.
  return settingsOfFlags({ [name]: value })[name]!
}

function rangeOf(name: SettingName, text: string): Range {
  const [kind, low = '', high = '', ...rest] = text.split(':')
  const flag = `--vary ${dashed(name)}`
  const example = kind === 'log' ? 'log:0.001:0.1' : kind === 'int' ? 'int:1:8' : 'uniform:0.1:0.5'
  const [from, to] = [low, high].map((end) => (end.trim() === '' ? Number.NaN : Number(end)))
  if (rest.length > 0 || !Number.isFinite(from) || !Number.isFinite(to) || from >= to)
    throw new UsageError(`${flag} is '${text}'; expected ${kind}:LOW:HIGH, such as ${example}, LOW below HIGH`)
  if (!isNumber(name))
    throw new UsageError(`${flag} is '${text}', but its values are not numbers; list them: ${dashed(name)}=A,B`)
  if (kind === 'log' && from <= 0)
    throw new UsageError(`${flag} is '${text}'; log draws by ratios: expected LOW above 0`)
  const whole = kind === 'int' || isWhole(name)
  if (whole && !(Number.isInteger(from) && Number.isInteger(to)))
    throw new UsageError(`${flag} is '${text}'; expected whole numbers`)
  for (const end of [from, to]) settingsOfFlags({ [name]: end })
  return { kind: kind === 'log' ? 'log' : 'uniform', low: from, high: to, whole }
}

/** The items of a list: JSON for texts with commas in them. */
function itemsOf(name: SettingName, text: string): readonly unknown[] {
  if (!text.startsWith('[')) return text.split(',').map((each) => each.trim())
  try {
    const items: unknown = JSON.parse(text)
    if (Array.isArray(items)) return items
  } catch {
    // Told below.
  }
  throw new UsageError(
    `--vary ${dashed(name)} is '${text}'; expected a list of JSON, such as ["cosine","step:every=30"]`,
  )
}

function listOf(name: SettingName, text: string): readonly SettingValue[] {
  const items = itemsOf(name, text)
  const [kind, ...rest] = text.split(':')
  if (rest.length > 0 && isNumber(name)) throw unknownChoice(`range of --vary ${dashed(name)}:`, kind, ranges)
  const values = items.map((item) => {
    // A part of a value, as of step:every=30,factor=0.1.
    if (typeof item === 'string' && /^[\w-]+=/.test(item) && items.length > 1 && !text.startsWith('['))
      throw new UsageError(
        `--vary ${dashed(name)} is '${text}'; values that have commas in them are given as a list of JSON, such as '${dashed(name)}=["A","B,C"]'`,
      )
    return settingValue(name, item)
  })
  const seen = new Set<string>()
  for (const value of values) {
    const key = JSON.stringify(value)
    if (seen.has(key)) throw new UsageError(`--vary ${dashed(name)} has ${valueText(value)} twice`)
    seen.add(key)
  }
  return values
}

/** A setting to vary. @throws UsageError for what is none, with the nearest names. */
export function parseVaried(text: string): Varied {
  const equals = text.indexOf('=')
  if (equals <= 0 || equals === text.length - 1)
    throw new UsageError(
      `--vary is '${text}'; expected NAME=VALUES, such as learning-rate=0.01,0.1 or learning-rate=log:0.001:0.1`,
    )
  const [name, values] = [nameOf(text.slice(0, equals)), text.slice(equals + 1)]
  const [kind] = values.split(':')
  const asRange = values.includes(':') && (ranges as readonly string[]).includes(kind)
  return { name, values: asRange ? rangeOf(name, values) : listOf(name, values) }
}

/** What a sweep varies. @throws UsageError as `parseVaried`, and where there is nothing or a setting twice. */
export function parseSpace(texts: readonly string[]): readonly Varied[] {
  if (texts.length === 0)
    throw new UsageError('nothing to vary; name a setting and its values, as in --vary learning-rate=0.01,0.1')
  const space = texts.map(parseVaried)
  const twice = space.find(({ name }, i) => space.findIndex((each) => each.name === name) < i)
  if (twice !== undefined)
    throw new UsageError(`--vary ${dashed(twice.name)} is given twice; expected all its values in one`)
  return space
}

/** A value as it is told and typed. */
export const valueText = (value: SettingValue): string => (Array.isArray(value) ? value.join(' ') : String(value))
