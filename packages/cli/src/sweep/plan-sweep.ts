/** What a sweep will do, settled and checked before its first training. */

import { note } from '../terminal/terminal.ts'
import { UsageError, unknownChoice } from '../terminal/usage.ts'
import type { TrainFlags } from '../train/choose-settings.ts'
import { ofPlansAlone, type PlannedTraining, planTraining, planTrainings } from '../train/plan-training.ts'
import { flagOf } from '../train/settings.ts'
import { version } from '../version.ts'
import { drawn, grid, sizeOfSpace, type TrialSettings } from './candidates.ts'
import { type Method, methods, type Rung, type Sweep, sweepFormat } from './record.ts'
import { halvingRungs } from './rungs.ts'
import { dashed, isRange, parseSpace, type SettingName, type Varied } from './space.ts'
import { optionWords } from './train-words.ts'

/** What is asked of a sweep, beside what its trainings have in common. */
export interface SweepRequest {
  readonly vary?: readonly string[]
  readonly method?: string
  readonly trials?: number
  readonly reductionFactor?: number
}

/** Trials where nobody says how many. */
const defaultTrials = 20

/** As Hyperband's authors recommend, 3 or 4. */
const defaultFactor = 3

/** A grid where all values are listed, draws where some are ranges. */
function methodOf(method: string | undefined, space: readonly Varied[]): Method {
  const range = space.find(({ values }) => isRange(values))
  if (method === undefined) return range === undefined ? 'grid' : 'random'
  if (!(methods as readonly string[]).includes(method)) throw unknownChoice('--method', method, methods)
  if (method === 'grid' && range !== undefined)
    throw new UsageError(
      `--vary ${dashed(range.name)} is a range, of which there is no grid; list its values, or choose --method random or halving`,
    )
  return method as Method
}

function candidatesOf(space: readonly Varied[], method: Method, trials: number | undefined, seed: number) {
  if (trials !== undefined && (!Number.isInteger(trials) || trials < 1))
    throw new UsageError(`--trials is ${trials}; expected a whole number of at least 1`)
  const isListed = space.every(({ values }) => !isRange(values))
  if (method === 'grid') {
    if (trials !== undefined)
      throw new UsageError(
        `--trials is for --method random and halving; a grid has all combinations, ${sizeOfSpace(space)} of them here`,
      )
    return grid(space)
  }
  if (method === 'halving' && trials === undefined && isListed) return grid(space)
  return drawn(space, seed, trials ?? defaultTrials)
}

/** @throws UsageError for what is given once for all, and varied, too. */
function checkGiven(space: readonly Varied[], model: string | undefined, flags: TrainFlags): void {
  for (const { name } of space) {
    const given = name === 'model' ? model : flags[name]
    if (given !== undefined)
      throw new UsageError(
        name === 'model'
          ? `the model is varied; leave ${model} out`
          : `${flagOf(name)} is varied; leave ${flagOf(name)} ${String(given)} out`,
      )
  }
}

/** Settings that change what a loss is a loss of. */
const ofTheLoss: readonly SettingName[] = ['loss', 'classWeights', 'labelSmoothing']

/**
 * Everything that a sweep depends on; all its trainings are planned, as they will be.
 * @throws UsageError for what is not understood, and for the first training that would be refused.
 */
export async function planSweep(
  model: string | undefined,
  { vary = [], method: named, trials: count, reductionFactor }: SweepRequest,
  flags: TrainFlags,
): Promise<Sweep> {
  const space = parseSpace(vary)
  checkGiven(space, model, flags)
  const method = methodOf(named, space)
  if (reductionFactor !== undefined && method !== 'halving')
    throw new UsageError('--reduction-factor is for --method halving')
  const { seed = 0 } = flags
  const candidates = candidatesOf(space, method, count, seed)
  const trainings = candidates.map(({ model: varied = model, ...settings }) => ({
    model: varied as string | undefined,
    flags: { ...flags, ...settings } as TrainFlags,
  }))
  const plans = await planTrainings(trainings)
  const [{ score, validation }] = plans
  const other = plans.find((each) => each.score.monitor !== score.monitor)
  if (other !== undefined)
    throw new UsageError(`trials would be scored by ${score.name} and by ${other.score.name}, which cannot be compared`)
  if (validation === 0)
    throw new UsageError(
      'trials are compared on validation examples, and there are none; hold some out: --validation N',
    )
  const lossy = space.find(({ name }) => ofTheLoss.includes(name))
  if (score.monitor === 'loss' && lossy !== undefined)
    throw new UsageError(
      `--vary ${dashed(lossy.name)} changes the loss, by which trials would be compared; choose another score with --monitor`,
    )
  const rungs = rungsOf(method, plans, reductionFactor ?? defaultFactor, space)
  const augment = await augmentFor(space, trainings[0], plans[0])
  return {
    format: sweepFormat,
    version,
    started: new Date().toISOString(),
    method,
    vary,
    seed,
    ...(method === 'halving' ? { reductionFactor: reductionFactor ?? defaultFactor } : {}),
    ...(model === undefined ? {} : { model }),
    options: optionWords({ ...flags, ...(augment === undefined ? {} : { augment }) }),
    score,
    rungs,
    trials: candidates.map((settings: TrialSettings, i) => ({ trial: i + 1, settings, results: [] })),
  }
}

/** The augmentation that gentle train would choose in each trial by the same short trainings, where it does: they are made once. */
async function augmentFor(
  space: readonly Varied[],
  { model, flags }: Parameters<typeof planTrainings>[0][number],
  { triesAugment }: PlannedTraining,
): Promise<string | undefined> {
  const isSame = space.every(({ name }) => ofPlansAlone.includes(name))
  if (!isSame || !triesAugment) return undefined
  note('choosing augmentation in short trainings, once for all trials ...')
  const { plan } = await planTraining(model, { ...flags, quiet: true })
  return plan.augment
}

function rungsOf(
  method: Method,
  plans: readonly PlannedTraining[],
  factor: number,
  space: readonly Varied[],
): readonly Rung[] {
  if (method !== 'halving') return [{ trials: plans.length }]
  if (space.some(({ name }) => name === 'epochs'))
    throw new UsageError('--method halving chooses after how many epochs trials are compared; vary no epochs')
  const epochs = new Set(plans.map(({ plan }) => plan.epochs))
  if (epochs.size > 1)
    throw new UsageError(
      `--method halving compares trials after equal numbers of epochs, but these are of ${[...epochs].join(', ')}; give one with --epochs`,
    )
  return halvingRungs(plans.length, plans[0].plan.epochs, factor)
}
