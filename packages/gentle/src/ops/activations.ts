/** Activation functions: what makes a network of neurons more than one linear map. */
import { ArgumentError } from '../core/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { apply } from '../graph/tensor.ts'
import {
  add,
  div,
  erf,
  exp,
  expm1,
  greater,
  greaterEqual,
  less,
  log,
  mul,
  relu6Op,
  reluOp,
  sigmoidOp,
  softplusOp,
  stopGradient,
  sub,
  tanhOp,
  where,
} from './elementwise.ts'
import { max, sum } from './reduce.ts'

/** 1 for x >= 0, else 0: Rosenblatt's neuron. Its gradient is 0, which is why networks use smooth ones. */
export const step = (x: Tensor): Tensor => greaterEqual(x, 0)
/** Hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => apply(tanhOp, [x], {})
/** 1 / (1 + exp(-x)). */
export const sigmoid = (x: Tensor): Tensor => apply(sigmoidOp, [x], {})
/** max(x, 0); its gradient at 0 is 0. */
export const relu = (x: Tensor): Tensor => apply(reluOp, [x], {})
/** relu, at most 6 (Krizhevsky, "Convolutional Deep Belief Networks on CIFAR-10", 2010); its gradient at 0 and at 6 is 0. */
export const relu6 = (x: Tensor): Tensor => apply(relu6Op, [x], {})
/**
 * x, but at least `lowest` and at most `highest`; the gradient is 1 from the one to the other, both included.
 * @throws ArgumentError unless lowest <= highest.
 */
export function clip(x: Tensor, lowest: number, highest: number): Tensor {
  if (!(lowest <= highest))
    throw new ArgumentError(`clip: lowest is ${lowest} and highest ${highest}; expected lowest <= highest`)
  const below = where(greater(x, highest), highest, x)
  return where(less(below, lowest), lowest, below)
}
/** x for x > 0, else slope x. */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => where(greater(x, 0), x, mul(x, slope))
/** x for x > 0, else alpha (exp(x) - 1) (Clevert, Unterthiner, Hochreiter, 2015, eq. 15). */
export function elu(x: Tensor, alpha = 1): Tensor {
  const positive = greater(x, 0)
  // Where it is not used, the exponential is kept from overflow; at 0 the gradient is that of the left, alpha.
  return where(positive, x, mul(alpha, expm1(where(positive, 0, x))))
}
/** x Φ(x) with the exact normal distribution function (Hendrycks and Gimpel, 2016, section 2). */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(1, erf(mul(x, Math.SQRT1_2))))
/** x sigmoid(x), also called swish. */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x))
/** log(1 + exp(x)). */
export const softplus = (x: Tensor): Tensor => apply(softplusOp, [x], {})

/** x less its largest value along the axis, so that exp cannot overflow; the shift cancels in both functions below. */
const shifted = (x: Tensor, axis: number): Tensor => sub(x, stopGradient(max(x, axis, { keepDims: true })))

/** exp(x) / Σ exp(x) along an axis: probabilities. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const e = exp(shifted(x, axis))
  return div(e, sum(e, axis, { keepDims: true }))
}

/** log(softmax(x)), computed without overflow. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const z = shifted(x, axis)
  return sub(z, log(sum(exp(z), axis, { keepDims: true })))
}
