import { ArgumentError } from '../core/errors.ts'
import { type AnyDataset, type Dataset, isNamed, type NamedDataset } from '../data/dataset.ts'
import type { InputsLayer } from '../nn/inputs-layer.ts'
import type { Layer } from '../nn/layer.ts'
import { type AnyModel, createModel, type InputsModel, type Model, readWeights } from '../nn/model.ts'
import { checkBatchSize, checkFits } from './evaluate.ts'
import { Trainer } from './trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'

/**
 * Begins a training of a network, or of a model further: in every epoch all examples are seen once, in an order from the seed.
 * @throws ShapeError when network and data do not fit; DataError for an empty data set; ArgumentError for options out of range.
 */
export async function createTrainer(
  network: Layer | Model,
  data: Dataset,
  options: TrainerOptions,
): Promise<Trainer<Model>>
export async function createTrainer(
  network: InputsLayer | InputsModel,
  data: NamedDataset,
  options: TrainerOptions,
): Promise<Trainer<InputsModel>>
export async function createTrainer(
  network: Layer | Model | InputsLayer | InputsModel,
  data: AnyDataset,
  options: TrainerOptions,
): Promise<Trainer<AnyModel>> {
  const { batchSize = 64, epochs, steps, seed = 0 } = options
  checkBatchSize(batchSize)
  for (const [name, count] of Object.entries({ epochs, steps: steps ?? 1 }))
    if (!Number.isInteger(count) || count < 1)
      throw new ArgumentError(`training: ${name} is ${count}; expected a whole number from 1`)
  const model = 'layer' in network ? network : await modelFor(network, data, { ...options, seed })
  await checkFits(model, data)
  return new Trainer(model, data, options, await readWeights(model))
}

/** A model of a network that takes what a data set gives. */
function modelFor(
  network: Layer | InputsLayer,
  data: AnyDataset,
  { seed, backend }: TrainerOptions,
): Promise<AnyModel> {
  const options = { seed, classes: data.classes, backend }
  return createModel(network as InputsLayer, isNamed(data) ? data.inputs : (data.inputShape as never), options)
}
