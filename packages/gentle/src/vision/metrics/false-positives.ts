/** What a detector's mistakes are: Hoiem, Chodpathumwan and Dai, "Diagnosing Error in Object Detectors", ECCV 2012, section 2. */
import { ArgumentError } from '../../core/errors.ts'
import { intersectionOverUnion } from '../boxes.ts'
import { anyArea, outcomes } from './match-group.ts'
import { matchDetections } from './matching.ts'
import type { DetectedObject, TruthObject } from './objects.ts'

/**
 * What a false detection is, the first that fits: a `duplicate` is on an object of its class that a better detection has; a `localization` error overlaps one
 * of its class too little; `otherClass` is on an object of another class; and in the `background` there is nothing. Hoiem et al. count duplicates among localization errors.
 */
export const falsePositiveKinds = ['duplicate', 'localization', 'otherClass', 'background'] as const

export type FalsePositiveKind = (typeof falsePositiveKinds)[number]

/** How many detections are right, and how many are wrong in which way. */
export type DetectionCounts = Readonly<Record<'right' | FalsePositiveKind, number>>

export interface FalsePositives {
  /** Of all categories. */
  readonly all: DetectionCounts
  /** By the category's id. */
  readonly perCategory: Readonly<Record<number, DetectionCounts>>
}

export interface FalsePositiveOptions {
  /** Least overlap of a detection that is right, 0 to 1; 0.5 unless given. */
  readonly iou?: number
  /** Least overlap with an object that a detection has to do with, 0 to `iou`; 0.1 unless given. */
  readonly leastOverlap?: number
}

/**
 * Counts the detections of best scores by what they are: of each category as many as there are objects of it, so that no threshold is needed and a perfect detector
 * has all of them right. What falls on crowds does not count.
 * @throws ArgumentError for overlaps out of range, boxes that are not finite or have negative sizes, and scores that are not finite.
 */
export function falsePositives(
  truths: readonly TruthObject[],
  detections: readonly DetectedObject[],
  { iou = 0.5, leastOverlap = 0.1 }: FalsePositiveOptions = {},
): FalsePositives {
  if (!(iou > 0 && iou <= 1)) throw new ArgumentError(`falsePositives: iou is ${iou}; expected above 0, at most 1`)
  if (!(leastOverlap > 0 && leastOverlap <= iou))
    throw new ArgumentError(
      `falsePositives: leastOverlap is ${leastOverlap}; expected above 0, at most the iou, ${iou}`,
    )
  const byImage = Map.groupBy(
    truths.filter(({ crowd }) => crowd !== true),
    ({ image }) => image,
  )
  const kindOf = ({ image, category, box }: DetectedObject): FalsePositiveKind => {
    let [own, other] = [0, 0]
    for (const truth of byImage.get(image) ?? []) {
      const overlap = intersectionOverUnion(truth.box, box)
      if (truth.category === category) own = Math.max(own, overlap)
      else other = Math.max(other, overlap)
    }
    if (own >= iou) return 'duplicate'
    if (own >= leastOverlap) return 'localization'
    return other >= leastOverlap ? 'otherClass' : 'background'
  }
  const none = () => ({ right: 0, duplicate: 0, localization: 0, otherClass: 0, background: 0 })
  const all = none()
  const perCategory: Record<number, DetectionCounts> = {}
  for (const match of matchDetections(truths, detections, { ious: [iou], areas: [anyArea] }, {})) {
    const counts = none()
    let left = match.positives[0]
    for (const at of match.order) {
      if (left === 0) break
      if (match.outcomes[at] === outcomes.ignored) continue
      left--
      const kind = match.outcomes[at] === outcomes.right ? 'right' : kindOf(detections[match.sources[at]])
      counts[kind]++
      all[kind]++
    }
    perCategory[match.category] = counts
  }
  return { all, perCategory }
}
