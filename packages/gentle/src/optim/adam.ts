import { type Tensor, type Variable, variable } from '../graph/tensor.ts'
import { add, div, mul, sqrt, sub } from '../ops/elementwise.ts'
import {
  checkDecay,
  checkNonNegative,
  decayed,
  type Optimizer,
  type OptimizerOptions,
  optimizer,
  type WeightDecayOptions,
  weightDecayOf,
  withDecay,
} from './optimizer.ts'

export interface AdamOptions extends OptimizerOptions, WeightDecayOptions {
  /** Decay of the mean of gradients; 0.9 unless given. */
  readonly beta1?: number
  /** Decay of the mean of squares; 0.999 unless given. */
  readonly beta2?: number
  /** Keeps the divisor from 0; 1e-8 unless given. */
  readonly epsilon?: number
}

/**
 * 1 − β1^t and 1 − β2^t of the step t being made. They are kept as such: float32 would lose digits in the difference of 1 and a power
 * close to it.
 */
export interface Complements {
  readonly first: Tensor
  readonly second: Tensor
}

/** Makes the state of the complements, which all parameters share. */
export function complementsOf(beta1: number, beta2: number) {
  const first = variable([], 0, 'beta1 complement')
  const second = variable([], 0, 'beta2 complement')
  const value: Complements = {
    first: add(mul(first, beta1), 1 - beta1),
    second: add(mul(second, beta2), 1 - beta2),
  }
  return {
    variables: [first, second],
    value,
    updates: (): (readonly [Variable, Tensor])[] => [
      [first, value.first],
      [second, value.second],
    ],
  }
}

function adaptive(options: AdamOptions, where: string, decoupled: boolean): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, ...common } = options
  checkDecay(beta1, `${where}: beta1`)
  checkDecay(beta2, `${where}: beta2`)
  checkNonNegative(epsilon, `${where}: epsilon`)
  const decayOf = weightDecayOf(common, where)

  const shared = () => complementsOf(beta1, beta2)
  return optimizer({ type: where, beta1, beta2, epsilon }, common, shared, (parameter, complements) => {
    const weightDecay = decayOf(parameter)
    const mean = variable(parameter.shape, 0, `${parameter.name}.mean`)
    const square = variable(parameter.shape, 0, `${parameter.name}.square`)
    return {
      variables: [mean, square],
      rule(theta, gradient, rate) {
        const g = decoupled ? gradient : withDecay(gradient, theta, weightDecay)
        const m = add(mul(mean, beta1), mul(g, 1 - beta1))
        const v = add(mul(square, beta2), mul(mul(g, g), 1 - beta2))
        const divisor = add(div(sqrt(v), sqrt(complements.second)), epsilon)
        const moved = div(mul(div(rate, complements.first), m), divisor)
        const start = decoupled ? decayed(theta, rate, weightDecay) : theta
        return {
          next: sub(start, moved),
          state: [
            [mean, m],
            [square, v],
          ],
        }
      },
    }
  })
}

/**
 * Adam (Kingma and Ba, 2015, algorithm 1).
 * @throws ArgumentError for options out of range.
 */
export const adam = (options: AdamOptions): Optimizer => adaptive(options, 'adam', false)

/**
 * Adam with weight decay apart from the gradient; λ 0.01 unless given (Loshchilov and Hutter, 2019, algorithm 2).
 * @throws ArgumentError for options out of range.
 */
export const adamW = (options: AdamOptions): Optimizer =>
  adaptive({ ...options, weightDecay: options.weightDecay ?? 0.01 }, 'adamW', true)
