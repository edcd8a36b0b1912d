import { gradients } from '../../src/autodiff/gradients.ts'
import type { Tensor, Variable } from '../../src/graph/tensor.ts'
import { mul, sub } from '../../src/ops/index.ts'

/** The lecture's step: each parameter less the learning rate times its gradient. */
export function descend(loss: Tensor, parameters: readonly Variable[], learningRate: number): [Variable, Tensor][] {
  const slopes = gradients(loss, parameters)
  return parameters.map((parameter, i) => [parameter, sub(parameter, mul(learningRate, slopes[i]))])
}
