/** Learning-rate schedules as they are named on the command line, times in epochs: step:every=30,factor=0.1 */
import {
  ArgumentError,
  constantRate,
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  linearDecay,
  multiStepDecay,
  oneCycle,
  polynomialDecay,
  reduceOnPlateau,
  type Schedule,
  stepDecay,
} from 'gentle-dl'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

interface Kind {
  /** The library's, whose options have the same names without dashes. */
  readonly make: (rate: number, options: never) => Schedule
  readonly options: readonly string[]
  /** An option that it cannot do without, with an example. */
  readonly needs?: string
}

const kinds: Readonly<Record<string, Kind>> = {
  constant: { make: constantRate, options: [] },
  linear: { make: linearDecay, options: [] },
  cosine: { make: cosineDecay, options: ['min-rate'] },
  step: { make: stepDecay, options: ['every', 'factor'], needs: 'every=30' },
  'multi-step': { make: multiStepDecay, options: ['milestones', 'factor'], needs: 'milestones=30+60' },
  exponential: { make: exponentialDecay, options: ['factor', 'every'], needs: 'factor=0.9' },
  polynomial: { make: polynomialDecay, options: ['power', 'min-rate'] },
  'cosine-restarts': {
    make: cosineRestarts,
    options: ['period', 'period-factor', 'min-rate'],
    needs: 'period=10',
  },
  plateau: {
    make: reduceOnPlateau,
    options: ['patience', 'factor', 'threshold', 'cooldown', 'min-rate'],
  },
  'one-cycle': { make: oneCycle, options: ['warmup-share', 'div-factor', 'final-div-factor'] },
}

export const scheduleNames = Object.keys(kinds)

/** A value of each option that stands first where none is needed. */
const examples: Readonly<Record<string, number>> = {
  'min-rate': 0.001,
  power: 2,
  patience: 5,
  'warmup-share': 0.2,
}

/** Options that are numbers of epochs; the library's are numbers of steps. */
const epochs: readonly string[] = ['every', 'period', 'milestones']

interface Named {
  readonly name: string
  /** In the library's names. */
  readonly options: Readonly<Record<string, number | readonly number[]>>
}

/**
 * The schedule that a text names. @param flag as messages name it
 * @throws UsageError for a schedule or an option that there is not, and for one that is missing or not a number.
 */
export function parseSchedule(flag: string, text: string): Named {
  const [name, ...rest] = text.split(':')
  if (!Object.hasOwn(kinds, name)) throw unknownChoice(flag, name, scheduleNames)
  const kind = kinds[name]
  const options: Record<string, number | readonly number[]> = {}
  const parts = rest.length === 0 ? [] : rest.join(':').split(',')
  for (const part of parts) {
    if (kind.options.length === 0) throw new UsageError(`${flag} ${text}: ${name} has no options`)
    const [, key, value] = /^([a-z-]+)=(.+)$/.exec(part) ?? []
    if (key === undefined)
      throw new UsageError(
        `${flag} ${text}: '${part}' is not an option; expected name=value, such as ${kind.needs ?? `${kind.options[0]}=${examples[kind.options[0]]}`}`,
      )
    if (!kind.options.includes(key)) throw unknownChoice(`option of ${flag} ${name}:`, key, kind.options)
    const numbers = value.split('+').map((each) => (each.trim() === '' ? Number.NaN : Number(each)))
    if (numbers.some((each) => !Number.isFinite(each)) || (numbers.length > 1 && key !== 'milestones'))
      throw new UsageError(
        `${flag} ${text}: ${key} is ${value}; expected ${key === 'milestones' ? 'epochs, such as 30+60' : 'a number'}`,
      )
    options[libraryName(key)] = key === 'milestones' ? numbers : numbers[0]
  }
  const [needed] = kind.needs?.split('=') ?? []
  if (needed !== undefined && options[needed] === undefined)
    throw new UsageError(`${flag} ${text}: ${name} needs ${needed}, as in ${name}:${kind.needs}`)
  return { name, options }
}

/** Whether a schedule has a warm-up of its own. */
export const hasOwnWarmup = (schedule: string | undefined): boolean => schedule?.split(':')[0] === 'one-cycle'

/**
 * The schedule of a training.
 * @param warmup steps
 * @throws UsageError for options out of range.
 */
export function scheduleOf(
  text: string,
  {
    learningRate,
    warmup,
    stepsPerEpoch,
  }: { readonly learningRate: number; readonly warmup?: number; readonly stepsPerEpoch: number },
): Schedule {
  const { name, options } = parseSchedule('--schedule', text)
  const inSteps = (value: number): number => Math.round(value * stepsPerEpoch)
  // Of a factor by itself, an epoch's.
  const given: Named['options'] = { ...(name === 'exponential' ? { every: 1 } : {}), ...options }
  const made = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key,
      !epochs.includes(key) ? value : typeof value === 'number' ? inSteps(value) : value.map(inSteps),
    ]),
  )
  try {
    return kinds[name].make(learningRate, { ...made, warmup } as never)
  } catch (error) {
    if (error instanceof ArgumentError)
      throw new UsageError(`--schedule ${text}, at ${stepsPerEpoch} steps an epoch: ${error.message}`)
    throw error
  }
}

const libraryName = (key: string): string => key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
