import { ArgumentError, DataError, ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import { type AnyDataset, type Dataset, isNamed, type NamedDataset } from '../data/dataset.ts'
import type { InputsLayer } from '../nn/inputs-layer.ts'
import type { Layer } from '../nn/layer.ts'
import { type AnyModel, createModel, type InputsModel, type Model, readWeights } from '../nn/model.ts'
import { classCount } from '../nn/scores.ts'
import { checkBatchSize, fitted } from './evaluate.ts'
import { Trainer } from './trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'

/**
 * Begins a training of a network, or of a model further: in every epoch all examples are seen once, in an order from the seed.
 * @throws ShapeError when network and data do not fit; ClassesError for data with classes that a model does not have; DataError for an empty data set, and
 * for one whose labels are all the same, where the network is not a model that has learned others; ArgumentError for options out of range.
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
  const { batchSize = 64, epochs, steps, seed = 0, ema, accumulate = 1 } = options
  checkBatchSize(batchSize)
  for (const [name, count] of Object.entries({ epochs, steps: steps ?? 1, accumulate }))
    if (!Number.isInteger(count) || count < 1)
      throw new ArgumentError(`training: ${name} is ${count}; expected a whole number of at least 1`)
  if (options.shuffle === false && options.shortestFirst === true)
    throw new ArgumentError(
      'training: shuffle: false and shortestFirst: true ask for two orders of the examples; choose one',
    )
  const division = await divisionFor(options)
  const microBatches = division?.microBatchesOf(options)
  if (ema !== undefined && !(ema > 0 && ema < 1))
    throw new ArgumentError(`training: ema is ${ema}; expected a decay above 0 and below 1, such as 0.999`)
  if (!('layer' in network)) checkLabelsDiffer(data)
  const model = 'layer' in network ? network : await modelFor(network, data, { ...options, seed })
  const examples = await fitted(model, data)
  division?.checkShares({ ...options, microBatches }, examples)
  const first = await readWeights(model)
  const average = ema && new (await import('./weight-average.ts')).WeightAverage(model, ema, first)
  const planRemat = options.remat ? (await import('../autodiff/remat-plan.ts')).planRemat : undefined
  return new Trainer(model, examples, { ...options, microBatches }, first, {
    average: average || undefined,
    planRemat,
    wishes: division?.wishesOf(options.ranks),
  })
}

/** What batches that are not divided do without. */
const divisionFor = async ({ microBatches, ranks, syncBatchNorm }: TrainerOptions) =>
  microBatches === undefined && ranks === undefined && !syncBatchNorm ? undefined : import('./division.ts')

/** A model of a network that takes what a data set gives. */
async function modelFor(
  network: Layer | InputsLayer,
  data: AnyDataset,
  { seed, backend, classes = data.classes }: TrainerOptions,
): Promise<AnyModel> {
  const options = { seed, classes, backend }
  const made = await createModel(
    network as InputsLayer,
    isNamed(data) ? data.inputs : (data.inputShape as never),
    options,
  )
  if (!('inputs' in made)) checkUnits(made, data)
  return made
}

/** @throws ShapeError for a network that has not as many outputs as there are classes. */
function checkUnits({ outputShape, classes }: Model, { name, target }: AnyDataset): void {
  const count = classCount(outputShape)
  if (target.dtype !== 'int32' || target.shape.length > 0 || classes === undefined || count === undefined) return
  if (count !== classes.length)
    throw new ShapeError(
      `data set ${name}: there are ${classes.length} classes, but the network's output has shape ${formatShape(outputShape)}; give its last layer ${classes.length} units`,
    )
}

/** Of labels that are all the same nothing is learned, but the loss falls to 0. One example may be learned by heart. @throws DataError for such. */
function checkLabelsDiffer({ name, labels, classes, length }: AnyDataset): void {
  if (labels === undefined || length < 2) return
  for (let i = 1; i < length; i++) if (labels[i] !== labels[0]) return
  throw new DataError(
    `training: all ${length} examples of data set ${name} are of class ${classes?.[labels[0]] ?? labels[0]}; expected examples of at least two classes`,
  )
}
