import type { Program } from '../backends/backend.ts'
import { DataError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import type { Dataset, NamedDataset } from '../data/dataset.ts'
import { input } from '../graph/tensor.ts'
import { type AnyModel, type InputsModel, type Model, traceInference, traceInputs } from '../nn/model.ts'
import { softmax } from '../ops/activations.ts'
import { allBatches, inOrder, readBatches } from './batches.ts'
import { checkBatchSize, checkFits } from './evaluate.ts'
import { BatchPrograms, fieldsOf } from './steps.ts'

export interface PredictOptions {
  /** Whether to give probabilities, softmax of the model's output along its last axis; the output itself unless set. */
  readonly probabilities?: boolean
  /** Examples a step; 256 unless given. */
  readonly batchSize?: number
}

/** Predicts batch after batch: one program a batch size, compiled when first needed. */
export class Predictor {
  readonly #model: Model
  readonly #probabilities: boolean
  readonly #programs = new Map<number, Program>()

  constructor(model: Model, probabilities: boolean) {
    this.#model = model
    this.#probabilities = probabilities
  }

  /** Outputs for so many examples. */
  async run(inputs: Float32Array, examples: number): Promise<Float32Array> {
    const program = this.#programs.get(examples) ?? (await this.#compile(examples))
    return (await program.run({ x: inputs })).y.data as Float32Array
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose()
  }

  async #compile(examples: number): Promise<Program> {
    const { inputShape, backend } = this.#model
    const x = input([examples, ...inputShape])
    const y = traceInference(this.#model, x)
    const program = await backend.compile({ inputs: { x }, outputs: { y: this.#probabilities ? softmax(y) : y } })
    this.#programs.set(examples, program)
    return program
  }
}

/**
 * The model's outputs for inputs [N, ...inputShape], given row-major: [N, ...outputShape]. Of a model that takes inputs by their names, the output for each
 * example of a data set; where examples are sequences and so are outputs, these go on behind the end of shorter examples, as far as their batch.
 * @throws DataError when the number of values is no multiple of an example's; ShapeError for a data set that the model does not fit.
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
  const programs = new BatchPrograms(model.backend, fieldsOf(data), ({ inputs }) => {
    const y = traceInputs(model, inputs)
    return { inputs: {}, outputs: { y: probabilities ? softmax(y) : y } }
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

async function predictArray(
  model: Model,
  inputs: Float32Array,
  { probabilities = false, batchSize = 256 }: PredictOptions,
): Promise<NDArray<Float32Array>> {
  const [inSize, outSize] = [sizeOf(model.inputShape), sizeOf(model.outputShape)]
  const examples = inputs.length / inSize
  if (!Number.isInteger(examples) || examples < 1)
    throw new DataError(
      `predict: ${inputs.length} values are no whole number of examples of shape ${formatShape(model.inputShape)}, ${inSize} values each`,
    )
  checkBatchSize(batchSize)
  const predictor = new Predictor(model, probabilities)
  // Not before the first batch, whose program tells by name what no memory holds.
  let data: Float32Array<ArrayBuffer> | undefined
  for (let start = 0; start < examples; start += batchSize) {
    const end = Math.min(start + batchSize, examples)
    const outputs = await predictor.run(inputs.subarray(start * inSize, end * inSize), end - start)
    data ??= new Float32Array(examples * outSize)
    data.set(outputs, start * outSize)
  }
  predictor.dispose()
  return { shape: [examples, ...model.outputShape], dtype: 'float32', data: data! }
}

/** What a classifier takes the examples of a data set for. */
export interface Confusion {
  /** Row-major [classes, classes]: how often the class of the row was taken for the class of the column. */
  readonly counts: Int32Array
  /** Each example's predicted label. */
  readonly predicted: Int32Array
  /** Each example's true label. */
  readonly labels: Int32Array
}

/**
 * How often a classifier with one logit a class takes each class for each.
 * @throws ShapeError when model and data set do not fit.
 */
export async function confusion(model: Model, dataset: Dataset): Promise<Confusion> {
  await checkFits(model, dataset)
  const [classes] = model.outputShape
  const labels = new Int32Array(dataset.length)
  const predicted = new Int32Array(dataset.length)
  const counts = new Int32Array(classes * classes)
  const batchSize = Math.min(500, dataset.length)
  const predictor = new Predictor(model, false)
  for await (const { indices, inputs, targets } of readBatches(dataset, inOrder(dataset.length), batchSize)) {
    const [first] = indices
    labels.set(targets, first)
    const logits = await predictor.run(inputs.x, indices.length)
    for (let i = 0; i < indices.length; i++) {
      const own = logits.subarray(i * classes, (i + 1) * classes)
      predicted[first + i] = own.indexOf(Math.max(...own))
      counts[labels[first + i] * classes + predicted[first + i]]++
    }
  }
  predictor.dispose()
  return { counts, predicted, labels }
}
