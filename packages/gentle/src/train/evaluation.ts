/** Means over examples: the loss, and metrics by their names. */
import type { TypedArray } from '../core/dtype.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { joined } from '../core/joined.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import { type AnyDataset, isNamed } from '../data/dataset.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { BatchLoss, BatchTensors, Loss } from '../nn/losses.ts'
import { accuracy, type Metric } from '../nn/metrics.ts'
import type { AnyModel, Model } from '../nn/model.ts'
import { classCount } from '../nn/scores.ts'

/** How good a model is: its loss and its metrics, each under its name. */
export interface Evaluation {
  /** Mean over the examples. */
  readonly loss: number
  /** Share of the examples that are right, 0 to 1, where there are classes. */
  readonly accuracy?: number
  readonly [metric: string]: number | undefined
}

/**
 * The metrics of a data set unless others are asked for: accuracy where right and wrong mean something, for labels and for probabilities of
 * classes that the set names; none for numbers to be met.
 */
export function defaultMetrics(model: AnyModel, dataset: AnyDataset): Metric[] {
  const { target, classes } = dataset
  if (isNamed(dataset)) {
    const { dtype, shape, sequence } = dataset.target
    return dtype === 'int32' && shape.length === 0 && sequence === undefined ? [accuracy] : []
  }
  const { outputShape } = model as Model
  const count = classCount(outputShape)
  const targets = target.shape.length
  const single = (shape: Shape): boolean => shape.length === 0 || (shape.length === 1 && shape[0] === 1)
  const labels = target.dtype === 'int32' && targets === 0 && count !== undefined
  const probabilities =
    classes !== undefined &&
    count !== undefined &&
    (sizeOf(outputShape) === 1 ? single(target.shape) : targets === 1 && target.shape[0] === count)
  return labels || probabilities ? [accuracy] : []
}

/** @throws ArgumentError for two metrics of one name, and names that evaluations have already. */
export function checkMetrics(metrics: readonly Metric[]): readonly Metric[] {
  const names = new Set(['loss'])
  for (const { name } of metrics) {
    if (names.has(name)) throw new ArgumentError(`metrics: the name '${name}' is taken; give each metric its own`)
    names.add(name)
  }
  return metrics
}

/** Those that are told of an epoch while it goes on: a metric that collects would have to keep all of it. */
export const countedInTraining = (metrics: readonly Metric[]): readonly Metric[] =>
  metrics.filter(({ collects }) => collects !== true)

/** What a program gives for a metric is under this name. */
const outputOf = (name: string): string => `metric ${name}`

/** The value of a loss of either kind. */
export const lossOf = (loss: Loss | BatchLoss, prediction: Tensor, batch: BatchTensors): Tensor =>
  typeof loss === 'function' ? loss(prediction, batch.target) : loss.of(prediction, batch.target, batch)

/** The outputs of a program whose results `Sums` adds up. */
export const measured = (
  loss: Tensor,
  prediction: Tensor,
  batch: BatchTensors,
  metrics: readonly Metric[],
): Record<string, Tensor> => ({
  loss,
  ...Object.fromEntries(metrics.map((metric) => [outputOf(metric.name), countOf(metric, prediction, batch)])),
})

/** @throws ShapeError for a metric that does not count example by example. */
function countOf({ name, count }: Metric, prediction: Tensor, batch: BatchTensors): Tensor {
  const counted = count(prediction, batch.target, batch)
  const [examples] = prediction.shape
  if (counted.shape[0] !== examples || counted.shape.length > 2)
    throw new ShapeError(
      `metric ${name}: it counts ${formatShape(counted.shape)}; expected [${examples}] or [${examples}, k], one row per example`,
    )
  return counted
}

/** What has been added up, as plain numbers. */
export interface RunningSums {
  readonly examples: number
  readonly loss: number
  /** The sums of each metric by its name. */
  readonly metrics: Readonly<Record<string, readonly number[]>>
}

/** As plain numbers, also what metrics collect. */
export interface WholeSums extends RunningSums {
  /** What each metric that collects has of each example, by its name. */
  readonly collected: Readonly<Record<string, readonly number[]>>
}

/** Sums over examples, from which their means are computed, and what metrics collect of each. */
export class Sums {
  readonly #metrics: readonly Metric[]
  readonly #sums: Float64Array[]
  /** Of metrics that collect, what each batch gave. */
  readonly #collected: TypedArray[][]
  #examples = 0
  #loss = 0

  constructor(
    metrics: readonly Metric[],
    { examples, loss, metrics: sums, collected = {} }: RunningSums & Partial<WholeSums> = nothing,
  ) {
    this.#metrics = metrics
    this.#examples = examples
    this.#loss = loss
    this.#sums = metrics.map(({ name }) => Float64Array.from(sums[name] ?? []))
    this.#collected = metrics.map(({ name }) =>
      collected[name] === undefined ? [] : [Float64Array.from(collected[name])],
    )
  }

  get examples(): number {
    return this.#examples
  }

  /** Mean loss so far. */
  get loss(): number {
    return this.#loss / this.#examples
  }

  /** Adds what a program gave for this many examples. */
  add(results: Record<string, NDArray>, examples: number): void {
    this.#examples += examples
    this.#loss += results.loss.data[0] * examples
    for (const [i, { name, collects }] of this.#metrics.entries()) {
      const { data } = results[outputOf(name)]
      if (collects) {
        this.#collected[i].push(data)
        continue
      }
      const sums = this.#room(i, data.length / examples)
      for (let j = 0; j < data.length; j++) sums[j % sums.length] += data[j]
    }
  }

  /** Adds what others have added up. */
  addSums(other: Sums): void {
    this.#examples += other.#examples
    this.#loss += other.#loss
    for (const [i, collected] of other.#collected.entries()) this.#collected[i].push(...collected)
    for (const [i, added] of other.#sums.entries()) {
      const sums = this.#room(i, added.length)
      for (let j = 0; j < added.length; j++) sums[j] += added[j]
    }
  }

  evaluation(): Evaluation {
    const values = this.#metrics.map(({ name, value = firstMean, collects }, i): [string, number] => [
      name,
      value(collects ? joined(Float64Array, this.#collected[i]) : this.#sums[i], this.#examples),
    ])
    return { loss: this.loss, ...Object.fromEntries(values) }
  }

  soFar(): RunningSums {
    const metrics = this.#metrics.map(({ name }, i): [string, number[]] => [name, [...this.#sums[i]]])
    return { examples: this.#examples, loss: this.#loss, metrics: Object.fromEntries(metrics) }
  }

  /** As `soFar`, with what metrics collect. */
  whole(): WholeSums {
    const collected = this.#metrics.flatMap(({ name, collects }, i): [string, number[]][] =>
      collects ? [[name, this.#collected[i].flatMap((batch) => [...batch])]] : [],
    )
    return { ...this.soFar(), collected: Object.fromEntries(collected) }
  }

  #room(i: number, count: number): Float64Array {
    if (this.#sums[i].length === 0) this.#sums[i] = new Float64Array(count)
    return this.#sums[i]
  }
}

const nothing: RunningSums = { examples: 0, loss: 0, metrics: {} }

const firstMean = ([sum]: Float64Array, examples: number): number => sum / examples
