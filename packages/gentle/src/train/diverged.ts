/** The end of a training whose numbers are not finite any more. */
import { DataError, MemoryError } from '../core/errors.ts'
import { type AnyModel, writeWeights } from '../nn/model.ts'
import type { Batch } from './batches.ts'
import type { BeforeStep } from './before-step.ts'
import { divergence, type Search } from './divergence.ts'
import type { Moment, Parts } from './moment.ts'
import { firstNonFinite, nonFiniteIn } from './non-finite.ts'
import { DivergedTraining } from './reports.ts'
import type { TrainingPrograms } from './training-programs.ts'

export interface Diverged {
  /** `the loss became NaN`. */
  readonly what: string
  readonly step: number
  /** Of the step, if it was one. */
  readonly batch?: Batch
  /** The number of the batch. */
  readonly draw: number
  /** What the step began with, where that was kept. */
  readonly before?: BeforeStep
}

/**
 * Gives the model the last good parameters, and tells why, as far as data and step do; they are looked at only now.
 * @param isSearched whether anomalies are looked for in this training
 */
export async function divergedTraining<M extends AnyModel>(
  model: M,
  { data }: Parts,
  { good, epoch, history }: Moment,
  programs: TrainingPrograms,
  isSearched: boolean,
  { what, step, batch, draw, before }: Diverged,
): Promise<DivergedTraining<M>> {
  const fault = (batch && nonFiniteIn(batch, data)) ?? (await firstNonFinite(data))
  // Those that it began with are those that the first step was computed by.
  await (before === undefined ? writeWeights(model, good.weights) : before.restore())
  const isKnown = before !== undefined || (step === 1 && batch !== undefined)
  const found =
    batch === undefined || fault !== undefined || !isKnown
      ? undefined
      : await programs.findAnomaly(batch, draw, before?.numbers).catch((error: unknown) => {
          if (error instanceof MemoryError) return error
          throw error
        })
  await writeWeights(model, good.weights)
  const anomaly = found instanceof MemoryError ? undefined : found
  let search: Search = isSearched ? 'pointless' : 'possible'
  if (isKnown) search = anomaly === found ? 'done' : 'no room'
  const { message, ...rest } = divergence({ what, step, epoch, kept: good.of, batch, fault, anomaly, search }, data)
  const cause = fault === undefined ? undefined : new DataError(fault)
  return new DivergedTraining(message, { step, epoch, cause, ...rest }, model, history)
}
