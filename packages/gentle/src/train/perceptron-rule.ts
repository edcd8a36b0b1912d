import { ArgumentError, DataError } from '../core/errors.ts'
import type { Dataset } from '../data/dataset.ts'
import { input } from '../graph/tensor.ts'
import { thresholdNeuron } from '../models/perceptron.ts'
import { createModel, type Model, type ModelOptions, traceInference } from '../nn/model.ts'
import { abs, add, cast, mul, sub } from '../ops/elementwise.ts'
import { sum } from '../ops/reduce.ts'
import { reshape } from '../ops/structure.ts'

/** What the rule did with one example. */
export interface PerceptronStep {
  /** From 1. */
  readonly epoch: number
  /** The example's index in the data set. */
  readonly example: number
  /** 0 or 1, by the weights before this step. */
  readonly predicted: number
  readonly target: number
  /** After this step: as they were where the prediction was right. */
  readonly weights: Float32Array
  readonly bias: number
}

export interface PerceptronRuleOptions extends Pick<ModelOptions, 'backend'> {
  /** Passes over the examples at most; 100 unless given. */
  readonly epochs?: number
  /** η; 1 unless given. From weights of 0 it scales them and changes no decision. */
  readonly learningRate?: number
  /** Called after each example. */
  readonly onStep?: (step: PerceptronStep) => void
}

/**
 * Trains a single neuron by the classic rule: for each example in order, w ← w + η (y − ŷ) x and b ← b + η (y − ŷ). It ends when an epoch
 * makes no mistake, which it does after finitely many where a line separates the classes (Novikoff, 1962), and never
 * where none does, as for XOR.
 * @throws DataError for labels other than 0 and 1; ArgumentError for options out of range.
 */
export async function perceptronRule(
  dataset: Dataset,
  { epochs = 100, learningRate = 1, onStep, backend }: PerceptronRuleOptions = {},
): Promise<{ model: Model; mistakes: readonly number[] }> {
  if (!Number.isInteger(epochs) || epochs < 1)
    throw new ArgumentError(`perceptronRule: epochs is ${epochs}; expected a whole number of at least 1`)
  if (dataset.target.dtype !== 'int32' || dataset.classes?.length !== 2)
    throw new DataError(
      `perceptronRule: data set ${dataset.name} does not have two classes; a single neuron separates two`,
    )
  const model = await createModel(thresholdNeuron(), dataset.inputShape, { classes: dataset.classes, backend })
  const x = input([1, ...dataset.inputShape])
  const y = input([1], 'int32')
  const predicted = traceInference(model, x)
  const error = sub(reshape(cast(y, 'float32'), [1, 1]), predicted)
  const [weight, bias] = [...model.parameters.values()]
  const change = mul(error, learningRate)
  const nextWeight = add(weight, mul(change, reshape(x, weight.shape)))
  const nextBias = add(bias, reshape(change, bias.shape))
  const program = await model.backend.compile({
    inputs: { x, y },
    outputs: { mistake: sum(abs(error)), predicted, nextWeight, nextBias },
    updates: [
      [weight, nextWeight],
      [bias, nextBias],
    ],
  })
  const inputs = new Float32Array(weight.shape[1])
  const label = new Int32Array(1)
  const mistakes: number[] = []
  for (let epoch = 0; epoch < epochs && mistakes.at(-1) !== 0; epoch++) {
    let wrong = 0
    for (let i = 0; i < dataset.length; i++) {
      await dataset.read([i], inputs, label)
      if (label[0] !== 0 && label[0] !== 1)
        throw new DataError(
          `perceptronRule: example ${i} of data set ${dataset.name} has label ${label[0]}; expected 0 or 1`,
        )
      const results = await program.run({ x: inputs, y: label })
      wrong += results.mistake.data[0]
      onStep?.({
        epoch: epoch + 1,
        example: i,
        predicted: results.predicted.data[0],
        target: label[0],
        weights: Float32Array.from(results.nextWeight.data),
        bias: results.nextBias.data[0],
      })
    }
    mistakes.push(wrong)
  }
  program.dispose()
  return { model, mistakes }
}
