/** One box for each object: of boxes that overlap, what has the best score stays. */

import { ArgumentError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'
import { type Box, intersectionOverUnion } from './boxes.ts'

/** What a detector says: an object of class `label` in a box, and how sure it is. */
export interface ScoredBox {
  readonly box: Box
  readonly label: number
  readonly score: number
}

/** `hard` drops boxes that overlap a better one, `soft` lowers their scores. */
export type SuppressionMethod = 'hard' | 'soft'

export interface SuppressionOptions {
  /** Hard only: a box goes where its IoU with a better one is above this, 0 to 1; 0.5 unless given. */
  readonly iouThreshold?: number
  /** `hard` unless given. */
  readonly method?: SuppressionMethod
  /** Soft only: an IoU of u multiplies a score by exp(-u² / sigma); above 0, 0.5 unless given. */
  readonly sigma?: number
  /** Boxes whose score is below this, or becomes so, are dropped; 0 unless given. */
  readonly scoreThreshold?: number
  /** Whether boxes of different classes compete as well; not unless given. */
  readonly acrossClasses?: boolean
  /** How many boxes there may be at most; as many as there are unless given. */
  readonly maxDetections?: number
}

/**
 * Non-maximum suppression: the boxes that stay, best score first, those of equal scores in the order given. Hard as torchvision's batched_nms;
 * soft as Bodla et al., "Soft-NMS", 2017, equation 3, with scores as lowered. Boxes without area overlap nothing.
 * @throws ArgumentError for options out of range, and for a score that is not a number.
 */
export function nonMaximumSuppression(candidates: readonly ScoredBox[], options: SuppressionOptions = {}): ScoredBox[] {
  const {
    iouThreshold = 0.5,
    method = 'hard',
    sigma = 0.5,
    scoreThreshold = 0,
    acrossClasses = false,
    maxDetections = Infinity,
  } = options
  const refuse = (what: string, expected: string): never => {
    throw new ArgumentError(`nonMaximumSuppression: ${what}; expected ${expected}`)
  }
  if (!(iouThreshold >= 0 && iouThreshold <= 1)) refuse(`iouThreshold is ${iouThreshold}`, '0 to 1')
  if (!(sigma > 0)) refuse(`sigma is ${sigma}`, 'a number above 0')
  if (Number.isNaN(scoreThreshold)) refuse(`scoreThreshold is ${scoreThreshold}`, 'a number')
  if (!(maxDetections === Infinity || (Number.isInteger(maxDetections) && maxDetections >= 0)))
    refuse(`maxDetections is ${maxDetections}`, 'a whole number of at least 0, or Infinity')
  const broken = candidates.findIndex(({ score }) => Number.isNaN(score))
  if (broken >= 0) refuse(`candidate ${broken} has the score NaN`, 'numbers')

  const ordered = candidates.filter(({ score }) => score >= scoreThreshold).sort((a, b) => b.score - a.score)
  switch (method) {
    case 'hard':
      return suppressHard(ordered, iouThreshold, acrossClasses, maxDetections)
    case 'soft':
      return suppressSoft(ordered, sigma, scoreThreshold, acrossClasses, maxDetections)
    default:
      return refuse(`method is ${method}`, 'hard or soft')
  }
}

function suppressHard(ordered: readonly ScoredBox[], iou: number, acrossClasses: boolean, max: number): ScoredBox[] {
  const kept: ScoredBox[] = []
  for (let i = 0; i < ordered.length && kept.length < max; i++) {
    const candidate = ordered[i]
    let free = true
    for (let k = 0; k < kept.length && free; k++)
      free =
        !(acrossClasses || kept[k].label === candidate.label) ||
        intersectionOverUnion(kept[k].box, candidate.box) <= iou
    if (free) kept.push(candidate)
  }
  return kept
}

function suppressSoft(
  ordered: readonly ScoredBox[],
  sigma: number,
  scoreThreshold: number,
  acrossClasses: boolean,
  max: number,
): ScoredBox[] {
  const scores = Float64Array.from(ordered, ({ score }) => score)
  const waiting = ordered.map((_, i) => i)
  const kept: ScoredBox[] = []
  while (waiting.length > 0 && kept.length < max) {
    let place = 0
    for (let k = 1; k < waiting.length; k++) if (scores[waiting[k]] > scores[waiting[place]]) place = k
    const [best] = waiting.splice(place, 1)
    if (scores[best] < scoreThreshold) break
    const { box, label } = ordered[best]
    kept.push({ ...ordered[best], score: scores[best] })
    for (const other of waiting) {
      if (!acrossClasses && ordered[other].label !== label) continue
      const overlap = intersectionOverUnion(box, ordered[other].box)
      if (overlap > 0) scores[other] *= portableMath.exp((-overlap * overlap) / sigma)
    }
  }
  return kept
}
