/** Learning rates over time: what a schedule is, and schedules made of others. */
import { ArgumentError } from '../core/errors.ts'

/** What a schedule is told of an epoch that ended; an `EpochReport` tells more. */
export interface EpochFigures {
  /** Loss and metrics on the validation set, where there is one. */
  readonly validation?: Readonly<Record<string, number | undefined>>
}

/**
 * The rate of a step, counted from 0, of a training of this many steps, after these epochs. A function of your own will do. What it keeps in mind between its calls is
 * no part of a training's state, so that one that goes on would go another way: whatever it depends on is in its arguments.
 */
export interface Schedule {
  (step: number, steps: number, epochs?: readonly EpochFigures[]): number
  /** Its type and numbers as plain JSON, by which a training that goes on knows that it is the same. */
  readonly description?: ScheduleDescription
}

export interface ScheduleDescription {
  readonly type: string
  readonly [argument: string]: number | string | readonly number[]
}

export interface WarmUp {
  /** Steps over which the rate grows evenly from 0; none unless given. */
  readonly warmup?: number
}

/** @throws ArgumentError for anything but a whole number of steps from `least`. */
export function checkSteps(steps: number, where: string, least = 1): number {
  if (Number.isInteger(steps) && steps >= least) return steps
  throw new ArgumentError(`${where} is ${steps}; expected a whole number of steps from ${least}`)
}

/** @throws ArgumentError for anything but a number above 0. */
export function checkPositive(value: number, where: string): number {
  if (value > 0 && Number.isFinite(value)) return value
  throw new ArgumentError(`${where} is ${value}; expected a number above 0`)
}

/** The rate of the step to come in a warm-up of so many steps, which leads to `rate` in the step after it. */
const warming = (rate: number, step: number, warmup: number): number => (rate * (step + 1)) / (warmup + 1)

/**
 * A schedule from the rate after the warm-up, by the steps since then and how many there are. `more` is what else describes it.
 * @throws ArgumentError for a rate that is not above 0, and a warm-up that is not a whole number of steps.
 */
export function schedule(
  rate: number,
  { warmup = 0 }: WarmUp,
  type: string,
  rateAfter: (step: number, steps: number, epochs?: readonly EpochFigures[]) => number,
  more: Omit<ScheduleDescription, 'type'> = {},
): Schedule {
  checkPositive(rate, `${type}: the rate`)
  checkSteps(warmup, `${type}: warmup`, 0)
  const rateOf: Schedule = (step, steps, epochs) =>
    step < warmup ? warming(rate, step, warmup) : rateAfter(step - warmup, Math.max(1, steps - warmup), epochs)
  return Object.assign(rateOf, { description: { type, rate, warmup, ...more } })
}

/** The same rate throughout. */
export const constantRate = (rate: number, options: WarmUp = {}): Schedule =>
  schedule(rate, options, 'constantRate', () => rate)

/**
 * One schedule after another: `first` for this many steps, then `second`, each as if its steps were all. Of the epochs both hear all, so a `reduceOnPlateau` counts from the training's
 * beginning also where it comes second.
 * @throws ArgumentError for steps that are not a whole number from 1.
 */
export function sequentialSchedule(first: Schedule, until: number, second: Schedule): Schedule {
  checkSteps(until, 'sequentialSchedule: until')
  const rateOf: Schedule = (step, steps, epochs) =>
    step < until ? first(step, until, epochs) : second(step - until, Math.max(1, steps - until), epochs)
  const [one, two] = [first, second].map((each) => JSON.stringify(describeSchedule(each)))
  return Object.assign(rateOf, { description: { type: 'sequentialSchedule', until, first: one, second: two } })
}

/**
 * A warm-up before any schedule: the rate grows evenly from 0 to the schedule's first one, and the schedule runs over the steps that are left (Goyal et al., "Accurate,
 * Large Minibatch SGD", 2017, section 2.2).
 *
 * ```ts
 * const rate = withWarmup((step) => 0.1 / Math.sqrt(step + 1), 500)
 * ```
 * @param warmup how many steps it takes
 * @throws ArgumentError for steps that are not a whole number from 1.
 */
export function withWarmup(after: Schedule, warmup: number): Schedule {
  checkSteps(warmup, 'withWarmup: warmup')
  const rateOf: Schedule = (step, steps, epochs) => {
    const left = Math.max(1, steps - warmup)
    return step < warmup ? warming(after(0, left, epochs), step, warmup) : after(step - warmup, left, epochs)
  }
  return Object.assign(rateOf, {
    description: { type: 'withWarmup', warmup, after: JSON.stringify(describeSchedule(after)) },
  })
}

/** @throws ArgumentError for a number that is not a rate. */
export const toSchedule = (rate: number | Schedule): Schedule => (typeof rate === 'number' ? constantRate(rate) : rate)

/** What a schedule tells of itself; a function of your own is 'custom'. */
export const describeSchedule = ({ description }: Schedule): ScheduleDescription => description ?? { type: 'custom' }
