/** Metrics: what a reader wants to know beside the loss, each by its name. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape, sizeOf } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { cast, equal, greater, less, mul, notEqual, where } from '../ops/elementwise.ts'
import { oneHot } from '../ops/indexing.ts'
import { argmax, max, sum } from '../ops/reduce.ts'
import { reshape } from '../ops/structure.ts'
import { countedLabels, expectLabels } from './labels.ts'
import type { BatchTensors } from './losses.ts'
import { classScores, scoresOf } from './scores.ts'
import { weighed } from './weighed.ts'

/**
 * A number of a whole data set, counted example by example: what examples contribute is added up, batch by batch, in double precision, and
 * `value` tells the number from the sums; or it `collects` it.
 */
export interface Metric {
  /** By which it stands in an evaluation, such as `accuracy`. */
  readonly name: string
  /** What each example of a batch contributes, [N], or [N, k] for k sums, from predictions [N, ...], targets, and all of the batch. */
  readonly count: (prediction: Tensor, target: Tensor, batch: BatchTensors) => Tensor
  /** The number from the k sums over so many examples; the first sum's mean unless given. Of a metric that collects, from the rows of all, [examples, k]. */
  readonly value?: (counted: Float64Array, examples: number) => number
  /**
   * Whether what examples contribute is kept instead of added up, for what no sums tell, such as the area under a ROC curve. It takes 12 k bytes an example, and such a metric
   * is of evaluations alone: of the epoch under way nothing is kept.
   */
  readonly collects?: boolean
  /** Whether more of it is better, or less; 'more' unless given. */
  readonly better?: 'more' | 'less'
}

/** What was counted, NaN where that is of NaN. */
export const orNaN = (counted: Tensor, of: Tensor): Tensor => where(notEqual(of, of), Number.NaN, counted)

/**
 * Share of the examples that are right, 0 to 1: by the largest logit of [N, classes] against int32 labels [N], or against the likeliest class of
 * float32 probabilities [N, classes]; for one logit an example, [N, 1] or [N], by its sign against int32 or float targets of 0 and 1, and for one
 * sigmoid by whether it is above a half. It is NaN where a logit is, and for labels of no class, which training and evaluation refuse before.
 */
export const accuracy: Metric = {
  name: 'accuracy',
  count(prediction, target) {
    const [examples] = prediction.shape
    const known = (classes: number): Tensor | undefined =>
      target.dtype === 'int32' ? reshape(countedLabels(target, classes), [examples]) : undefined
    const counted = (right: Tensor, logits: Tensor, counts: Tensor | undefined): Tensor =>
      counts === undefined ? orNaN(right, logits) : mul(orNaN(right, logits), counts)
    if (sizeOf(prediction.shape) === examples) {
      const logits = reshape(scoresOf(prediction).logits, [examples])
      const right = equal(greater(logits, 0), greater(cast(reshape(target, [examples]), 'float32'), 0.5))
      return counted(right, logits, known(2))
    }
    const scores = classScores(prediction)
    if (scores === undefined)
      throw new ShapeError(`accuracy: predictions ${formatShape(prediction.shape)}; expected [N, classes]`)
    const { logits } = scores
    const right = equal(argmax(logits), target.dtype === 'int32' ? target : argmax(target))
    return counted(right, max(logits, 1), known(logits.shape[1]))
  },
}

/**
 * Share of the examples whose label is among the k largest logits of [N, classes]; `top5Accuracy` for k = 5. Of scores that are equal at the k-th place each
 * counts, as in TensorFlow's `in_top_k`; scikit-learn takes some of them by their order. As `accuracy`, it is NaN where a logit
 * is, and for labels of no class.
 * @throws ArgumentError for k below 1; `count` throws a ShapeError for other shapes.
 */
export function topKAccuracy(k: number): Metric {
  if (!Number.isInteger(k) || k < 1)
    throw new ArgumentError(`topKAccuracy: k is ${k}; expected a whole number of at least 1`)
  return {
    name: `top${k}Accuracy`,
    count(prediction, labels) {
      const logits = classScores(prediction)?.logits
      const [examples, classes] = logits?.shape ?? []
      if (logits === undefined || !sameShape(labels.shape, [examples]))
        throw new ShapeError(
          `topKAccuracy: logits ${formatShape(prediction.shape)} and labels ${formatShape(labels.shape)}; expected [N, classes] and [N]`,
        )
      expectLabels(labels, classes)
      const own = sum(weighed(oneHot(labels, classes), logits), 1, { keepDims: true })
      const right = less(sum(greater(logits, own), 1), k)
      return orNaN(orNaN(right, reshape(own, [examples])), max(logits, 1))
    },
  }
}
