/** Optimizers whose rate depends on the norms of a layer's weights and of their step, for batches of thousands of examples. */
import { type Tensor, variable } from '../graph/tensor.ts'
import { add, div, greater, mul, sqrt, sub, where } from '../ops/elementwise.ts'
import { sum } from '../ops/reduce.ts'
import { type AdamOptions, complementsOf } from './adam.ts'
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
import { checkPositive } from './schedule.ts'

const norm = (x: Tensor): Tensor => sqrt(sum(mul(x, x)))

/** `above` over `below`, and 1 where one of them is 0. */
const ratioOf = (above: Tensor, below: Tensor): Tensor => where(greater(mul(above, below), 0), div(above, below), 1)

export interface LarsOptions extends OptimizerOptions, WeightDecayOptions {
  /** Share of the last step that is kept; 0.9 unless given. */
  readonly momentum?: number
  /** How far a layer may move in a step, as a share of its weights' norm, at a rate of 1; 0.001 unless given. */
  readonly trustCoefficient?: number
}

/**
 * LARS: each layer's rate is in proportion to the norm of its weights over that of their gradient (You, Gitman and Ginsburg, "Large Batch Training of Convolutional
 * Networks", 2017, algorithm 1). Parameters with one axis, biases and those of normalisation, have the rate itself, as in the authors' code.
 * @throws ArgumentError for options out of range.
 */
export function lars({ momentum = 0.9, trustCoefficient = 0.001, ...options }: LarsOptions): Optimizer {
  checkDecay(momentum, 'lars: momentum')
  checkPositive(trustCoefficient, 'lars: trustCoefficient')
  const decayOf = weightDecayOf(options, 'lars')
  return optimizer({ type: 'lars', momentum, trustCoefficient }, options, nothingShared, (parameter) => {
    const weightDecay = decayOf(parameter)
    const velocity = variable(parameter.shape, 0, `${parameter.name}.velocity`)
    return {
      variables: [velocity],
      rule(theta, gradient, rate) {
        const g = withDecay(gradient, theta, weightDecay)
        const own = (): Tensor => {
          const [weights, slope] = [norm(theta), norm(gradient)]
          const below = weightDecay > 0 ? add(slope, mul(weights, weightDecay)) : slope
          return mul(rate, ratioOf(mul(weights, trustCoefficient), below))
        }
        const v = add(mul(velocity, momentum), mul(theta.shape.length > 1 ? own() : rate, g))
        return { next: sub(theta, v), state: [[velocity, v]] }
      },
    }
  })
}

/** As Adam's; epsilon is 1e-6 unless given, and λ 0.01. */
export type LambOptions = AdamOptions

/**
 * LAMB: Adam's step with weight decay, scaled to the norm of a layer's weights (You et al., "Large Batch Optimization for Deep Learning", 2020, algorithm 2, φ the
 * identity). Parameters with one axis take the step as it is, as in the authors' code.
 * @throws ArgumentError for options out of range.
 */
export function lamb({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-6, ...given }: LambOptions): Optimizer {
  const options = { ...given, weightDecay: given.weightDecay ?? 0.01 }
  checkDecay(beta1, 'lamb: beta1')
  checkDecay(beta2, 'lamb: beta2')
  checkNonNegative(epsilon, 'lamb: epsilon')
  const decayOf = weightDecayOf(options, 'lamb')
  const shared = () => complementsOf(beta1, beta2)
  return optimizer({ type: 'lamb', beta1, beta2, epsilon }, options, shared, (parameter, complements) => {
    const weightDecay = decayOf(parameter)
    const mean = variable(parameter.shape, 0, `${parameter.name}.mean`)
    const square = variable(parameter.shape, 0, `${parameter.name}.square`)
    return {
      variables: [mean, square],
      rule(theta, gradient, rate) {
        const m = add(mul(mean, beta1), mul(gradient, 1 - beta1))
        const v = add(mul(square, beta2), mul(mul(gradient, gradient), 1 - beta2))
        const adapted = div(div(m, complements.first), add(sqrt(div(v, complements.second)), epsilon))
        const direction = withDecay(adapted, theta, weightDecay)
        const own = theta.shape.length > 1 ? mul(rate, ratioOf(norm(theta), norm(direction))) : rate
        return {
          next: sub(theta, mul(own, direction)),
          state: [
            [mean, m],
            [square, v],
          ],
        }
      },
    }
  })
}
