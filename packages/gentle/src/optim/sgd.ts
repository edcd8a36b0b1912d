import { ArgumentError } from '../core/errors.ts'
import { variable } from '../graph/tensor.ts'
import { add, mul, sub } from '../ops/elementwise.ts'
import {
  checkDecay,
  checkNonNegative,
  nothingShared,
  type Optimizer,
  type OptimizerOptions,
  optimizer,
} from './optimizer.ts'

export interface SgdOptions extends OptimizerOptions {
  /** Share μ of the last step's direction that is kept; 0 unless given. */
  readonly momentum?: number
  /** Whether to look ahead along the kept direction (Sutskever et al., 2013, as PyTorch computes it). */
  readonly nesterov?: boolean
  /** λ of the gradient's additional term λ Θ; 0 unless given. */
  readonly weightDecay?: number
}

/**
 * Stochastic gradient descent, Θ ← Θ − η v with v ← μ v + g + λ Θ (Polyak, 1964, in PyTorch's form).
 * @throws ArgumentError for options out of range.
 */
export function sgd({ momentum = 0, nesterov = false, weightDecay = 0, ...options }: SgdOptions): Optimizer {
  checkDecay(momentum, 'sgd: momentum')
  checkNonNegative(weightDecay, 'sgd: weightDecay')
  if (nesterov && momentum === 0) throw new ArgumentError('sgd: nesterov needs a momentum above 0')
  return optimizer(options, nothingShared, (parameter) => {
    const velocity = momentum > 0 ? variable(parameter.shape, 0, `${parameter.name}.velocity`) : undefined
    return {
      variables: velocity === undefined ? [] : [velocity],
      rule(theta, gradient, rate) {
        const g = weightDecay > 0 ? add(gradient, mul(theta, weightDecay)) : gradient
        if (velocity === undefined) return { next: sub(theta, mul(rate, g)), state: [] }
        const v = add(mul(velocity, momentum), g)
        const direction = nesterov ? add(g, mul(v, momentum)) : v
        return { next: sub(theta, mul(rate, direction)), state: [[velocity, v]] }
      },
    }
  })
}
