/** Metrics: what a reader wants to know beside the loss. Each is a number of right examples in a batch. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { cast, equal, greater, less, mul } from '../ops/elementwise.ts'
import { oneHot } from '../ops/indexing.ts'
import { argmax, sum } from '../ops/reduce.ts'
import { reshape } from '../ops/structure.ts'

/** How many examples of a batch are right, as a scalar, or the sum over them of how right each is, 0 to 1; from predictions [N, ...] and targets. */
export type Metric = (prediction: Tensor, target: Tensor) => Tensor

/**
 * How many examples are right: by the largest logit of [N, classes] against int32 labels [N], or against the likeliest class of float32
 * probabilities [N, classes]; for one logit an example, [N, 1] or [N], by its sign against int32 or float targets of 0 and 1.
 */
export function countRight(prediction: Tensor, target: Tensor): Tensor {
  const [examples, classes] = prediction.shape
  if (prediction.shape.length === 2 && classes > 1)
    return sum(equal(argmax(prediction), target.dtype === 'int32' ? target : argmax(target)))
  const flat = reshape(prediction, [examples])
  return sum(equal(greater(flat, 0), greater(cast(reshape(target, [examples]), 'float32'), 0.5)))
}

/**
 * How many examples have their label among the k largest logits of [N, classes].
 * @throws ArgumentError for k below 1; ShapeError for other shapes.
 */
export function countTopK(logits: Tensor, labels: Tensor, k: number): Tensor {
  if (!Number.isInteger(k) || k < 1) throw new ArgumentError(`topK: k is ${k}; expected a whole number from 1`)
  const [examples, classes] = logits.shape
  if (logits.shape.length !== 2 || !sameShape(labels.shape, [examples]))
    throw new ShapeError(
      `topK: logits ${formatShape(logits.shape)} and labels ${formatShape(labels.shape)}; expected [N, classes] and [N]`,
    )
  const own = sum(mul(oneHot(labels, classes), logits), 1, { keepDims: true })
  const larger = sum(greater(logits, own), 1)
  return sum(less(larger, k))
}
