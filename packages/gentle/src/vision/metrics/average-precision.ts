/** Detection, measured as pycocotools measures boxes with its default parameters. */
import { type AreaRange, anyArea, outcomes } from './match-group.ts'
import { type CategoryMatches, matchDetections } from './matching.ts'
import type { DetectedObject, TruthObject } from './objects.ts'

export type { DetectedObject, TruthObject } from './objects.ts'

/** Every number is 0 to 1, or -1 where there is no object that counts. */
export interface DetectionReport {
  /** Average precision, mean over the IoUs .50, .55, ..., .95 and the categories. */
  readonly AP: number
  /** At an IoU of 0.5. */
  readonly AP50: number
  readonly AP75: number
  /** Of objects up to 32 x 32 square pixels. */
  readonly APsmall: number
  /** Between small and large. */
  readonly APmedium: number
  /** Of objects from 96 x 96 square pixels. */
  readonly APlarge: number
  /** Average recall with one detection an image and category, mean as of AP. */
  readonly AR1: number
  readonly AR10: number
  readonly AR100: number
  readonly ARsmall: number
  readonly ARmedium: number
  readonly ARlarge: number
  /** By the category's id. */
  readonly perCategory: Readonly<Record<number, { readonly AP: number; readonly AP50: number }>>
}

export interface AveragePrecisionOptions {
  /** Those that count; all that occur unless given. */
  readonly images?: readonly number[]
  /** Those that count; all that occur unless given. */
  readonly categories?: readonly number[]
}

/** As numpy.linspace(0.5, 0.95, 10) has them, to the last bit. */
const ious = Array.from({ length: 10 }, (_, i) => 0.5 + i * ((0.95 - 0.5) / 9))
const recalls = Array.from({ length: 101 }, (_, i) => i * 0.01)
const areas: readonly AreaRange[] = [anyArea, [0, 32 ** 2], [32 ** 2, 96 ** 2], [96 ** 2, anyArea[1]]]
const [all, small, medium, large] = areas.keys()

/**
 * Average precision and recall of detections: the best 100 of every category in every image are given to the objects there, best score first,
 * each to the free object that it overlaps most. Crowds, and objects of a size that is not asked for, are ignored, and so is what is given
 * to them. Precision is read at 101 recalls and made to fall. As cocodataset/cocoapi, cocoeval.py (Lin et al., "Microsoft COCO", 2014).
 * @throws ArgumentError for a box that is not finite or has a negative size, and for a score that is not finite.
 */
export function averagePrecision(
  truths: readonly TruthObject[],
  detections: readonly DetectedObject[],
  { images, categories }: AveragePrecisionOptions = {},
): DetectionReport {
  const matches = matchDetections(truths, detections, { ious, areas }, { categories, images })
  const precisions = matches.map((match) => areas.map((_, area) => ious.map((_, t) => meanPrecision(match, area, t))))
  const precision = (area: number, only?: number): number =>
    meanOf(precisions.flatMap((ofAreas) => (only === undefined ? ofAreas[area] : [ofAreas[area][only]])))
  const recall = (area: number, max: number): number =>
    meanOf(matches.flatMap((match) => ious.map((_, t) => recallOf(match, area, t, max))))
  return {
    AP: precision(all),
    AP50: precision(all, 0),
    AP75: precision(all, 5),
    APsmall: precision(small),
    APmedium: precision(medium),
    APlarge: precision(large),
    AR1: recall(all, 1),
    AR10: recall(all, 10),
    AR100: recall(all, 100),
    ARsmall: recall(small, 100),
    ARmedium: recall(medium, 100),
    ARlarge: recall(large, 100),
    perCategory: Object.fromEntries(
      matches.map(({ category }, i) => [category, { AP: meanOf(precisions[i][all]), AP50: precisions[i][all][0] }]),
    ),
  }
}

/** Of what could be measured. */
function meanOf(values: readonly number[]): number {
  const measured = values.filter((value) => value >= 0)
  return measured.length === 0 ? -1 : measured.reduce((sum, value) => sum + value, 0) / measured.length
}

/** Mean over the 101 recalls of the best precision at that recall or a higher one, 0 where it is not reached. */
function meanPrecision({ order, outcomes: rows, positives }: CategoryMatches, area: number, iou: number): number {
  if (positives[area] === 0) return -1
  const row = (area * ious.length + iou) * order.length
  const precision = new Float64Array(order.length)
  const recall = new Float64Array(order.length)
  let [right, wrong] = [0, 0]
  for (let i = 0; i < order.length; i++) {
    const outcome = rows[row + order[i]]
    if (outcome === outcomes.right) right++
    else if (outcome === outcomes.wrong) wrong++
    precision[i] = right / Math.max(1, right + wrong)
    recall[i] = right / positives[area]
  }
  for (let i = order.length - 1; i > 0; i--) if (precision[i] > precision[i - 1]) precision[i - 1] = precision[i]
  let [sum, i] = [0, 0]
  for (const min of recalls) {
    while (i < order.length && recall[i] < min) i++
    if (i === order.length) break
    sum += precision[i]
  }
  return sum / recalls.length
}

/** Share of the objects that are found by the best so many detections of each image. */
function recallOf(
  { ranks, outcomes: rows, positives }: CategoryMatches,
  area: number,
  iou: number,
  max: number,
): number {
  if (positives[area] === 0) return -1
  const row = (area * ious.length + iou) * ranks.length
  let right = 0
  for (let i = 0; i < ranks.length; i++) if (ranks[i] < max && rows[row + i] === outcomes.right) right++
  return right / positives[area]
}
