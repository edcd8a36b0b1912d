/** How good predictions of numbers are, beside the loss. */
import { ShapeError } from '../core/errors.ts'
import { formatShape, sameShape, sizeOf } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { abs, mul, sub } from '../ops/elementwise.ts'
import { concat, reshape } from '../ops/structure.ts'
import type { Metric } from './metrics.ts'

/** Predictions and targets as [N, outputs]. @throws ShapeError for shapes that differ. */
function rowsOf(prediction: Tensor, target: Tensor, where: string): readonly [Tensor, Tensor] {
  if (!sameShape(prediction.shape, target.shape) || target.dtype !== 'float32')
    throw new ShapeError(
      `${where}: predictions ${formatShape(prediction.shape)} and ${target.dtype} targets ${formatShape(target.shape)}; expected numbers of one shape`,
    )
  const [examples, ...each] = prediction.shape
  const rows = [examples, sizeOf(each)]
  return [reshape(prediction, rows), reshape(target, rows)]
}

const meanOf = (values: Iterable<number>): number => {
  const all = [...values]
  return all.reduce((sum, value) => sum + value, 0) / all.length
}

/** Mean of |prediction - target|, in the units of the targets, over all outputs. In an evaluation it is `meanAbsoluteError`. */
export const absoluteError: Metric = {
  name: 'meanAbsoluteError',
  better: 'less',
  count: (prediction, target) => {
    const [y, t] = rowsOf(prediction, target, 'meanAbsoluteError')
    return abs(sub(y, t))
  },
  value: (sums, examples) => meanOf(sums.map((sum) => sum / examples)),
}

/** Square root of the mean of (prediction - target)², in the units of the targets; of several outputs, the mean of their roots, as in scikit-learn. */
export const rootMeanSquaredError: Metric = {
  name: 'rootMeanSquaredError',
  better: 'less',
  count: (prediction, target) => {
    const [y, t] = rowsOf(prediction, target, 'rootMeanSquaredError')
    const residual = sub(y, t)
    return mul(residual, residual)
  },
  value: (sums, examples) => meanOf(sums.map((sum) => Math.sqrt(sum / examples))),
}

export interface R2Options {
  /**
   * A number near the targets' mean, by which squares keep their digits where targets are far from 0 for their spread, such as years; R² itself does not depend on
   * it. 0 unless given.
   */
  readonly around?: number
}

/**
 * Coefficient of determination, R²: 1 - Σ (target - prediction)² / Σ (target - mean)². It is 1 where all predictions are right, 0 for predicting the mean of the
 * targets, and below 0 for what is worse than that; of several outputs, their mean. Of targets that are all the same it is 1 where all are met and else 0,
 * as in scikit-learn. In an evaluation it is `r2`.
 */
export const r2 = ({ around = 0 }: R2Options = {}): Metric => ({
  name: 'r2',
  count(prediction, target) {
    const [y, t] = rowsOf(prediction, target, 'r2')
    const residual = sub(y, t)
    const apart = sub(t, around)
    return concat([mul(residual, residual), apart, mul(apart, apart)], 1)
  },
  value(sums, examples) {
    const outputs = sums.length / 3
    const scores = Array.from({ length: outputs }, (_, i) => {
      const [unexplained, apart, squares] = [sums[i], sums[outputs + i], sums[2 * outputs + i]]
      const total = squares - apart ** 2 / examples
      // Squares are rounded to float32: what is left of targets that are all the same is below that.
      if (total > squares * 2 ** -23) return 1 - unexplained / total
      return unexplained === 0 ? 1 : unexplained > 0 ? 0 : Number.NaN
    })
    return meanOf(scores)
  },
})
