/** Losses of ONNX: cross entropy of classes along the second axis. */
import type { Tensor } from '../../../graph/tensor.ts'
import { logSoftmax } from '../../../ops/activations.ts'
import { cast, div, equal, greaterEqual, less, maximum, mul, neg, sub, where } from '../../../ops/elementwise.ts'
import { gather, takeAlongAxis } from '../../../ops/indexing.ts'
import { mean, sum } from '../../../ops/reduce.ts'
import { reshape } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { like } from './elements.ts'
import { type Operator, operator } from './operator.ts'

/** The mean, the sum or each of the losses of log-probabilities [N, C, ...] for classes [N, ...], each class with its weight. */
function negativeLogLikelihood(call: OnnxCall, logs: Tensor): Tensor {
  const classes = logs.shape[1]
  const target = cast(call.tensor(1), 'int32')
  const hasIgnored = Object.hasOwn(call.node.attributes, 'ignore_index')
  const counted = hasIgnored ? sub(1, equal(target, call.number('ignore_index', 0))) : undefined
  const known = counted ? where(counted, target, 0) : target
  call.refuseWhere(maximum(less(known, 0), greaterEqual(known, classes)), `has a label outside of ${classes} classes`)
  const places = reshape(known, [known.shape[0], 1, ...known.shape.slice(1)])
  const losses = neg(reshape(takeAlongAxis(logs, places, 1), known.shape))
  const weight = call.optionalTensor(2)
  const each = weight ? gather(weight, known, 0) : undefined
  const factors = [each, counted].filter((tensor) => tensor !== undefined)
  const scaled = factors.reduce(mul, losses)
  // An ignored loss may be infinite, which no factor makes 0.
  const kept = counted ? where(counted, scaled, 0) : scaled
  const reduction = call.choice('reduction', ['mean', 'sum', 'none'], 'mean')
  if (reduction === 'none') return kept
  if (reduction === 'sum') return sum(kept)
  return factors.length === 0 ? mean(kept) : div(sum(kept), sum(factors.reduce(mul)))
}

const attributes = 'ignore_index reduction'

export const lossOperators = {
  NegativeLogLikelihoodLoss: operator(
    (call) => [like(call, 0, negativeLogLikelihood(call, call.tensor(0)))],
    [12, attributes],
    [13, attributes],
    [22, attributes],
  ),
  SoftmaxCrossEntropyLoss: operator(
    (call) => {
      const logs = logSoftmax(call.tensor(0), 1)
      return [like(call, 0, negativeLogLikelihood(call, logs)), like(call, 0, logs)]
    },
    [12, attributes],
    [13, attributes],
  ),
} satisfies Record<string, Operator>
