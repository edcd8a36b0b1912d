/** The settings of the trials: all combinations, or some at random. */
import { Random } from 'gentle-dl'
import { isRange, type Range, type SettingName, type SettingValue, type Varied } from './space.ts'

export type TrialSettings = Readonly<Partial<Record<SettingName, SettingValue>>>

/** All combinations of listed values, the last setting changing fastest. */
export function grid(space: readonly Varied[]): TrialSettings[] {
  return space.reduce<TrialSettings[]>(
    (all, { name, values }) =>
      all.flatMap((before) => (values as readonly SettingValue[]).map((value) => ({ ...before, [name]: value }))),
    [{}],
  )
}

/** How many combinations there are; infinite where numbers are drawn that are not whole. */
export const sizeOfSpace = (space: readonly Varied[]): number =>
  space.reduce((size, { values }) => {
    if (!isRange(values)) return size * values.length
    return values.whole ? size * (values.high - values.low + 1) : Number.POSITIVE_INFINITY
  }, 1)

/** Digits of a number that is drawn: finer differences change no training. */
const digits = 3

/** A number of a range. @param share from 0 to below 1 */
export function numberIn({ kind, low, high, whole }: Range, share: number): number {
  // Whole numbers are each as likely as its interval is long: [n, n + 1).
  const top = whole ? high + 1 : high
  const value = kind === 'log' ? low * (top / low) ** share : low + share * (top - low)
  return whole ? Math.min(high, Math.floor(value)) : Math.min(high, Math.max(low, Number(value.toPrecision(digits))))
}

/** The value of a setting in a draw: of a seed always the same one, whatever else is varied. */
function valueIn({ name, values }: Varied, seed: number, draw: number): SettingValue {
  const share = new Random(seed, `sweep: ${name}`).fork(draw, 0).uniform()
  return isRange(values) ? numberIn(values, share) : values[Math.floor(share * values.length)]
}

/** Draws in a row that find nothing new, at most: what is left of a small space can be very unlikely. */
const patience = 10_000

/** Trials at random (Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, 2012), none twice: as many as asked for, or as there are combinations. */
export function drawn(space: readonly Varied[], seed: number, count: number): TrialSettings[] {
  const wanted = Math.min(count, sizeOfSpace(space))
  const found = new Map<string, TrialSettings>()
  for (let [draw, vain] = [0, 0]; found.size < wanted && vain < patience; draw++, vain++) {
    const settings = Object.fromEntries(space.map((varied) => [varied.name, valueIn(varied, seed, draw)]))
    const key = JSON.stringify(settings)
    if (found.has(key)) continue
    found.set(key, settings)
    vain = -1
  }
  return [...found.values()]
}
