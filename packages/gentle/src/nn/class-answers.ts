/** What a batch's predictions say of classes, and what is true. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { cast, greater } from '../ops/elementwise.ts'
import { argmax, max } from '../ops/reduce.ts'
import { reshape } from '../ops/structure.ts'
import { countedLabels } from './labels.ts'
import { orNaN } from './metrics.ts'
import { type ClassScores, classScores } from './scores.ts'

export interface ClassAnswers {
  readonly scores: ClassScores
  /** The true class of each example, int32 [N]; of targets that are probabilities, the likeliest. */
  readonly labels: Tensor
  /** [N, 1]: 1, and NaN for a label of no class, and where a score is NaN. */
  readonly counts: Tensor
  readonly classes: number
}

/**
 * Predictions and targets as `accuracy` takes them.
 * @throws ShapeError for predictions that are not of classes.
 */
export function classAnswers(prediction: Tensor, target: Tensor, where: string): ClassAnswers {
  const scores = classScores(prediction)
  const [examples] = prediction.shape
  if (scores === undefined)
    throw new ShapeError(`${where}: predictions ${formatShape(prediction.shape)}; expected [N, classes]`)
  const [, classes] = scores.logits.shape
  const isLabel = sizeOf(target.shape) === examples
  // Of one probability an example, that of the second class: it is the truth of predictions of one number alone.
  const single = isLabel && sizeOf(prediction.shape) === examples
  const fits = target.dtype === 'int32' ? isLabel : single || sizeOf(target.shape) === examples * classes
  if (!fits)
    throw new ShapeError(
      `${where}: ${target.dtype} targets ${formatShape(target.shape)}; expected labels [N] or probabilities [N, classes] of predictions ${formatShape(prediction.shape)}`,
    )
  const highest = max(scores.logits, 1)
  if (target.dtype === 'int32') {
    const labels = reshape(target, [examples])
    return { scores, labels, counts: column(orNaN(countedLabels(labels, classes), highest)), classes }
  }
  const labels = single
    ? cast(greater(reshape(target, [examples]), 0.5), 'int32')
    : argmax(reshape(target, [examples, classes]))
  const known = single ? reshape(target, [examples]) : max(reshape(target, [examples, classes]), 1)
  return { scores, labels, counts: column(orNaN(orNaN(constant(1), known), highest)), classes }
}

const column = (x: Tensor): Tensor => reshape(x, [x.shape[0], 1])

/** @throws ArgumentError for what is no label of any classifier. */
export function checkLabel(label: number, where: string): void {
  if (!Number.isInteger(label) || label < 0)
    throw new ArgumentError(`${where}: class is ${label}; expected a label, a whole number of at least 0`)
}

/** @throws ArgumentError for a class that there is not. */
export function checkHas(label: number | undefined, classes: number, where: string): void {
  if (label !== undefined && label >= classes)
    throw new ArgumentError(
      `${where}: class is ${label}, but the predictions are of ${classes} classes, 0 to ${classes - 1}`,
    )
}
