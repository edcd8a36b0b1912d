/** What a training's course depends on, so that it goes on only as the same training. */
import type { AnyDataset } from '../data/dataset.ts'
import type { BatchLoss, Loss } from '../nn/losses.ts'
import type { Metric } from '../nn/metrics.ts'
import type { AnyModel } from '../nn/model.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { describeSchedule } from '../optim/schedule.ts'
import type { Phase } from './phases.ts'
import { fieldsOf } from './steps.ts'

/** Any plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What a training's course depends on beside its state, by name. The number of epochs is not part of it. */
export interface Fingerprint {
  /** The layers, and the shape of an example. */
  readonly network: Json
  /** By the function's name. */
  readonly loss: Json
  /** Names of the metrics. */
  readonly metrics: Json
  /** What the best epoch is chosen by. */
  readonly monitor: Json
  readonly optimizer: Json
  /** Of the learning rate; a function of your own is 'custom'. */
  readonly schedule: Json
  readonly batchSize: Json
  /** Name, length, shapes, and what the set tells of itself. */
  readonly data: Json
  readonly seed: Json
  /** Names of the model's classes; null where they have none. */
  readonly classes: Json
  /** Names of parameters that stay as they are; where these depend on the epoch, of each phase, with its first epoch. */
  readonly freeze: Json
  /** Where batches do not come in random order. */
  readonly order?: Json
  /** Batches a step, where these are several. */
  readonly accumulate?: Json
  /** Micro-batches a batch, where it is divided. */
  readonly microBatches?: Json
  /** Where batch norm takes its statistics over the whole of a divided batch. */
  readonly syncBatchNorm?: Json
  /** Where ranks add in any order. */
  readonly fastSums?: Json
  /** Decay of the weights' moving average, where one is kept. */
  readonly ema?: Json
}

/** What a fingerprint is made of beside model and data. */
export interface DependsOn {
  readonly loss: Loss | BatchLoss
  readonly metrics: readonly Metric[]
  readonly monitor: string
  readonly optimizer: Optimizer
  readonly batchSize: number
  readonly seed: number
  readonly phases: readonly Phase[]
  readonly shortestFirst: boolean
  /** Whether examples come in the data's own order. */
  readonly inOrder: boolean
  readonly ema: number | undefined
  readonly accumulate: number
  readonly microBatches: number | undefined
  readonly syncBatchNorm: boolean
  readonly fastSums: boolean
}

/** What a training of this model on this data depends on. */
export function fingerprintOf(
  { layer, classes, ...model }: AnyModel,
  data: AnyDataset,
  options: DependsOn,
): Fingerprint {
  const { loss, metrics, monitor, optimizer, batchSize, seed, phases, shortestFirst, inOrder, ema } = options
  const { accumulate, microBatches, syncBatchNorm, fastSums } = options
  const fields = fieldsOf(data)
  // As a file has it, so that what is read compares with what is made.
  return JSON.parse(
    JSON.stringify({
      network: { layer: layer.description, inputs: 'inputs' in model ? model.inputs : model.inputShape },
      loss: loss.name || 'custom',
      metrics: metrics.map(({ name }) => name),
      monitor,
      optimizer: { ...optimizer.description, ...rateFactorsOf(optimizer, model.parameters.keys()) },
      schedule: describeSchedule(optimizer.schedule),
      batchSize,
      classes: classes ?? null,
      data: { name: data.name, length: data.length, ...fields, description: data.description },
      seed,
      freeze: phases.length === 1 ? phases[0].frozen : phases,
      ...(shortestFirst ? { order: 'shortestFirst' } : inOrder ? { order: 'inOrder' } : {}),
      ...(accumulate === 1 ? {} : { accumulate }),
      ...(microBatches === undefined ? {} : { microBatches }),
      ...(syncBatchNorm ? { syncBatchNorm } : {}),
      ...(fastSums ? { fastSums } : {}),
      ...(ema === undefined ? {} : { ema }),
    }),
  )
}

/** Rates of parameters that are not the optimizer's, by their names. */
function rateFactorsOf({ rateFactor }: Optimizer, names: Iterable<string>): object {
  if (rateFactor === undefined) return {}
  const factors = [...names].map((name) => [name, rateFactor(name)] as const)
  return { rateFactors: Object.fromEntries(factors.filter(([, factor]) => factor !== 1)) }
}

/** What may be another when a training goes on, where that is accepted. */
export type Acceptable = keyof Fingerprint

export interface RestoreOptions {
  /** What may differ from the training that the state is of, such as `batchSize`; nothing unless given. */
  readonly accept?: readonly Acceptable[]
}
