import { DataError, ShapeError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import type { Dataset, NamedDataset } from '../data/dataset.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type AnyModel, type InputsModel, type Model, traceInputs } from '../nn/model.ts'
import { classCount, classProbabilities, classScores, outputKind, probabilitiesAlong } from '../nn/scores.ts'
import { allBatches, inOrder, readBatches } from './batches.ts'
import { checkLabels } from './check-labels.ts'
import { checkBatchSize, checkFits, fitted } from './evaluate.ts'
import { Predictor } from './predictor.ts'
import { BatchPrograms } from './steps.ts'

export interface PredictOptions {
  /**
   * Whether to give probabilities of classes, [N, classes]: those that a softmax or sigmoids in the model give, else the softmax of its outputs; of one
   * number an example, those of two classes. Outputs of several axes keep their shape; where they are not probabilities, softmax is taken along the
   * channels of maps, else along the last axis. The outputs as they are unless set.
   */
  readonly probabilities?: boolean
  /** Examples a step; 256 unless given. */
  readonly batchSize?: number
}

/**
 * The model's outputs for inputs [N, ...inputShape], given row-major: [N, ...outputShape]. Of a model that takes inputs by their names, the output for each
 * example of a data set; where examples are sequences and so are outputs, these go on behind the end of shorter examples, as far as their batch.
 * @throws DataError when the number of values is not a multiple of an example's; ShapeError for a data set that the model does not fit.
 */
export async function predict(
  model: Model,
  inputs: Float32Array,
  options?: PredictOptions,
): Promise<NDArray<Float32Array>>
export async function predict(model: InputsModel, data: NamedDataset, options?: PredictOptions): Promise<NDArray[]>
export async function predict(
  model: AnyModel,
  inputs: Float32Array | NamedDataset,
  options: PredictOptions = {},
): Promise<NDArray | NDArray[]> {
  if ('inputs' in model) return predictNamed(model, inputs as NamedDataset, options)
  return predictArray(model, inputs as Float32Array, options)
}

async function predictNamed(
  model: InputsModel,
  data: NamedDataset,
  { probabilities = false, batchSize = 256 }: PredictOptions,
): Promise<NDArray[]> {
  await checkFits(model, data)
  checkBatchSize(batchSize)
  const programs = new BatchPrograms(model.backend, data, ({ inputs }) => {
    const y = traceInputs(model, inputs)
    return { inputs: {}, outputs: { y: probabilities ? namedProbabilities(y) : y } }
  })
  const outputs = new Array<NDArray>(data.length)
  for await (const batch of allBatches(data, batchSize)) {
    const { y } = await programs.run(batch)
    const shape = y.shape.slice(1)
    const size = sizeOf(shape)
    for (const [i, index] of batch.indices.entries())
      outputs[index] = { shape, dtype: y.dtype, data: y.data.slice(i * size, (i + 1) * size) }
  }
  programs.dispose()
  return outputs
}

/** Of outputs [N, classes], of each class; of sequences, along the last axis, however long they are. */
function namedProbabilities(y: Tensor): Tensor {
  const scores = y.shape.length > 2 ? undefined : classScores(y)
  return scores === undefined ? probabilitiesAlong(y, -1) : classProbabilities(scores)
}

async function predictArray(
  model: Model,
  inputs: Float32Array,
  { probabilities = false, batchSize = 256 }: PredictOptions,
): Promise<NDArray<Float32Array>> {
  const classes = probabilities ? classCount(model.outputShape) : undefined
  const outputShape = classes === undefined ? model.outputShape : [classes]
  const [inSize, outSize] = [sizeOf(model.inputShape), sizeOf(outputShape)]
  const examples = inputs.length / inSize
  if (!Number.isInteger(examples) || examples < 1)
    throw new DataError(
      `predict: ${inputs.length} values are not a whole number of examples of shape ${formatShape(model.inputShape)}, ${inSize} values each`,
    )
  checkBatchSize(batchSize)
  const predictor = new Predictor(model, probabilities ? 'probabilities' : 'outputs')
  // Not before the first batch, whose program tells by name what no memory holds.
  let data: Float32Array<ArrayBuffer> | undefined
  for (let start = 0; start < examples; start += batchSize) {
    const end = Math.min(start + batchSize, examples)
    const outputs = await predictor.run(inputs.subarray(start * inSize, end * inSize), end - start)
    data ??= new Float32Array(examples * outSize)
    data.set(outputs, start * outSize)
  }
  predictor.dispose()
  return { shape: [examples, ...outputShape], dtype: 'float32', data: data! }
}

/** How many classes a model tells. @throws ShapeError for one that does not classify. */
export function classesOf({ outputShape }: Model, where: string): number {
  const classes = classCount(outputShape)
  if (classes === undefined)
    throw new ShapeError(`${where}: the model's output has shape ${formatShape(outputShape)}; expected [classes]`)
  return classes
}

/** The class of the largest of an example's scores or probabilities. @throws DataError where one is NaN. */
export function likeliest(values: Float32Array | Float64Array, { name }: Dataset, index: number): number {
  const max = Math.max(...values)
  if (Number.isNaN(max))
    throw new DataError(
      `data set ${name}: the model gives NaN for example ${index}: the example or the weights contain NaN`,
    )
  return values.indexOf(max)
}

/** What a classifier takes the examples of a data set for; labels are the model's. */
export interface Confusion {
  /** Row-major [classes, classes]: how often the row's class was predicted as the column's class. */
  readonly counts: Int32Array
  /** Each example's predicted label. */
  readonly predicted: Int32Array
  /** Each example's true label. */
  readonly labels: Int32Array
  /** How sure the model is of each prediction: the probability of the predicted class, 0 to 1. */
  readonly confidence: Float32Array
  /** Row-major [examples, classes], 0 to 1: the probability of each class. */
  readonly probabilities: Float32Array
}

/** The probability of each class by the scores of all, which add up to 1 unless each class has a probability of its own. */
function probabilitiesOf(scores: Float32Array, independent: boolean): Float64Array {
  if (independent) return Float64Array.from(scores, (score) => 1 / (1 + Math.exp(-score)))
  const max = Math.max(...scores)
  // Of infinite scores, too, the likeliest has power 1.
  const powers = Float64Array.from(scores, (score) => (score === max ? 1 : Math.exp(score - max)))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

/** Whether a model has a probability for each class by itself. */
export const isIndependent = (model: Model): boolean =>
  outputKind(model) === 'sigmoids' && sizeOf(model.outputShape) > 1

/**
 * How often a classifier takes each class for each. Classes are the same that have the same name, in whatever order.
 * @throws ShapeError when model and data set do not fit, or the model does not classify; ClassesError for classes that the model does not have;
 * DataError for labels that are none of the model's classes, and outputs that are NaN.
 */
export async function confusion(model: Model, examples: Dataset): Promise<Confusion> {
  const classes = classesOf(model, 'confusion')
  const dataset = await fitted(model, examples)
  const labels = new Int32Array(dataset.length)
  const predicted = new Int32Array(dataset.length)
  const confidence = new Float32Array(dataset.length)
  const probabilities = new Float32Array(dataset.length * classes)
  const independent = isIndependent(model)
  const counts = new Int32Array(classes * classes)
  const batchSize = Math.min(500, dataset.length)
  const predictor = new Predictor(model, 'scores')
  for await (const { indices, inputs, targets } of readBatches(dataset, inOrder(dataset.length), batchSize)) {
    const [first] = indices
    checkLabels({ examples: indices.length, indices, inputs, targets }, dataset, [{ classes }])
    labels.set(targets, first)
    const logits = await predictor.run(inputs.x, indices.length)
    for (let i = 0; i < indices.length; i++) {
      const own = logits.subarray(i * classes, (i + 1) * classes)
      predicted[first + i] = likeliest(own, dataset, first + i)
      probabilities.set(probabilitiesOf(own, independent), (first + i) * classes)
      confidence[first + i] = probabilities[(first + i) * classes + predicted[first + i]]
      counts[labels[first + i] * classes + predicted[first + i]]++
    }
  }
  predictor.dispose()
  return { counts, predicted, labels, confidence, probabilities }
}
