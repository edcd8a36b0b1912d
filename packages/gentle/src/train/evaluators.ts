import { type AnyDataset, isNamed } from '../data/dataset.ts'
import type { Ranks } from '../distributed/ranks.ts'
import type { AnyModel } from '../nn/model.ts'
import { type EvaluateOptions, Evaluator, fitted } from './evaluate.ts'
import type { Evaluation } from './evaluation.ts'

/** As of an `Evaluator`. */
type EvaluatorOptions = Omit<EvaluateOptions, 'batchSize'> & { readonly ranks?: Ranks }

/** The evaluations of a training: of its model and its average, on one data set or several. Programs are kept for the next time. */
export class Evaluators {
  readonly #batchSize: number
  readonly #options: EvaluatorOptions
  readonly #evaluators = new Map<AnyModel, Map<AnyDataset, Evaluator>>()

  /** @param batchSize examples a step of named data sets, which may hold sequences */
  constructor(batchSize: number, options: EvaluatorOptions) {
    this.#batchSize = batchSize
    this.#options = options
  }

  /** Loss and metrics of a model on a data set. @throws as `fitted` and `Evaluator.run` */
  async run(model: AnyModel, dataset: AnyDataset): Promise<Evaluation> {
    const ofModel = this.#evaluators.get(model) ?? new Map<AnyDataset, Evaluator>()
    this.#evaluators.set(model, ofModel)
    let evaluator = ofModel.get(dataset)
    if (evaluator === undefined) {
      const examples = await fitted<AnyDataset>(model, dataset)
      // Of sequences, one large batch would be padded to the longest of all.
      const ofNamed = isNamed(examples) ? { batchSize: this.#batchSize } : {}
      evaluator = new Evaluator(model, examples, { ...this.#options, ...ofNamed })
      ofModel.set(dataset, evaluator)
    }
    return evaluator.run()
  }

  dispose(): void {
    for (const ofModel of this.#evaluators.values()) for (const evaluator of ofModel.values()) evaluator.dispose()
  }
}
