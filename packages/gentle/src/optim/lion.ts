import { variable } from '../graph/tensor.ts'
import { add, mul, sign, sub } from '../ops/elementwise.ts'
import {
  checkDecay,
  decayed,
  nothingShared,
  type Optimizer,
  type OptimizerOptions,
  optimizer,
  type WeightDecayOptions,
  weightDecayOf,
} from './optimizer.ts'

export interface LionOptions extends OptimizerOptions, WeightDecayOptions {
  /** Share of the kept direction in the one whose sign is taken; 0.9 unless given. */
  readonly beta1?: number
  /** Decay of the kept direction; 0.99 unless given. */
  readonly beta2?: number
}

/**
 * Lion: each parameter moves by the rate, in the direction's sign alone; weight decay is apart from the gradient, as in adamW (Chen et al., "Symbolic Discovery of
 * Optimization Algorithms", 2023, algorithm 2). Good rates are 3 to 10 times smaller than adamW's, and good weight decays as many times larger (section 5).
 * @throws ArgumentError for options out of range.
 */
export function lion({ beta1 = 0.9, beta2 = 0.99, ...options }: LionOptions): Optimizer {
  checkDecay(beta1, 'lion: beta1')
  checkDecay(beta2, 'lion: beta2')
  const decayOf = weightDecayOf(options, 'lion')
  return optimizer({ type: 'lion', beta1, beta2 }, options, nothingShared, (parameter) => {
    const weightDecay = decayOf(parameter)
    const mean = variable(parameter.shape, 0, `${parameter.name}.mean`)
    return {
      variables: [mean],
      rule(theta, gradient, rate) {
        const direction = sign(add(mul(mean, beta1), mul(gradient, 1 - beta1)))
        const start = decayed(theta, rate, weightDecay)
        return {
          next: sub(start, mul(rate, direction)),
          state: [[mean, add(mul(mean, beta2), mul(gradient, 1 - beta2))]],
        }
      },
    }
  })
}
