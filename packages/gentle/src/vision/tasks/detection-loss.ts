import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import { constant, type Tensor } from '../../graph/tensor.ts'
import { focalLoss, generalizedIoU } from '../../nn/box-losses.ts'
import type { Loss } from '../../nn/losses.ts'
import { logisticLoss, weighed } from '../../nn/weighed.ts'
import { add, div, equal, greater, greaterEqual, less, maximum, mul, neg, sub, where } from '../../ops/elementwise.ts'
import { sum } from '../../ops/reduce.ts'
import { concat, reshape, slice, transpose } from '../../ops/structure.ts'
import { background, ignore, targetRows } from './detection-targets.ts'

/**
 * The loss of a detector's output [N, classes + 5, places] against targets [N, 6, places] of `detectionTarget`: focal loss of the classes at all places (Lin, Goyal,
 * Girshick, He, Dollár, "Focal Loss for Dense Object Detection", 2017), and at places that answer for an object 1 - generalised IoU, weighed by centreness, and the cross-entropy of
 * centreness (FCOS, equation 2 and section 3.3). All are a mean over such places. A label that is not a class of the network's gives NaN.
 * @throws ShapeError for other shapes.
 */
export const detectionLoss: Loss = (prediction, target) => {
  const [examples, values, places] = prediction.shape
  const classes = values - 5
  if (
    prediction.shape.length !== 3 ||
    classes < 1 ||
    formatShape(target.shape) !== formatShape([examples, targetRows, places])
  )
    throw new ShapeError(
      `detectionLoss: predictions ${formatShape(prediction.shape)} and targets ${formatShape(target.shape)}; expected [N, classes + 5, places] and [N, 6, places]`,
    )
  const part = (x: Tensor, from: number, count: number): Tensor => slice(x, [0, from, 0], [examples, count, places])
  const label = part(target, 0, 1)
  const centreness = part(target, 5, 1)
  const answering = greaterEqual(label, 0)
  const objects = maximum(sum(where(less(label, classes), answering, Number.NaN)), 1)

  const numbers = constant(
    Array.from({ length: classes }, (_, c) => c),
    [1, classes, 1],
  )
  // Where anything goes, a logit that is right whatever it is.
  const logits = where(greater(label, (background + ignore) / 2), part(prediction, 0, classes), -30)
  const named = focalLoss(logits, equal(label, numbers))

  const boxOf = (x: Tensor, from: number): Tensor => {
    const distances = part(x, from, 4)
    const nearEdges = slice(distances, [0, 0, 0], [examples, 2, places])
    const farEdges = slice(distances, [0, 2, 0], [examples, 2, places])
    return transpose(concat([neg(nearEdges), farEdges], 1), [0, 2, 1])
  }
  const overlap = generalizedIoU(boxOf(prediction, classes), boxOf(target, 1))
  const weights = slice(target, [0, 5, 0], [examples, 1, places])
  const total = maximum(sum(weights), 1e-3)
  const missed = div(sum(mul(sub(1, reshape(overlap, weights.shape)), weights)), total)

  const middle = part(prediction, classes + 4, 1)
  const uncentred = sum(weighed(answering, logisticLoss(middle, centreness)))
  return add(add(div(named, objects), missed), div(uncentred, objects))
}
