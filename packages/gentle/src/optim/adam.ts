import { type Tensor, type Variable, variable } from '../graph/tensor.ts'
import { add, div, mul, sqrt, sub } from '../ops/elementwise.ts'
import { checkDecay, checkNonNegative, type Optimizer, type OptimizerOptions, optimizer } from './optimizer.ts'

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients; 0.9 unless given. */
  readonly beta1?: number
  /** Decay of the mean of squares; 0.999 unless given. */
  readonly beta2?: number
  /** Keeps the divisor from 0; 1e-8 unless given. */
  readonly epsilon?: number
  /** λ: of the gradient's term λ Θ in adam, of the direct decay Θ ← Θ − η λ Θ in adamW. */
  readonly weightDecay?: number
}

/** β1^t and β2^t of the step being made. */
interface Powers {
  readonly first: Tensor
  readonly second: Tensor
}

function adaptive(options: AdamOptions, where: string, decoupled: boolean, defaultDecay: number): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = defaultDecay, ...common } = options
  checkDecay(beta1, `${where}: beta1`)
  checkDecay(beta2, `${where}: beta2`)
  checkNonNegative(epsilon, `${where}: epsilon`)
  checkNonNegative(weightDecay, `${where}: weightDecay`)

  const shared = () => {
    const first = variable([], 1, 'beta1 power')
    const second = variable([], 1, 'beta2 power')
    const value: Powers = { first: mul(first, beta1), second: mul(second, beta2) }
    return {
      variables: [first, second],
      value,
      updates: (): (readonly [Variable, Tensor])[] => [
        [first, value.first],
        [second, value.second],
      ],
    }
  }
  return optimizer(common, shared, (parameter, powers) => {
    const mean = variable(parameter.shape, 0, `${parameter.name}.mean`)
    const square = variable(parameter.shape, 0, `${parameter.name}.square`)
    return {
      variables: [mean, square],
      rule(theta, gradient, rate) {
        const g = weightDecay > 0 && !decoupled ? add(gradient, mul(theta, weightDecay)) : gradient
        const m = add(mul(mean, beta1), mul(g, 1 - beta1))
        const v = add(mul(square, beta2), mul(mul(g, g), 1 - beta2))
        const divisor = add(div(sqrt(v), sqrt(sub(1, powers.second))), epsilon)
        const moved = div(mul(div(rate, sub(1, powers.first)), m), divisor)
        const start = decoupled && weightDecay > 0 ? mul(theta, sub(1, mul(rate, weightDecay))) : theta
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
export const adam = (options: AdamOptions): Optimizer => adaptive(options, 'adam', false, 0)

/**
 * Adam with weight decay apart from the gradient; λ 0.01 unless given (Loshchilov and Hutter, 2019, algorithm 2).
 * @throws ArgumentError for options out of range.
 */
export const adamW = (options: AdamOptions): Optimizer => adaptive(options, 'adamW', true, 0.01)
