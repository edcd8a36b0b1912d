/** Learning rates over time. */
import { ArgumentError } from '../core/errors.ts'

/** The rate of a step, counted from 0, of a training of this many steps. A function of your own will do. */
export interface Schedule {
  (step: number, steps: number): number
  /** Its type and numbers as plain JSON, by which a training that goes on knows that it is the same. */
  readonly description?: ScheduleDescription
}

export interface ScheduleDescription {
  readonly type: string
  readonly [argument: string]: number | string
}

export interface WarmUp {
  /** Steps over which the rate grows evenly from 0; none unless given. */
  readonly warmup?: number
}

function checked(rate: number, { warmup = 0 }: WarmUp, where: string): { rate: number; warmup: number } {
  if (!(rate > 0 && Number.isFinite(rate)))
    throw new ArgumentError(`${where}: the rate is ${rate}; expected a number above 0`)
  if (!Number.isInteger(warmup) || warmup < 0)
    throw new ArgumentError(`${where}: warmup is ${warmup}; expected a whole number of steps from 0`)
  return { rate, warmup }
}

/** A schedule from what becomes of the rate after the warm-up: a factor of the part done, 0 to 1. `more` is what else describes it. */
function schedule(
  rate: number,
  options: WarmUp,
  type: string,
  factor: (done: number, step: number) => number,
  more: Readonly<Record<string, number>> = {},
): Schedule {
  const { warmup } = checked(rate, options, type)
  const rateOf = (step: number, steps: number): number => {
    if (step < warmup) return (rate * (step + 1)) / (warmup + 1)
    return rate * factor((step - warmup) / Math.max(1, steps - warmup), step - warmup)
  }
  return Object.assign(rateOf, { description: { type, rate, warmup, ...more } })
}

/** The same rate throughout. */
export const constantRate = (rate: number, options: WarmUp = {}): Schedule =>
  schedule(rate, options, 'constantRate', () => 1)

/** Evenly down to 0 at the end. */
export const linearDecay = (rate: number, options: WarmUp = {}): Schedule =>
  schedule(rate, options, 'linearDecay', (done) => 1 - done)

/** Down to 0 along half a cosine (Loshchilov and Hutter, "SGDR", 2017, eq. 5, one period). */
export const cosineDecay = (rate: number, options: WarmUp = {}): Schedule =>
  schedule(rate, options, 'cosineDecay', (done) => (1 + Math.cos(Math.PI * done)) / 2)

/**
 * Times `factor` after every `every` steps.
 * @throws ArgumentError for numbers out of range.
 */
export function stepDecay(
  rate: number,
  { every, factor = 0.1, ...options }: WarmUp & { every: number; factor?: number },
): Schedule {
  if (!Number.isInteger(every) || every < 1)
    throw new ArgumentError(`stepDecay: every is ${every}; expected a whole number of steps from 1`)
  if (!(factor > 0)) throw new ArgumentError(`stepDecay: factor is ${factor}; expected a number above 0`)
  return schedule(rate, options, 'stepDecay', (_, step) => factor ** Math.floor(step / every), { every, factor })
}

/**
 * One schedule after another: `first` for this many steps, then `second`, each as if its steps were all.
 * @throws ArgumentError for steps that are not a whole number from 1.
 */
export function sequentialSchedule(first: Schedule, until: number, second: Schedule): Schedule {
  if (!Number.isInteger(until) || until < 1)
    throw new ArgumentError(`sequentialSchedule: until is ${until}; expected a whole number of steps from 1`)
  const rateOf = (step: number, steps: number): number =>
    step < until ? first(step, until) : second(step - until, Math.max(1, steps - until))
  const [one, two] = [first, second].map((each) => JSON.stringify(describeSchedule(each)))
  return Object.assign(rateOf, { description: { type: 'sequentialSchedule', until, first: one, second: two } })
}

/** @throws ArgumentError for a number that is not a rate. */
export const toSchedule = (rate: number | Schedule): Schedule => (typeof rate === 'number' ? constantRate(rate) : rate)

/** What a schedule tells of itself; a function of your own is 'custom'. */
export const describeSchedule = ({ description }: Schedule): ScheduleDescription => description ?? { type: 'custom' }
