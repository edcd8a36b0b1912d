import { ArgumentError, DataError, ShapeError } from '../core/errors.ts'
import { formatShape, type Shape, sameShape } from '../core/shape.ts'
import type { Dataset } from '../data/dataset.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { crossEntropy, type Loss } from '../nn/losses.ts'
import { countRight, countTopK, type Metric } from '../nn/metrics.ts'
import { type Model, traceInference } from '../nn/model.ts'
import { inOrder, readBatches } from './batches.ts'
import { BatchPrograms, scalarOf } from './steps.ts'

export interface EvaluateOptions {
  /** crossEntropy unless given. */
  readonly loss?: Loss
  /** What counts as right, for `accuracy`; `countRight` where it goes with the shapes unless given. */
  readonly metric?: Metric
  /** Examples a step; 256 unless given. */
  readonly batchSize?: number
  /** Also counts examples whose label is among the k best. */
  readonly topK?: number
}

export interface Evaluation {
  /** Mean over the examples. */
  readonly loss: number
  /** Share of examples that are right, 0 to 1. */
  readonly accuracy: number
  /** Share of examples whose label is among the k best, where asked for. */
  readonly topKAccuracy?: number
}

/**
 * @throws ShapeError when a model and a data set do not fit together; DataError for an empty one.
 */
export function checkFits(
  { inputShape, outputShape }: Pick<Model, 'inputShape' | 'outputShape'>,
  dataset: Dataset,
): void {
  if (dataset.length === 0) throw new DataError(`data set ${dataset.name} is empty; expected at least one example`)
  if (!sameShape(inputShape, dataset.inputShape))
    throw new ShapeError(
      `data set ${dataset.name} has examples of shape ${formatShape(dataset.inputShape)}, but the model takes ${formatShape(inputShape)}`,
    )
  const classes = dataset.classes?.length
  if (
    dataset.target.dtype === 'int32' &&
    classes !== undefined &&
    outputShape.length === 1 &&
    outputShape[0] !== classes
  )
    throw new ShapeError(
      `data set ${dataset.name} has ${classes} classes, but the model's output has shape ${formatShape(outputShape)}; give its last layer ${classes} units`,
    )
}

/** @throws ArgumentError for anything but a whole number from 1. */
export function checkBatchSize(batchSize: number): void {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new ArgumentError(`batchSize is ${batchSize}; expected a whole number from 1`)
}

/** Evaluates a model on data sets of one kind again and again: its programs are compiled once. */
export class Evaluator {
  readonly #programs: BatchPrograms
  readonly #dataset: Dataset
  readonly #batchSize: number

  constructor(model: Model, dataset: Dataset, options: EvaluateOptions = {}) {
    const { loss = crossEntropy, metric, batchSize = 256, topK } = options
    checkFits(model, dataset)
    checkBatchSize(batchSize)
    this.#dataset = dataset
    this.#batchSize = Math.min(batchSize, dataset.length)
    this.#programs = new BatchPrograms(model, dataset, ({ x, y }) => {
      const prediction = traceInference(model, x)
      return {
        inputs: {},
        outputs: {
          loss: loss(prediction, y),
          right: rightIn(prediction, y, dataset, metric),
          topK: topK === undefined ? constant(0) : countTopK(prediction, y, topK),
        },
      }
    })
  }

  async run(): Promise<Evaluation> {
    let [loss, right, topK] = [0, 0, 0]
    for await (const batch of readBatches(this.#dataset, inOrder(this.#dataset.length), this.#batchSize)) {
      const results = await this.#programs.run(batch)
      loss += scalarOf(results, 'loss') * batch.indices.length
      right += scalarOf(results, 'right')
      topK += scalarOf(results, 'topK')
    }
    const { length } = this.#dataset
    return { loss: loss / length, accuracy: right / length, topKAccuracy: topK / length }
  }

  dispose(): void {
    this.#programs.dispose()
  }
}

/** How many examples are right, by the metric that is given or the usual one; 0 where there is none. */
export function rightIn(prediction: Tensor, y: Tensor, dataset: Dataset, metric: Metric | undefined): Tensor {
  if (metric !== undefined) return metric(prediction, y)
  return countsRight(prediction.shape, y.shape, dataset) ? countRight(prediction, y) : constant(0)
}

/**
 * Whether right and wrong mean something: labels, or probabilities of classes that the data set names, against logits; or one logit against a
 * target of 0 or 1.
 */
export const countsRight = (prediction: Shape, target: Shape, { classes }: Pick<Dataset, 'classes'>): boolean =>
  (prediction.length === 2 && target.length === 1) ||
  (prediction.length === 2 && prediction[1] === 1) ||
  (prediction.length === 2 && prediction[1] === classes?.length && sameShape(prediction, target)) ||
  prediction.length === 1

/**
 * Mean loss and accuracy of a model on a data set.
 * @throws ShapeError when they do not fit; DataError for an empty data set; ArgumentError for options out of range.
 */
export async function evaluate(model: Model, dataset: Dataset, options: EvaluateOptions = {}): Promise<Evaluation> {
  const evaluator = new Evaluator(model, dataset, options)
  const { loss, accuracy, topKAccuracy } = await evaluator.run()
  evaluator.dispose()
  return options.topK === undefined ? { loss, accuracy } : { loss, accuracy, topKAccuracy }
}
