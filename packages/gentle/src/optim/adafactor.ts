import { sizeOf } from '../core/shape.ts'
import { type Tensor, variable } from '../graph/tensor.ts'
import { add, div, exp, log, maximum, mul, sqrt, sub } from '../ops/elementwise.ts'
import { mean } from '../ops/reduce.ts'
import { reshape } from '../ops/structure.ts'
import {
  checkNonNegative,
  decayed,
  type Optimizer,
  type OptimizerOptions,
  optimizer,
  type WeightDecayOptions,
  weightDecayOf,
} from './optimizer.ts'
import { checkPositive } from './schedule.ts'

export interface AdafactorOptions extends OptimizerOptions, WeightDecayOptions {
  /** How fast old squares are forgotten: in step t they decay by 1 - t^-c; 0.8 unless given. */
  readonly decayExponent?: number
  /** A step is scaled down where the root mean square of its direction would be more; 1 unless given. */
  readonly clipThreshold?: number
  /** Weights whose root mean square is less move as if it were this; 0.001 unless given. */
  readonly smallestScale?: number
}

/** What keeps squares from 0: the paper's ε1. */
const smallestSquare = 1e-30

const rootMeanSquare = (x: Tensor): Tensor => sqrt(mean(mul(x, x)))

/**
 * Adafactor (Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018, algorithms 4 and 5): Adam without momentum, whose running squares of a
 * matrix are kept as means of its rows and columns alone, n + m numbers for n x m weights. The learning rate is a share of the weights' own size: 0.01 moves them by a
 * hundredth of their root mean square at most. The paper's, min(0.01, 1 / √t), is a schedule like any other. Weights with more than two axes, as those of convolutions,
 * are a matrix with a row for each output. Weight decay is apart from the gradient, as in adamW and PyTorch.
 * @throws ArgumentError for options out of range.
 */
export function adafactor({
  decayExponent = 0.8,
  clipThreshold = 1,
  smallestScale = 0.001,
  ...options
}: AdafactorOptions): Optimizer {
  checkPositive(decayExponent, 'adafactor: decayExponent')
  checkPositive(clipThreshold, 'adafactor: clipThreshold')
  checkNonNegative(smallestScale, 'adafactor: smallestScale')
  const decayOf = weightDecayOf(options, 'adafactor')
  const shared = () => {
    const steps = variable([], 0, 'adafactor steps')
    const t = add(steps, 1)
    /** 1 less the decay: of the first step 1, so that it takes its own squares alone. */
    const fresh = exp(mul(log(t), -decayExponent))
    return { variables: [steps], value: fresh, updates: () => [[steps, t] as const] }
  }
  return optimizer(
    { type: 'adafactor', decayExponent, clipThreshold, smallestScale },
    options,
    shared,
    (parameter, fresh) => {
      const weightDecay = decayOf(parameter)
      const isMatrix = parameter.shape.length > 1
      const [rows] = parameter.shape
      const shape = isMatrix ? [rows, sizeOf(parameter.shape) / rows] : parameter.shape
      const means = isMatrix
        ? [variable([rows, 1], 0, `${parameter.name}.rows`), variable([1, shape[1]], 0, `${parameter.name}.columns`)]
        : [variable(shape, 0, `${parameter.name}.square`)]
      return {
        variables: means,
        rule(theta, gradient, rate) {
          const g = reshape(gradient, shape)
          const squares = add(mul(g, g), smallestSquare)
          const taken = isMatrix
            ? [mean(squares, 1, { keepDims: true }), mean(squares, 0, { keepDims: true })]
            : [squares]
          const next = means.map((old, i) => add(mul(old, sub(1, fresh)), mul(taken[i], fresh)))
          // Rows over their mean first: products of small means would be 0.
          const estimate = isMatrix ? mul(div(next[0], mean(next[0])), next[1]) : next[0]
          const direction = div(g, sqrt(maximum(estimate, smallestSquare)))
          const clipped = div(direction, maximum(div(rootMeanSquare(direction), clipThreshold), 1))
          const size = mul(rate, maximum(rootMeanSquare(theta), smallestScale))
          const start = decayed(theta, rate, weightDecay)
          return {
            next: sub(start, reshape(mul(size, clipped), parameter.shape)),
            state: means.map((old, i) => [old, next[i]]),
          }
        },
      }
    },
  )
}
