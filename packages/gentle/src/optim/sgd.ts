import { ArgumentError } from '../core/errors.ts'
import { variable } from '../graph/tensor.ts'
import { add, mul, sub } from '../ops/elementwise.ts'
import {
  checkDecay,
  nothingShared,
  type Optimizer,
  type OptimizerOptions,
  optimizer,
  type WeightDecayOptions,
  weightDecayOf,
  withDecay,
} from './optimizer.ts'

export interface SgdOptions extends OptimizerOptions, WeightDecayOptions {
  /** Share μ of the last step's direction that is kept; 0 unless given. */
  readonly momentum?: number
  /** Whether to look ahead along the kept direction (Sutskever et al., 2013, as PyTorch computes it). */
  readonly nesterov?: boolean
}

/**
 * Stochastic gradient descent, Θ ← Θ − η v with v ← μ v + g + λ Θ (Polyak, 1964, in PyTorch's form).
 * @throws ArgumentError for options out of range.
 */
export function sgd({ momentum = 0, nesterov = false, ...options }: SgdOptions): Optimizer {
  checkDecay(momentum, 'sgd: momentum')
  const decayOf = weightDecayOf(options, 'sgd')
  if (nesterov && momentum === 0) throw new ArgumentError('sgd: nesterov needs a momentum above 0')
  return optimizer({ type: 'sgd', momentum, nesterov }, options, nothingShared, (parameter) => {
    const weightDecay = decayOf(parameter)
    const velocity = momentum > 0 ? variable(parameter.shape, 0, `${parameter.name}.velocity`) : undefined
    return {
      variables: velocity === undefined ? [] : [velocity],
      rule(theta, gradient, rate) {
        const g = withDecay(gradient, theta, weightDecay)
        if (velocity === undefined) return { next: sub(theta, mul(rate, g)), state: [] }
        const v = add(mul(velocity, momentum), g)
        const direction = nesterov ? add(g, mul(v, momentum)) : v
        return { next: sub(theta, mul(rate, direction)), state: [[velocity, v]] }
      },
    }
  })
}
