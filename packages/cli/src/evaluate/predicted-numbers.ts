/** What a model of numbers predicts of a data set, beside the truth. */
import { type Model, predict, sizeOf } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'

export interface PredictedNumbers {
  /** Row by row. */
  readonly inputs: Float32Array
  readonly truth: Float32Array
  readonly predicted: Float32Array
}

/** The inputs and the targets of all examples. */
export async function examplesIn(data: Dataset): Promise<Pick<PredictedNumbers, 'inputs' | 'truth'>> {
  const inputs = new Float32Array(data.length * sizeOf(data.inputShape))
  const truth = new Float32Array(data.length)
  await data.read(
    Array.from({ length: data.length }, (_, i) => i),
    inputs,
    truth,
  )
  return { inputs, truth }
}

export async function predictedNumbers(model: Model, data: Dataset): Promise<PredictedNumbers> {
  const { inputs, truth } = await examplesIn(data)
  const { data: predicted } = await predict(model, inputs)
  return { inputs, truth, predicted }
}

/** What it would cost to predict one number always. */
export function baselineOf(
  constant: number,
  truth: Float32Array,
): { readonly prediction: number; readonly meanAbsoluteError: number; readonly rootMeanSquaredError: number } {
  const mean = (of: (apart: number) => number): number =>
    truth.reduce((sum, value) => sum + of(value - constant), 0) / truth.length
  return {
    prediction: constant,
    meanAbsoluteError: mean(Math.abs),
    rootMeanSquaredError: Math.sqrt(mean((apart) => apart * apart)),
  }
}
