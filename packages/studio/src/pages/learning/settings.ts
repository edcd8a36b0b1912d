/** What is set on the page, and the optimizers that race. */
import { stepsOf } from 'gentle-dl'
import type { Place, ProblemName } from './problems.ts'

export const racerNames = ['sgd', 'momentum', 'rmsprop', 'adam'] as const

export type RacerName = (typeof racerNames)[number]

export const scheduleNames = ['constant', 'steps', 'linear', 'cosine'] as const

export type ScheduleName = (typeof scheduleNames)[number]

export interface Racer {
  readonly name: RacerName
  readonly rate: number
}

export interface Settings {
  readonly problem: ProblemName
  /** Of how many examples they learn. */
  readonly examples: number
  readonly batchSize: number
  /** Steps of the race. */
  readonly steps: number
  readonly schedule: ScheduleName
  /** Whether the rate grows over the first tenth of the steps. */
  readonly warmup: boolean
  readonly seed: number
  readonly start: Place
}

export const racerTitles: Readonly<Record<RacerName, string>> = {
  sgd: 'SGD',
  momentum: 'Momentum',
  rmsprop: 'RMSProp',
  adam: 'Adam',
}

/** Rates to begin with. */
export const usualRates: Readonly<Record<RacerName, number>> = { sgd: 0.05, momentum: 0.02, rmsprop: 0.03, adam: 0.1 }

export const momentum = 0.9

/** Times half after each quarter of the steps. */
export const [decayFactor, decayParts] = [0.5, 4]

export const warmupOf = ({ warmup, steps }: Pick<Settings, 'warmup' | 'steps'>): number => (warmup ? steps / 10 : 0)

export const stepsPerEpoch = ({ examples, batchSize }: Pick<Settings, 'examples' | 'batchSize'>): number =>
  stepsOf(examples, Math.min(batchSize, examples))

/** Examples that stand for the whole distribution, and those of them that its surface is drawn from. */
export const [expectedCount, expectedSurfaceCount] = [100_000, 20_000]

export const validationCount = 1000

/** What the surface can be of. */
export const surfaceNames = ['train', 'batch', 'expected'] as const

export type SurfaceName = (typeof surfaceNames)[number]
