/** What predictions of numbers are judged by, and what belongs to their models. */
import {
  absoluteError,
  type Loss,
  type Metric,
  type Model,
  type ModelColumns,
  meanSquaredError,
  r2,
  rootMeanSquaredError,
} from 'gentle-dl'
import type { TableReading } from 'gentle-dl/data'
import { mul } from 'gentle-dl/ops'

/** What the columns of a table are called, as files of weights tell it. */
export const columnsOf = ({ inputs, label, values }: TableReading): ModelColumns => ({
  ...(inputs && { inputs }),
  ...(label.name !== undefined && { target: label.name }),
  values,
})

/** How good predictions are, by the mean of the training targets. */
export const regressionMetrics = (mean: number): readonly Metric[] => [
  r2({ around: mean }),
  absoluteError,
  rootMeanSquaredError,
]

/** The mean squared error of standardized targets, of predictions and targets in their units. */
export function standardizedError(std: number): Loss {
  return function standardizedSquaredError(prediction, target) {
    return meanSquaredError(mul(prediction, 1 / std), mul(target, 1 / std))
  }
}

/** Mean and standard deviation by which a model's predictions are in units: those of its training targets. */
export function unitsOf({ layer }: Model): { readonly mean: number; readonly std: number } | undefined {
  const { type, options } = (layer.layers?.find(([name]) => name === 'units')?.[1].description ?? { type: '' }) as {
    type: string
    options?: { mean: readonly number[]; std: readonly number[] }
  }
  return type === 'standardize' && options !== undefined ? { mean: options.mean[0], std: options.std[0] } : undefined
}
