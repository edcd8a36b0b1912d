/** How well masks agree: counted pixel by pixel, told from the counts. */
import { ArgumentError } from '../../core/errors.ts'
import { ignoredPixel } from '../../nn/segmentation-losses.ts'

export interface ClassOverlap {
  /** Pixels of the class in both over pixels of it in either, 0 to 1; -1 for a class that is in neither. */
  readonly iou: number
  /** Twice the pixels of the class in both over the sum of its pixels in each, 0 to 1; -1 for a class that is in neither. */
  readonly dice: number
}

export interface SegmentationReport {
  /** Share of pixels whose class is right, 0 to 1. */
  readonly pixelAccuracy: number
  /** Mean over the classes that are in truth or prediction. */
  readonly meanIoU: number
  /** Mean over the classes that are in truth or prediction. */
  readonly meanDice: number
  /** A class each, in order. */
  readonly perClass: readonly ClassOverlap[]
}

/**
 * Counts the pixels of a mask into `confusion`, row-major [classes, classes]: rows are true classes, columns predicted ones. Pixels whose
 * truth is `ignored` are ignored, whatever was predicted.
 * @throws ArgumentError for masks of different length, a confusion of another size, or a class outside 0 to classes - 1.
 */
export function addToConfusion(
  confusion: Float64Array | number[],
  truth: Uint8Array,
  prediction: Uint8Array,
  classes: number,
  ignored = ignoredPixel,
): void {
  checkSize(confusion, classes)
  if (truth.length !== prediction.length)
    throw new ArgumentError(
      `Masks of ${truth.length} true and ${prediction.length} predicted pixels: expected equal numbers.`,
    )
  for (let i = 0; i < truth.length; i++) {
    const is = truth[i]
    if (is === ignored) continue
    const taken = prediction[i]
    if (is >= classes || taken >= classes) throw unknownClass(i, is, taken, classes, ignored)
    confusion[is * classes + taken]++
  }
}

/**
 * Pixel accuracy, intersection over union (Jaccard's index) and Dice's coefficient of what `addToConfusion` counted. Every number is -1 where
 * no pixel was counted.
 * @throws ArgumentError for a confusion that is not [classes, classes].
 */
export function segmentationMetrics(confusion: Float64Array | readonly number[], classes: number): SegmentationReport {
  checkSize(confusion, classes)
  const perClass: ClassOverlap[] = []
  let [right, all] = [0, 0]
  for (let i = 0; i < classes; i++) {
    const both = confusion[i * classes + i]
    let [truth, predicted] = [0, 0]
    for (let j = 0; j < classes; j++) {
      truth += confusion[i * classes + j]
      predicted += confusion[j * classes + i]
    }
    right += both
    all += truth
    const sum = truth + predicted
    perClass.push(sum === 0 ? { iou: -1, dice: -1 } : { iou: both / (sum - both), dice: (2 * both) / sum })
  }
  const present = perClass.filter(({ iou }) => iou >= 0)
  const mean = (of: keyof ClassOverlap): number =>
    present.length === 0 ? -1 : present.reduce((sum, overlap) => sum + overlap[of], 0) / present.length
  return { pixelAccuracy: all === 0 ? -1 : right / all, meanIoU: mean('iou'), meanDice: mean('dice'), perClass }
}

function checkSize(confusion: ArrayLike<number>, classes: number): void {
  if (confusion.length !== classes * classes)
    throw new ArgumentError(
      `A confusion of ${confusion.length} counts for ${classes} classes: expected ${classes * classes}, one row per true class.`,
    )
}

function unknownClass(at: number, truth: number, prediction: number, classes: number, ignored: number): ArgumentError {
  const [mask, value] = truth >= classes ? ['true', truth] : ['predicted', prediction]
  return new ArgumentError(
    `Pixel ${at} of the ${mask} mask is of class ${value}: expected 0 to ${classes - 1}${mask === 'true' ? `, or ${ignored} for pixels to ignore` : ''}.`,
  )
}
