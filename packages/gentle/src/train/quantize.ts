/** Post-training quantization: a trained network in 8 bits. */
import type { Program } from '../backends/backend.ts'
import { ArgumentError, DataError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shape.ts'
import type { Dataset } from '../data/dataset.ts'
import { topologicalOrder } from '../graph/graph.ts'
import type { Op } from '../graph/op.ts'
import { type Input, input, type Tensor } from '../graph/tensor.ts'
import { type ActivationRange, Quantized, type QuantizedPlace, quantizedPlaces } from '../nn/layers/quantized.ts'
import { type Model, traceInference } from '../nn/model.ts'
import { fakeQuantizeOp } from '../ops/fake-quantize.ts'
import { readBatches } from './batches.ts'
import { type Calibration, checkCalibration, Histogram } from './calibration.ts'
import { fitted } from './evaluate.ts'

export interface QuantizeOptions {
  /** How ranges of activations are chosen; 'mse' unless given. */
  readonly calibration?: Calibration
  /** Examples of the sample, drawn from the data set, the same ones each time; 512 unless given. */
  readonly examples?: number
}

/** What 8 bits do to one layer. */
export interface QuantizedLayerError {
  /** The name of its weights; of activations that are added, that of the weights that made them with ` output`. */
  readonly name: string
  /** The error of its results in the whole network in 8 bits, as a share of their size (root mean squares). */
  readonly error: number
  /** The error of the network's outputs where this layer alone is in 8 bits, in the same way. */
  readonly alone: number
}

export interface QuantizedModel {
  readonly model: Model
  readonly layers: readonly QuantizedLayerError[]
}

/** Numbers of activations of a batch, about: what is brought to the host at a time. */
const numbersAtOnce = 16e6

/** Examples by which layers are tried alone, at most. */
const examplesAlone = 64

/**
 * A model that computes in 8 bits what a trained one computes in float32: weights are rounded for each filter, activations in ranges from a sample. It shares the parameters of
 * the model, and can be trained further (quantization-aware fine-tuning), saved and exported like any.
 *
 * ```ts
 * const { model: small, layers } = await quantize(model, train)
 * await saveModel(small, 'small.safetensors')
 * ```
 * @throws ArgumentError for a model that is quantized, or has no convolution or dense layer; DataError where activations are not finite.
 */
export async function quantize(
  model: Model,
  examples: Dataset,
  { calibration = 'mse', examples: count = 512 }: QuantizeOptions = {},
): Promise<QuantizedModel> {
  checkCalibration(calibration)
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError(`quantize: examples is ${count}; expected a whole number of at least 1`)
  const { x, y, places } = traced(model, 1)
  // Also by a file of others, whose description does not tell.
  if (topologicalOrder([y]).some(({ op }) => op === (fakeQuantizeOp as Op)))
    throw new ArgumentError('quantize: the model is quantized already')
  if (places.length === 0)
    throw new ArgumentError(
      'quantize: the model has no convolution and no dense layer; there is nothing to compute in 8 bits',
    )
  const dataset = await fitted(model, examples)
  const perExample = places.reduce((total, { activations }) => total + sizeOf(activations.shape), sizeOf(x.shape))
  // Sets are often in the order of their classes, and the first examples all of one.
  const sample = new Random(0, 'quantize').permutation(dataset.length).subarray(0, count)
  const batchSize = Math.max(1, Math.min(32, sample.length, Math.floor(numbersAtOnce / perExample)))
  const histograms = await histogramsOf(model, dataset, { sample, batchSize, exact: calibration === 'minMax' })
  const ranges = Object.fromEntries([...histograms].map(([name, histogram]) => [name, histogram.range(calibration)]))
  const small = withRanges(model, ranges)
  return {
    model: small,
    layers: await errorsOf(model, small, ranges, dataset, { sample: sample.subarray(0, examplesAlone), batchSize }),
  }
}

const withRanges = (model: Model, ranges: Readonly<Record<string, ActivationRange>>): Model => ({
  ...model,
  layer: Quantized(model.layer, { ranges }),
})

function traced(model: Model, examples: number): { x: Input; y: Tensor; places: QuantizedPlace[] } {
  const x = input([examples, ...model.inputShape])
  const y = traceInference(model, x)
  return { x, y, places: quantizedPlaces(y, x) }
}

interface Sampling {
  /** Examples, by their indices. */
  readonly sample: Uint32Array
  readonly batchSize: number
}

/** Runs a sample through what `trace` makes for a number of examples. */
async function forSample(
  { backend }: Model,
  dataset: Dataset,
  { sample, batchSize }: Sampling,
  trace: (examples: number) => { x: Input; outputs: Record<string, Tensor> },
  visit: (values: Readonly<Record<string, Float32Array>>) => void,
): Promise<void> {
  const programs = new Map<number, Program>()
  try {
    for await (const { indices, inputs } of readBatches(dataset, sample, batchSize)) {
      let program = programs.get(indices.length)
      if (program === undefined) {
        const { x, outputs } = trace(indices.length)
        program = await backend.compile({ inputs: { x }, outputs })
        programs.set(indices.length, program)
      }
      const results = await program.run({ x: inputs.x })
      visit(Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array])))
    }
  } finally {
    for (const program of programs.values()) program.dispose()
  }
}

async function histogramsOf(
  model: Model,
  dataset: Dataset,
  { exact, ...sampling }: Sampling & { readonly exact: boolean },
): Promise<Map<string, Histogram>> {
  const histograms = new Map<string, Histogram>()
  const trace = (examples: number) => {
    const { x, places } = traced(model, examples)
    for (const { name } of places) if (!histograms.has(name)) histograms.set(name, new Histogram())
    return { x, outputs: Object.fromEntries(places.map(({ name, activations }) => [name, activations])) }
  }
  await forSample(model, dataset, sampling, trace, (values) => {
    for (const [name, histogram] of histograms)
      if (!histogram.widen(values[name]))
        throw new DataError(
          `quantize: what ${name} reads is not finite for an example of ${dataset.name}; expected numbers`,
        )
  })
  if (!exact)
    await forSample(model, dataset, sampling, trace, (values) => {
      for (const [name, histogram] of histograms) histogram.count(values[name])
    })
  return histograms
}

/** Sums of squares of differences and of what they are differences of. */
class RelativeError {
  #error = 0
  #size = 0

  add(values: Float32Array, expected: Float32Array): void {
    for (let i = 0; i < expected.length; i++) {
      this.#error += (values[i] - expected[i]) ** 2
      this.#size += expected[i] ** 2
    }
  }

  get value(): number {
    return this.#size === 0 ? 0 : Math.sqrt(this.#error / this.#size)
  }
}

async function errorsOf(
  model: Model,
  small: Model,
  ranges: Readonly<Record<string, ActivationRange>>,
  dataset: Dataset,
  sampling: Sampling,
): Promise<QuantizedLayerError[]> {
  const together = new Map(Object.keys(ranges).map((name) => [name, new RelativeError()]))
  const expected: Float32Array[] = []
  // One program computes with floats and in 8 bits, so that results of layers are there for a batch at a time.
  const both = (examples: number) => {
    const x = input([examples, ...model.inputShape])
    const [y, rounded] = [model, small].map((of) => traceInference(of, x))
    const results = (kind: string, of: Tensor) =>
      quantizedPlaces(of, x).map(({ name, product }) => [`${kind} ${name}`, product] as const)
    return { x, outputs: { ...Object.fromEntries([...results('float', y), ...results('rounded', rounded)]), y } }
  }
  await forSample(model, dataset, sampling, both, (values) => {
    for (const [name, error] of together) error.add(values[`rounded ${name}`], values[`float ${name}`])
    expected.push(values.y)
  })
  const layers: QuantizedLayerError[] = []
  for (const [name, { value: error }] of together) {
    const alone = withRanges(model, { [name]: ranges[name] })
    const difference = new RelativeError()
    let batch = 0
    const trace = (examples: number) => {
      const x = input([examples, ...model.inputShape])
      return { x, outputs: { y: traceInference(alone, x) } }
    }
    await forSample(model, dataset, sampling, trace, ({ y }) => difference.add(y, expected[batch++]))
    layers.push({ name, error, alone: difference.value })
  }
  return layers
}
