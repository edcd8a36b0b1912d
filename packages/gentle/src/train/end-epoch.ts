/** The end of an epoch: what it counted becomes history, and its weights the best. */
import { sizeOf } from '../core/shape.ts'
import type { Metric } from '../nn/metrics.ts'
import { readWeights, weightsOf } from '../nn/model.ts'
import { areFinite } from './are-finite.ts'
import { isBetter } from './better.ts'
import { countedInTraining, type Evaluation, Sums } from './evaluation.ts'
import type { Moment, Parts } from './moment.ts'
import type { EpochReport } from './reports.ts'
import { StateMemory } from './state-memory.ts'

export interface EpochEnd {
  readonly validation: Evaluation | undefined
  /** With `ema`, what the weights that learn come to. */
  readonly plain: Evaluation | undefined
  readonly metrics: readonly Metric[]
  /** What the best epoch is chosen by. */
  readonly monitor: string
  readonly monitorBetter: 'more' | 'less' | undefined
  diverged(what: string): Promise<Error>
}

/**
 * Moves a training to the begin of its next epoch.
 * @throws what `diverged` gives for parameters or a validation loss that are not finite; ArgumentError where the validation does not tell what the best is chosen by.
 */
export async function endEpoch(
  at: Moment,
  { model, average }: Parts,
  { validation, plain, metrics, monitor, monitorBetter, diverged }: EpochEnd,
): Promise<EpochReport> {
  // They may become the best, which go into each checkpoint: another thread writes these.
  const memory = () => new StateMemory().begin([...weightsOf(model).values()].map(({ shape }) => sizeOf(shape)))
  const weights = await readWeights(model, memory())
  if (!areFinite(weights)) throw await diverged('parameters became NaN or infinite')
  if (validation !== undefined && !Number.isFinite(validation.loss))
    throw await diverged(`the validation loss became ${validation.loss}`)
  const better = validation === undefined || isBetter(validation, at.best?.validation, monitor, metrics, monitorBetter)
  const kept = (await average?.read(memory())) ?? weights
  const { epoch, running, seconds } = at
  if (validation !== undefined && better) at.best = { epoch, validation, weights: kept }
  const report: EpochReport = {
    epoch,
    train: running.evaluation(),
    ...(validation === undefined ? {} : { validation }),
    ...(plain === undefined ? {} : { plainValidation: plain }),
    learningRate: at.learningRate,
    seconds,
    examplesPerSecond: running.examples / seconds,
    best: better,
  }
  at.good = { weights, of: `of epoch ${epoch}` }
  at.history.push(report)
  at.epoch++
  at.position = 0
  at.running = new Sums(countedInTraining(metrics))
  at.seconds = 0
  return report
}
