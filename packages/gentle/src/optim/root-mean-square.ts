import { variable } from '../graph/tensor.ts'
import { add, div, mul, sqrt, sub } from '../ops/elementwise.ts'
import {
  checkDecay,
  checkNonNegative,
  nothingShared,
  type Optimizer,
  type OptimizerOptions,
  optimizer,
  type WeightDecayOptions,
  weightDecayOf,
  withDecay,
} from './optimizer.ts'

export interface RmsPropOptions extends OptimizerOptions, WeightDecayOptions {
  /** Decay α of the mean of squares; 0.99 unless given. */
  readonly decay?: number
  /** Keeps the divisor from 0; 1e-8 unless given. */
  readonly epsilon?: number
  readonly momentum?: number
}

/**
 * RMSProp: gradients divided by the root of the running mean of their squares (Hinton, lecture 6e of "Neural Networks for Machine
 * Learning", 2012, as PyTorch computes it).
 * @throws ArgumentError for options out of range.
 */
export function rmsProp(options: RmsPropOptions): Optimizer {
  const { decay = 0.99, epsilon = 1e-8, momentum = 0, ...common } = options
  checkDecay(decay, 'rmsProp: decay')
  checkNonNegative(epsilon, 'rmsProp: epsilon')
  checkDecay(momentum, 'rmsProp: momentum')
  const decayOf = weightDecayOf(common, 'rmsProp')
  return optimizer({ type: 'rmsProp', decay, epsilon, momentum }, common, nothingShared, (parameter) => {
    const weightDecay = decayOf(parameter)
    const square = variable(parameter.shape, 0, `${parameter.name}.square`)
    const velocity = momentum > 0 ? variable(parameter.shape, 0, `${parameter.name}.velocity`) : undefined
    return {
      variables: velocity === undefined ? [square] : [square, velocity],
      rule(theta, gradient, rate) {
        const g = withDecay(gradient, theta, weightDecay)
        const s = add(mul(square, decay), mul(mul(g, g), 1 - decay))
        const scaled = div(g, add(sqrt(s), epsilon))
        if (velocity === undefined) return { next: sub(theta, mul(rate, scaled)), state: [[square, s]] }
        const v = add(mul(velocity, momentum), scaled)
        return {
          next: sub(theta, mul(rate, v)),
          state: [
            [square, s],
            [velocity, v],
          ],
        }
      },
    }
  })
}

export interface AdaGradOptions extends OptimizerOptions, WeightDecayOptions {
  /** Keeps the divisor from 0; 1e-10 unless given. */
  readonly epsilon?: number
}

/**
 * AdaGrad: gradients divided by the root of the sum of their squares so far (Duchi, Hazan, Singer, 2011).
 * @throws ArgumentError for options out of range.
 */
export function adaGrad({ epsilon = 1e-10, ...common }: AdaGradOptions): Optimizer {
  checkNonNegative(epsilon, 'adaGrad: epsilon')
  const decayOf = weightDecayOf(common, 'adaGrad')
  return optimizer({ type: 'adaGrad', epsilon }, common, nothingShared, (parameter) => {
    const weightDecay = decayOf(parameter)
    const square = variable(parameter.shape, 0, `${parameter.name}.square`)
    return {
      variables: [square],
      rule(theta, gradient, rate) {
        const g = withDecay(gradient, theta, weightDecay)
        const s = add(square, mul(g, g))
        return { next: sub(theta, mul(rate, div(g, add(sqrt(s), epsilon)))), state: [[square, s]] }
      },
    }
  })
}
