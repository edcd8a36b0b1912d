/** The loop over a trainer. */
import type { Profile } from '../backends/profile.ts'
import { ArgumentError } from '../core/errors.ts'
import type { Dataset, NamedDataset } from '../data/dataset.ts'
import type { AnyModel, Model } from '../nn/model.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { EpochReport, StepReport } from './reports.ts'
import type { Trainer } from './trainer.ts'
import type { Wishes } from './wishes.ts'

/** @typeParam M the model that is trained: it says what kind of validation set goes with it */
export interface RunOptions<M extends AnyModel = Model> {
  /** By which the best epoch is chosen; without one, the last epoch counts as the best. */
  readonly validation?: M extends Model ? Dataset : NamedDataset
  /**
   * What else is reported for each epoch's validation, such as the mAP of a detector, by name. Where `monitor` names it, more is better, unless
   * `monitorBetter` says otherwise.
   */
  readonly validate?: (model: M) => Promise<Readonly<Record<string, number>>>
  /** Called and awaited before the first step, also of a training that goes on. */
  readonly onStart?: (trainer: Trainer<M>) => void | Promise<void>
  /** Called and awaited before the steps of an epoch, `trainer.epoch`, also where a training goes on within it. */
  readonly onEpochStart?: (trainer: Trainer<M>) => void | Promise<void>
  /** Called before every step, whose number is `trainer.stepsDone + 1`; it must not wait. */
  readonly onStepStart?: (trainer: Trainer<M>) => void
  /** Called after every step; it must not wait. */
  readonly onStep?: (report: StepReport, trainer: Trainer<M>) => void
  /** Called and awaited after every epoch and its validation; `trainer.state()` is what has to be kept to go on from there. */
  readonly onEpoch?: (report: EpochReport, trainer: Trainer<M>) => void | Promise<void>
  /** Called and awaited at the end, whether all is done or `signal` paused the training, behind the last checkpoint; not where it ends in an error. */
  readonly onEnd?: (trainer: Trainer<M>, isDone: boolean) => void | Promise<void>
  /**
   * Told once where the time of a step goes, of the first one on a whole batch. That step takes about a second, which no report counts; the
   * results of the training stay the same.
   */
  readonly onProfile?: (profile: Profile) => void
  /**
   * Early stopping: the training ends where so many epochs in a row were no better on validation than the best before them; it goes to its last epoch unless
   * given.
   */
  readonly patience?: number
  /** Keep the training as it goes on, each once for a run: `RunFolder.checkpoints` makes them. They are all written when it ends or is paused. */
  readonly checkpoints?: Checkpoints<M>
  /**
   * How long the training may take, in seconds from the first step of this call: the step under way then is the last, and its epoch ends with it and is validated, so
   * that its weights, too, may be the best. The training is done then. No limit unless given.
   */
  readonly seconds?: number
  /** Pauses the training after the step in which it is aborted; the last step of an epoch ends its epoch first. */
  readonly signal?: AbortSignal
}

/**
 * How long the loop may run before other tasks of the thread, such as timers and signals, get their turn, in milliseconds. A turn costs a
 * millisecond or two, in which LeNet-5 could have seen 60 images.
 */
const turn = 100

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Whether the best epoch is so many epochs back. */
const isStale = <M extends AnyModel>({ best, history }: Trainer<M>, patience = Number.POSITIVE_INFINITY): boolean =>
  best !== undefined && history.length - best.epoch >= patience

/**
 * Trains until all epochs are done, or the signal pauses it: called again, it goes on. Gives whether all is done.
 * @throws DivergedTraining when loss or parameters become NaN or infinite; ArgumentError for a patience that is not a whole number from 1, for seconds that are not above 0, and for `onProfile` with `accumulate`; StorageError for
 * checkpoints that cannot be written.
 */
export async function runTraining<M extends AnyModel>(
  trainer: Trainer<M>,
  options: RunOptions<M> = {},
): Promise<boolean> {
  const { checkpoints, patience, seconds } = options
  if (patience !== undefined && (!Number.isInteger(patience) || patience < 1))
    throw new ArgumentError(`training: patience is ${patience}; expected a whole number of epochs from 1`)
  if (seconds !== undefined && !(seconds > 0))
    throw new ArgumentError(`training: seconds is ${seconds}; expected a number above 0`)
  if (options.onProfile !== undefined && trainer.accumulate > 1)
    throw new ArgumentError(
      `training: onProfile tells of steps of one batch, but accumulate is ${trainer.accumulate}; leave one of the two out`,
    )
  try {
    await checkpoints?.begin(trainer)
    await options.onStart?.(trainer)
    const isDone = await trainEpochs(trainer, options)
    await checkpoints?.finish(trainer)
    await options.onEnd?.(trainer, isDone)
    return isDone
  } finally {
    await checkpoints?.close()
  }
}

/** Whoever trains alone does at once what it wishes. */
const ofOneProcess: Pick<Wishes, 'isDue' | 'isDueNow'> = {
  isDue: (_, isWished) => isWished,
  isDueNow: async (_, isWished) => isWished,
}

async function trainEpochs<M extends AnyModel>(trainer: Trainer<M>, options: RunOptions<M>): Promise<boolean> {
  const { validation, validate, onEpochStart, onStepStart, onStep, onEpoch, checkpoints, patience, signal } = options
  let { onProfile } = options
  const end = performance.now() + 1000 * (options.seconds ?? Number.POSITIVE_INFINITY)
  const { wishes = ofOneProcess } = trainer
  let isOver = false
  const isWhole = trainer.accumulate === 1 && trainer.microBatches === undefined
  let yielded = performance.now()
  while (trainer.epoch <= trainer.epochs && !isStale(trainer, patience)) {
    if (await wishes.isDueNow('pause', signal?.aborted === true)) return false
    await onEpochStart?.(trainer)
    while (!trainer.epochIsOver) {
      onStepStart?.(trainer)
      const { hasFullBatch } = trainer
      const batch = isWhole ? await trainer.nextBatch() : undefined
      if (onProfile !== undefined && hasFullBatch) {
        const { report, profile } = await trainer.profile(batch)
        onProfile(profile)
        onProfile = undefined
        onStep?.(report, trainer)
      } else {
        const report = await trainer.step(batch)
        onStep?.(report, trainer)
      }
      if (performance.now() - yielded > turn) {
        await nextTurn()
        yielded = performance.now()
      }
      isOver ||= wishes.isDue('end', performance.now() >= end)
      if (trainer.epochIsOver) break
      if (wishes.isDue('pause', signal?.aborted === true)) return false
      if (isOver) break
      await checkpoints?.afterStep(trainer)
    }
    const measured = validation && (await trainer.evaluate(validation))
    const more =
      validate &&
      (await (await import('../distributed/together.ts')).ofFirstRank(trainer.ranks, () => validate(trainer.kept)))
    const isAveraged = trainer.kept !== trainer.model
    const plain = isAveraged && validation ? await trainer.evaluate(validation, trainer.model) : undefined
    const report = await trainer.endEpoch(measured && { ...measured, ...more }, plain)
    await onEpoch?.(report, trainer)
    await checkpoints?.afterEpoch(trainer)
    isOver ||= await wishes.isDueNow('end', performance.now() >= end)
    if (isOver) return true
  }
  return true
}
