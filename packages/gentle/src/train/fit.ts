/** Training in one call: mini-batch gradient descent over epochs, watched on a validation set. */
import type { AnyDataset, Dataset, NamedDataset } from '../data/dataset.ts'
import type { InputsLayer } from '../nn/inputs-layer.ts'
import type { Layer } from '../nn/layer.ts'
import type { AnyModel, InputsModel, Model } from '../nn/model.ts'
import { createTrainer } from './create-trainer.ts'
import type { RestoreOptions } from './fingerprint.ts'
import type { EpochReport } from './reports.ts'
import { type RunOptions, runTraining } from './run-training.ts'
import type { Trainer } from './trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'
import type { TrainingState } from './training-state.ts'

export interface FitOptions<M extends AnyModel = Model>
  extends Omit<TrainerOptions, 'steps'>,
    RunOptions<M>,
    RestoreOptions {
  /** Whether the model ends with the best epoch's parameters or the last one's; 'best' unless given. */
  readonly keep?: 'best' | 'last'
  /** Goes on from the state of an interrupted training. */
  readonly state?: TrainingState
}

export interface FitResult<M extends AnyModel = Model> {
  readonly model: M
  /** All epochs, also those before the state from which it went on. */
  readonly history: readonly EpochReport[]
  /** The epoch whose parameters the model has, from 1; 0 where no epoch was finished. */
  readonly epoch: number
  /** Whether `signal` ended it before its time. */
  readonly interrupted: boolean
  /** What has to be kept to go on. */
  readonly state: TrainingState
}

/**
 * Trains a network, or a model further: in every epoch all examples are seen once, in an order from the seed. It is a loop over a `Trainer`, which
 * gives the same steps one by one.
 * @throws ShapeError when network and data do not fit; ClassesError for data with classes that the model, or the training that goes on, does not have;
 * ArgumentError for options out of range; DivergedTraining, a
 * DivergenceError, when the loss becomes NaN or infinite: its model has the last good epoch's parameters, and it names the example that holds such a
 * number, if one does; DataError for labels that are none of the network's classes; TrainingStateError for a state of another
 * training.
 */
export async function fit(network: Layer | Model, train: Dataset, options: FitOptions): Promise<FitResult>
export async function fit(
  network: InputsLayer | InputsModel,
  train: NamedDataset,
  options: FitOptions<InputsModel>,
): Promise<FitResult<InputsModel>>
export async function fit(
  network: Layer | Model | InputsLayer | InputsModel,
  train: AnyDataset,
  options: FitOptions | FitOptions<InputsModel>,
): Promise<FitResult<AnyModel>> {
  // A training that goes on counts its classes as it did.
  const known = options.state?.fingerprint.classes as readonly string[] | null | undefined
  const trainer = await createTrainer(network as Layer, train as Dataset, {
    ...(options as FitOptions),
    classes: options.classes ?? known ?? undefined,
  })
  return fitTrainer(trainer, options as FitOptions)
}

async function fitTrainer<M extends AnyModel>(trainer: Trainer<M>, options: FitOptions<M>): Promise<FitResult<M>> {
  try {
    if (options.state !== undefined) await trainer.restore(options.state, options)
    const interrupted = !(await runTraining(trainer, options))
    const state = await trainer.state()
    const best = options.keep === 'last' ? 0 : await trainer.useBest()
    if (best === 0) await trainer.useKept()
    const { model, history } = trainer
    return { model, history, epoch: best || history.length, interrupted, state }
  } finally {
    trainer.dispose()
  }
}
