/** The settings of a training: flags over a config file over the network's recipe. */
import { readFileSync } from 'node:fs'
import { type EpochFigures, type Optimizer, ratesByDepth, type Schedule, sequentialSchedule } from 'gentle-dl'
import type { Recipe } from 'gentle-dl/models'
import { z } from 'zod'
import { licenseNamed } from '../models/license.ts'
import { normalizeNames } from '../models/normalize.ts'
import { allTaskNames } from '../tasks/task-names.ts'
import { reasonOf } from '../terminal/reason.ts'
import { UsageError, unknownChoice } from '../terminal/usage.ts'
import { areOfOneScale, makeOptimizer, needsRate, optimizerNames, parseGroup, takesMomentum } from './optimizers.ts'
import { hasOwnWarmup, parseSchedule, scheduleOf } from './schedules.ts'

const text = z.string('a string')

const whole = (min: number, max: number) => {
  const expected = max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `${min} to ${max}`
  return z.int(expected).min(min, expected).max(max, expected)
}

const positive = z.number('a number above 0').positive('a number above 0')

const share = z.number('above 0 and below 1').gt(0, 'above 0 and below 1').lt(1, 'above 0 and below 1')

/** What can be set; keys of a config file, and flags in dashes. A check's message is what it expects. */
const settingsSchema = z.strictObject({
  task: z.enum(allTaskNames).optional(),
  model: text.optional(),
  data: text.optional(),
  epochs: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  batchSize: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  baseBatchSize: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  learningRate: positive.optional(),
  schedule: text.optional(),
  optimizer: z.enum(optimizerNames).optional(),
  momentum: z.number('a number from 0, below 1').min(0, 'a number of at least 0').lt(1, 'a number below 1').optional(),
  weightDecay: z.number('a number of at least 0').min(0, 'a number of at least 0').optional(),
  decayParameters: z.enum(['all', 'weights']).optional(),
  clipNorm: positive.optional(),
  clipValue: positive.optional(),
  parameterGroup: z.array(text, 'a list of strings').optional(),
  warmup: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  seed: whole(0, 2 ** 31 - 1).optional(),
  threads: whole(1, 64).optional(),
  dataWorkers: whole(0, 64).optional(),
  wideVectors: z.boolean('true or false').optional(),
  strictNumerics: z.boolean('true or false').optional(),
  validation: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  test: positive.optional(),
  sampleRate: whole(1, 192_000).optional(),
  resize: whole(1, 4096).optional(),
  label: text.optional(),
  augment: text.optional(),
  ema: share.optional(),
  accumulate: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  microBatches: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  syncBatchNorm: z.boolean('true or false').optional(),
  remat: z.boolean('true or false').optional(),
  fastSums: z.boolean('true or false').optional(),
  monitor: text.optional(),
  patience: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  saveEvery: z.coerce
    .string()
    .regex(/^[1-9]\d*[smh]?$/, 'a number of steps, such as 200, or a time, such as 30s, 5m or 1h')
    .optional(),
  keep: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  classWeights: z.enum(['none', 'balanced']).optional(),
  loss: text.optional(),
  labelSmoothing: z
    .number('a number from 0, below 1')
    .min(0, 'a number of at least 0')
    .lt(1, 'a number below 1')
    .optional(),
  vocabulary: text.optional(),
  maxLength: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  layers: whole(1, 64).optional(),
  units: whole(1, 8192).optional(),
  pretrained: text.optional(),
  normalize: z.enum([...normalizeNames, 'data']).optional(),
  headEpochs: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  firstLayerRate: z.number('above 0, at most 1').positive('above 0, at most 1').max(1, 'above 0, at most 1').optional(),
  license: text.optional(),
  fraction: z.number('above 0, at most 1').positive('above 0, at most 1').max(1, 'above 0, at most 1').optional(),
  overfitBatches: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  fastDevRun: z.boolean('true or false').optional(),
  time: text.regex(/^[1-9]\d*[smh]$/, 'a time, such as 30s, 10m or 2h').optional(),
  freeze: z.array(text, 'a list of strings').min(1, 'at least one name').optional(),
})

/** Whether a setting can have a value, by itself. */
export const takes = (name: keyof Settings, value: unknown): boolean =>
  settingsSchema.shape[name].safeParse(value).success

export type Settings = z.infer<typeof settingsSchema>

/** The names of all settings, in the order in which they are told. */
export const settingNames = Object.keys(settingsSchema.shape) as readonly (keyof Settings)[]

/** A training with everything decided that its result depends on. */
export type Plan = Settings &
  Required<
    Pick<
      Settings,
      'model' | 'data' | 'epochs' | 'batchSize' | 'optimizer' | 'learningRate' | 'schedule' | 'seed' | 'threads'
    >
  >

/** The flag of a setting: `--batch-size` of batchSize. */
export const flagOf = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** Settings from flags. @throws UsageError naming the flag, what it is and what was expected. */
export const settingsOfFlags = (values: unknown): Settings => checkSettings(values, flagOf)

/** Settings from a file. @throws UsageError naming the file, the key, what it is and what was expected. */
export const settingsOfFile = (values: unknown, file: string): Settings =>
  checkSettings(values, (key) => `${key} of ${file}`)

function checkSettings(values: unknown, nameOf: (key: string) => string): Settings {
  const result = settingsSchema.safeParse(values)
  if (result.success) {
    const { schedule, parameterGroup = [], license } = result.data
    if (schedule !== undefined) parseSchedule(nameOf('schedule'), schedule)
    for (const group of parameterGroup) parseGroup(nameOf('parameterGroup'), group)
    return license === undefined ? result.data : { ...result.data, license: licenseNamed(nameOf('license'), license) }
  }
  const [issue] = result.error.issues
  if (issue.code === 'unrecognized_keys')
    throw unknownChoice(nameOf('setting'), issue.keys[0], Object.keys(settingsSchema.shape))
  const [key] = issue.path
  if (key === undefined) throw new UsageError(`${nameOf('the whole')} is not an object; expected settings by name`)
  const name = nameOf(String(key))
  const value = (values as Record<PropertyKey, unknown>)[key]
  if (issue.code === 'invalid_value') throw unknownChoice(name, String(value), issue.values.map(String))
  throw new UsageError(`${name} is ${JSON.stringify(value)}; expected ${issue.message}`)
}

/** @throws UsageError for a file that is missing or no valid config. */
export function readConfig(path: string): Settings {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`--config ${path} cannot be read: ${reasonOf(error)}`)
  }
  let values: unknown
  try {
    values = JSON.parse(content)
  } catch (error) {
    throw new UsageError(`--config ${path} is not JSON: ${(error as Error).message.split('\n')[0]}`)
  }
  return settingsOfFile(values, `config ${path}`)
}

/** What can be another when a training goes on: how long, and what changes no bit, on how many threads and how it is kept and given away. */
const changeable: readonly string[] = [
  'epochs',
  'threads',
  'dataWorkers',
  'remat',
  'saveEvery',
  'keep',
  'license',
  'time',
] satisfies (keyof Settings)[]

/** @throws UsageError for a setting that would make another training of the one that goes on. */
export function checkUnchanged(given: Settings, stored: Settings, run: string): void {
  for (const [key, value] of Object.entries(given))
    if (!changeable.includes(key) && String(value) !== String(stored[key as keyof Settings]))
      throw new UsageError(
        `${flagOf(key)} cannot be changed when ${run} is continued: it is ${stored[key as keyof Settings] ?? 'not set'}, not ${value}; only ${changeable.map(flagOf).join(', ')} can`,
      )
}

/**
 * Settings over what was chosen for the data over a network's recipe.
 * @throws UsageError for settings that do not go together.
 */
export function planOf(
  given: Settings & { model: string; data: string },
  defaults: Settings,
  recipe: Recipe,
  { examples, threads }: { examples: number; threads: number },
): Plan {
  const settings = { ...defaults, ...given }
  const optimizer = settings.optimizer ?? recipe.optimizer
  if (!takesMomentum(optimizer) && settings.momentum !== undefined)
    throw new UsageError(`--momentum needs --optimizer sgd or lars; the optimizer is ${optimizer}`)
  if (!takesMomentum(optimizer) && settings.baseBatchSize !== undefined)
    throw new UsageError(
      `--base-batch-size needs --optimizer sgd or lars, whose rates grow with the batch; the optimizer is ${optimizer}`,
    )
  if (needsRate(optimizer) && given.learningRate === undefined)
    throw new UsageError(`--optimizer ${optimizer} needs --learning-rate`)
  if (settings.learningRate === undefined && !areOfOneScale(optimizer, recipe.optimizer))
    throw new UsageError(
      `--optimizer ${optimizer} needs --learning-rate: the ${recipe.learningRate} by which ${given.model} is trained is for ${recipe.optimizer}`,
    )
  const schedule = settings.schedule ?? 'linear'
  const isWarmedUp = hasOwnWarmup(schedule)
  if (isWarmedUp && given.warmup !== undefined)
    throw new UsageError(`--warmup does not go with --schedule ${schedule}, which has a warm-up of its own`)
  if (settings.wideVectors && settings.strictNumerics)
    throw new UsageError(
      '--strict-numerics does not go with --wide-vectors, which add in another order; leave one of the two out',
    )
  const clipNorm = settings.clipNorm ?? recipe.clipNorm
  const weightDecay = settings.weightDecay ?? (optimizer === recipe.optimizer ? recipe.weightDecay : undefined)
  return {
    ...settings,
    epochs: settings.epochs ?? recipe.epochs,
    batchSize: Math.min(settings.batchSize ?? recipe.batchSize, examples),
    optimizer,
    learningRate: settings.learningRate ?? recipe.learningRate,
    schedule,
    ...(isWarmedUp ? { warmup: undefined } : {}),
    ...(takesMomentum(optimizer) ? { momentum: settings.momentum ?? 0.9 } : {}),
    ...(weightDecay === undefined ? {} : { weightDecay }),
    ...(clipNorm === undefined ? {} : { clipNorm }),
    seed: settings.seed ?? 0,
    threads: settings.threads ?? threads,
  }
}

/** Epochs of the warm-up of batches larger than those that the rate is for. */
const warmupEpochs = 5

/**
 * The highest rate of a plan: in proportion to the examples of a step, where it is told for how many the rate is (Goyal et al., "Accurate, Large Minibatch SGD", 2017,
 * section 2.1).
 */
export const highestRate = ({ learningRate, baseBatchSize, batchSize, accumulate = 1 }: Plan): number =>
  baseBatchSize === undefined ? learningRate : (learningRate * batchSize * accumulate) / baseBatchSize

/** Such a rate rises for five epochs (section 2.2), but no more than a fifth of all steps, unless it is said how long. */
function warmupOf(plan: Plan, stepsPerEpoch: number): number | undefined {
  const { warmup, baseBatchSize, schedule, epochs } = plan
  if (warmup !== undefined || baseBatchSize === undefined || hasOwnWarmup(schedule)) return warmup
  return Math.round(Math.min(warmupEpochs, epochs / 5) * stepsPerEpoch)
}

/** The optimizer of a plan. @param names of all parameters of the network, in its order */
export function optimizerOf(plan: Plan, names: Iterable<string>, stepsPerEpoch: number): Optimizer {
  const { schedule, firstLayerRate, headEpochs = 0 } = plan
  const warmup = warmupOf(plan, stepsPerEpoch)
  const rate = scheduleOf(schedule, { learningRate: highestRate(plan), warmup, stepsPerEpoch })
  // What the validation of the head alone told says nothing of all layers.
  const forAll: Schedule = Object.assign(
    (step: number, steps: number, epochs?: readonly EpochFigures[]) => rate(step, steps, epochs?.slice(headEpochs)),
    { description: rate.description },
  )
  return optimizerWith(
    plan,
    // For the head alone, and from its beginning again for all.
    headEpochs === 0 ? rate : sequentialSchedule(rate, headEpochs * stepsPerEpoch, forAll),
    firstLayerRate === undefined ? undefined : ratesByDepth(names, firstLayerRate),
  )
}

/** The optimizer of a plan at other rates than the plan's. */
export function optimizerWith(
  plan: Plan,
  learningRate: Schedule,
  rateFactor?: (parameter: string) => number,
): Optimizer {
  const { optimizer, momentum, weightDecay, decayParameters, clipNorm, clipValue, parameterGroup = [] } = plan
  return makeOptimizer(optimizer, {
    learningRate,
    momentum,
    weightDecay,
    decayParameters,
    clipNorm,
    clipValue,
    groups: parameterGroup.map((group) => parseGroup('--parameter-group', group)),
    ...(rateFactor === undefined ? {} : { rateFactor }),
  })
}
