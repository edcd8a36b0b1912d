import type { Tensor } from '../../graph/tensor.ts'
import { add, div, mul, sqrt, sub } from '../../ops/elementwise.ts'
import { mean } from '../../ops/reduce.ts'

/** (x - mean) / sqrt(variance + epsilon), of the mean and the biased variance over axes. */
export function standardize(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = sub(x, mean(x, axes, { keepAxes: true }))
  const variance = mean(mul(centred, centred), axes, { keepAxes: true })
  return mul(centred, div(1, sqrt(add(variance, epsilon))))
}
