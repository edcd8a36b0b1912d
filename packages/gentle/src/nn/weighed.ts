/** Products in which 0 wins, and what losses are made of by them. */
import type { Tensor } from '../graph/tensor.ts'
import { softplus } from '../ops/activations.ts'
import { add, equal, mul, neg, sub, where } from '../ops/elementwise.ts'

/**
 * Values by their weights, where what weighs 0 counts nothing, though it be infinite: p log q is 0 where p is 0 and q, too. A weight that is NaN
 * gives NaN.
 */
export const weighed = (weights: Tensor, values: Tensor): Tensor => where(equal(weights, 0), 0, mul(weights, values))

/**
 * -y log p - (1 - y) log(1 - p), element by element, for shares y and p the sigmoid of a logit. Of each part it is the one that does not
 * cancel: where a logit is sure and right, even infinitely, almost nothing is left.
 */
export const logisticLoss = (logits: Tensor, shares: Tensor): Tensor =>
  add(weighed(shares, softplus(neg(logits))), weighed(sub(1, shares), softplus(logits)))
