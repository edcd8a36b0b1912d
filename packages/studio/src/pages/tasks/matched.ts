/** Which of the boxes that a detector gives are right, for one scene: as COCO's measure gives objects to them. */
import { type Box, intersectionOverUnion, type ScoredBox } from 'gentle-dl/vision'

export interface Detection extends ScoredBox {
  /** Whether it is given to an object. */
  readonly isRight: boolean
  /** The overlap with the object that it is given to, or with the nearest of its class. */
  readonly iou: number
}

export interface Matched {
  readonly detections: readonly Detection[]
  /** Objects that no detection is given to. */
  readonly missed: readonly number[]
}

/**
 * Gives each object to one detection of its class: those of the best score choose first, each the free object that it overlaps most.
 * @param found best score first
 * @param least overlap of a match
 */
export function matched(
  found: readonly ScoredBox[],
  truth: { readonly boxes: readonly Box[]; readonly labels: readonly number[] },
  least: number,
): Matched {
  const free = new Set(truth.boxes.keys())
  const detections = found.map((each): Detection => {
    let [best, match, nearest] = [Math.min(least, 1 - 1e-10), -1, 0]
    for (const [i, box] of truth.boxes.entries()) {
      if (truth.labels[i] !== each.label) continue
      const iou = intersectionOverUnion(box, each.box)
      nearest = Math.max(nearest, iou)
      if (!free.has(i) || iou < best) continue
      best = iou
      match = i
    }
    free.delete(match)
    return { ...each, isRight: match >= 0, iou: match >= 0 ? best : nearest }
  })
  return { detections, missed: [...free] }
}
