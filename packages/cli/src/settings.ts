/** The settings of a training: flags over a config file over the network's recipe. */
import { readFileSync } from 'node:fs'
import { adam, adamW, constantRate, cosineDecay, linearDecay, type Optimizer, type Schedule, sgd } from 'gentle-dl'
import { z } from 'zod'
import type { Recipe } from './networks.ts'
import { UsageError } from './usage.ts'

const count = z.int().min(1)

/** What can be set; keys of a config file, and flags in dashes. */
const settingsSchema = z.strictObject({
  model: z.string().optional(),
  data: z.string().optional(),
  epochs: count.optional(),
  batchSize: count.optional(),
  learningRate: z.number().positive().optional(),
  schedule: z.enum(['constant', 'linear', 'cosine']).optional(),
  optimizer: z.enum(['sgd', 'adam', 'adamW']).optional(),
  momentum: z.number().min(0).lt(1).optional(),
  weightDecay: z.number().min(0).optional(),
  clipNorm: z.number().positive().optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
  threads: z.int().min(1).max(64).optional(),
  validation: count.optional(),
})

export type Settings = z.infer<typeof settingsSchema>

/** Checks settings. @throws UsageError naming the key, what it is and what was expected. */
export function checkSettings(values: unknown, where: string): Settings {
  const result = settingsSchema.safeParse(values)
  if (result.success) return result.data
  const [issue] = result.error.issues
  if (issue.code === 'unrecognized_keys')
    throw new UsageError(
      `${where}: unknown setting '${issue.keys[0]}'; expected ${Object.keys(settingsSchema.shape).join(', ')}`,
    )
  throw new UsageError(`${where}: ${issue.path.join('.') || 'the settings'}: ${issue.message}`)
}

/** @throws UsageError for a file that is missing or no valid config. */
export function readConfig(path: string): Settings {
  let values: unknown
  try {
    values = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`config ${path} cannot be read: ${(error as Error).message.split('\n')[0]}`)
  }
  return checkSettings(values, `config ${path}`)
}

const schedules: Readonly<Record<NonNullable<Settings['schedule']>, (rate: number) => Schedule>> = {
  constant: constantRate,
  linear: linearDecay,
  cosine: cosineDecay,
}

/** The optimizer that settings describe, over a network's recipe. */
export function optimizerOf(settings: Settings, recipe: Recipe): Optimizer {
  const name = settings.optimizer ?? recipe.optimizer
  const learningRate = schedules[settings.schedule ?? 'linear'](settings.learningRate ?? recipe.learningRate)
  const { weightDecay, clipNorm } = settings
  if (name === 'sgd') return sgd({ learningRate, momentum: settings.momentum ?? 0.9, weightDecay, clipNorm })
  if (settings.momentum !== undefined) throw new UsageError(`--momentum goes with --optimizer sgd, not with ${name}`)
  return (name === 'adam' ? adam : adamW)({ learningRate, weightDecay, clipNorm })
}
