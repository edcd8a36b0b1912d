/** How precision falls as more objects are found. */
import { ArgumentError } from '../../core/errors.ts'
import { anyArea, outcomes } from './match-group.ts'
import { matchDetections } from './matching.ts'
import type { DetectedObject, TruthObject } from './objects.ts'

/** A point each detection that counts, best score first: what recall and precision are if it is the last that is taken. */
export interface PrecisionRecallCurve {
  /** 0 to 1, rising. */
  readonly recall: number[]
  /** 0 to 1. */
  readonly precision: number[]
  /** Of the detections, falling. */
  readonly scores: number[]
}

export interface PrecisionRecallOptions {
  /** The only category that counts; all, together, unless given. */
  readonly category?: number
  /** Least overlap of a match, 0 to 1; 0.5 unless given. */
  readonly iou?: number
}

/**
 * The curve whose interpolation `averagePrecision` averages. Without detections, or without objects that could be found, it has no points.
 * @throws ArgumentError for an IoU outside 0 to 1, a box that is not finite or has a negative size, and a score that is not finite.
 */
export function precisionRecallCurve(
  truths: readonly TruthObject[],
  detections: readonly DetectedObject[],
  { category, iou = 0.5 }: PrecisionRecallOptions = {},
): PrecisionRecallCurve {
  if (!(iou >= 0 && iou <= 1)) throw new ArgumentError(`precisionRecallCurve: iou is ${iou}; expected 0 to 1`)
  const categories = category === undefined ? undefined : [category]
  const matches = matchDetections(truths, detections, { ious: [iou], areas: [anyArea] }, { categories })
  const positives = matches.reduce((sum, match) => sum + match.positives[0], 0)
  const curve: PrecisionRecallCurve = { recall: [], precision: [], scores: [] }
  if (positives === 0) return curve
  const counted = matches
    .flatMap((match) => Array.from(match.scores, (score, i) => ({ score, outcome: match.outcomes[i] })))
    .filter(({ outcome }) => outcome !== outcomes.ignored)
    .sort((a, b) => b.score - a.score)
  let right = 0
  for (const [i, { score, outcome }] of counted.entries()) {
    if (outcome === outcomes.right) right++
    curve.recall.push(right / positives)
    curve.precision.push(right / (i + 1))
    curve.scores.push(score)
  }
  return curve
}
