/**
 * Models and trainings of either kind of network: the library's types say that network and data are of one kind; a `Preparation` says it in words.
 */
import {
  type AnyModel,
  createModel,
  createTrainer,
  type InputsLayer,
  type Layer,
  type ModelOptions,
  type Trainer,
  type TrainerOptions,
} from 'gentle-dl'
import type { AnyDataset, Dataset } from 'gentle-dl/data'

/** A model for the examples of a data set. */
export const modelFor = (network: Layer | InputsLayer, data: AnyDataset, options: ModelOptions): Promise<AnyModel> =>
  'applyInputs' in network
    ? createModel(network, (data as Exclude<AnyDataset, Dataset>).inputs, options)
    : createModel(network, (data as Dataset).inputShape, options)

export const trainerFor = createTrainer as (
  model: AnyModel,
  train: AnyDataset,
  options: TrainerOptions,
) => Promise<Trainer<AnyModel>>
