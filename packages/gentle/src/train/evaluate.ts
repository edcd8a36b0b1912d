import { ArgumentError, DataError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import { type AnyDataset, type Dataset, isNamed, type NamedDataset } from '../data/dataset.ts'
import type { Ranks } from '../distributed/ranks.ts'
import { type BatchLoss, crossEntropy, type Loss } from '../nn/losses.ts'
import type { Metric } from '../nn/metrics.ts'
import { type AnyModel, type InputsModel, type Model, traceInputs } from '../nn/model.ts'
import { planAll } from './batches.ts'
import { checkMetrics, defaultMetrics, type Evaluation, lossOf, measured, Sums, type WholeSums } from './evaluation.ts'
import { BatchPrograms } from './steps.ts'

export interface EvaluateOptions {
  /** crossEntropy unless given. */
  readonly loss?: Loss | BatchLoss
  /** What is reported beside the loss; accuracy where there are classes, else nothing, unless given. */
  readonly metrics?: readonly Metric[]
  /** Examples a step; 256 unless given. */
  readonly batchSize?: number
}

/**
 * @throws ShapeError when the inputs of a model and a data set do not fit together; DataError for an empty set.
 */
export async function checkFits(model: AnyModel, dataset: AnyDataset): Promise<void> {
  if (dataset.length === 0) throw new DataError(`data set ${dataset.name} is empty; expected at least one example`)
  if (!isNamed(dataset) && 'inputShape' in model) checkShapes(model, dataset)
  else (await import('./check-inputs.ts')).checkInputs(model, dataset)
}

/**
 * A data set that fits a model, with its labels as the model counts its classes.
 * @throws ClassesError for classes that the model does not have; and as `checkFits`.
 */
export async function fitted<Data extends AnyDataset>(model: AnyModel, dataset: Data): Promise<Data> {
  await checkFits(model, dataset)
  if (areSame(model.classes, dataset.classes)) return dataset
  const { alignClasses } = await import('./align-classes.ts')
  return alignClasses(model, dataset).data
}

const areSame = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i])

function checkShapes({ inputShape }: Model, dataset: Dataset): void {
  if (!sameShape(inputShape, dataset.inputShape))
    throw new ShapeError(
      `data set ${dataset.name} has examples of shape ${formatShape(dataset.inputShape)}, but the model takes ${formatShape(inputShape)}`,
    )
}

/** @throws ArgumentError for anything but a whole number of at least 1. */
export function checkBatchSize(batchSize: number): void {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new ArgumentError(`batchSize is ${batchSize}; expected a whole number of at least 1`)
}

/** Evaluates a model on a data set that it fits, again and again: its programs are compiled once. */
export class Evaluator {
  readonly #programs: BatchPrograms
  readonly #dataset: AnyDataset
  readonly #batchSize: number
  readonly #metrics: readonly Metric[]
  readonly #ranks: Ranks | undefined

  /** @param options `ranks`: each evaluates a share of the batches, and all have the result */
  constructor(model: AnyModel, dataset: AnyDataset, options: EvaluateOptions & { readonly ranks?: Ranks } = {}) {
    const { loss = crossEntropy, metrics = defaultMetrics(model, dataset), batchSize = 256 } = options
    checkBatchSize(batchSize)
    this.#dataset = dataset
    this.#batchSize = Math.min(batchSize, dataset.length)
    this.#metrics = checkMetrics(metrics)
    this.#ranks = options.ranks
    this.#programs = new BatchPrograms(model.backend, dataset, (batch) => {
      const prediction = traceInputs(model, batch.inputs)
      return { inputs: {}, outputs: measured(lossOf(loss, prediction, batch), prediction, batch, metrics) }
    })
  }

  /** @throws DataError where the loss is not a number because an example holds NaN or an infinity, and for labels that loss or metrics do not know. */
  async run(): Promise<Evaluation> {
    const { batches, read } = await planAll(this.#dataset, this.#batchSize)
    const own: Sums[] = []
    for await (const batch of read(await this.#ownOf(batches))) {
      const results = await this.#programs.run(batch)
      const [loss] = results.loss.data
      if (!Number.isFinite(loss)) {
        const { nonFiniteIn } = await import('./non-finite.ts')
        const fault = nonFiniteIn(batch, this.#dataset)
        if (fault !== undefined)
          throw new DataError(`evaluate: the loss is ${loss}, since ${fault}; fix the example or leave it out`)
      }
      const sums = new Sums(this.#metrics)
      sums.add(results, batch.examples)
      own.push(sums)
    }
    // Batch by batch, in their order, whoever computed them.
    const sums = new Sums(this.#metrics)
    for (const each of await this.#ofAll(own)) sums.addSums(each)
    return sums.evaluation()
  }

  dispose(): void {
    this.#programs.dispose()
  }

  /** The rank's share. */
  async #ownOf<T>(batches: readonly T[]): Promise<readonly T[]> {
    if (this.#ranks === undefined) return batches
    const { shareOf } = await import('../distributed/tree.ts')
    return batches.slice(...shareOf(this.#ranks.rank, this.#ranks.size, batches.length))
  }

  async #ofAll(own: readonly Sums[]): Promise<readonly Sums[]> {
    if (this.#ranks === undefined) return own
    const { gathered } = await import('../distributed/messages.ts')
    const told = await gathered<WholeSums[]>(
      this.#ranks,
      own.map((sums) => sums.whole()),
    )
    return told.flat().map((sums) => new Sums(this.#metrics, sums))
  }
}

/**
 * Mean loss and metrics of a model on a data set. Classes are the same that have the same name, in whatever order.
 * @throws ShapeError when they do not fit; ClassesError for classes that the model does not have; DataError for an empty data set, for labels that are
 * none of the model's classes, and for examples that hold NaN or an infinity where the loss is not a number for that; ArgumentError for options out of
 * range.
 */
export async function evaluate(model: Model, dataset: Dataset, options?: EvaluateOptions): Promise<Evaluation>
export async function evaluate(
  model: InputsModel,
  dataset: NamedDataset,
  options?: EvaluateOptions,
): Promise<Evaluation>
export async function evaluate(
  model: AnyModel,
  dataset: AnyDataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const evaluator = new Evaluator(model, await fitted(model, dataset), options)
  try {
    return await evaluator.run()
  } finally {
    evaluator.dispose()
  }
}
