/** Which detections are right: each object is given to one detection of its category and image, those of best score choose first. */
import { type MatchSettings, matchGroup } from './match-group.ts'
import { firstOf, placesOf, tableOf } from './object-table.ts'
import type { DetectedObject, TruthObject } from './objects.ts'

/** Detections of one category in one image that count, those of best scores. */
const maxDetections = 100

/** Which objects count; all that are given by default. */
export interface Selection {
  readonly categories?: readonly number[]
  readonly images?: readonly number[]
}

/** What became of the detections of one category. They stand image by image, in each the one of best score first. */
export interface CategoryMatches {
  readonly category: number
  readonly scores: Float64Array
  /** Their places among all detections. */
  readonly sources: Uint32Array
  /** How many detections of the same image stand before each. */
  readonly ranks: Uint32Array
  /** Where the detections stand, best score of all first. */
  readonly order: Uint32Array
  /** Of match-group's `outcomes`, row-major [areas, ious, detections]. */
  readonly outcomes: Uint8Array
  /** How many objects count, an area each. */
  readonly positives: readonly number[]
}

/**
 * Matches as cocodataset/cocoapi, cocoeval.py, evaluateImg does; categories ascend.
 * @throws ArgumentError for boxes that are not finite or have negative sizes, and for scores that are not finite.
 */
export function matchDetections(
  truths: readonly TruthObject[],
  detections: readonly DetectedObject[],
  settings: MatchSettings,
  selection: Selection,
): CategoryMatches[] {
  const idsOf = (key: 'category' | 'image'): Set<number> => {
    const ids = new Set<number>()
    for (const object of truths) ids.add(object[key])
    for (const object of detections) ids.add(object[key])
    return ids
  }
  const categories = placesOf(selection.categories ?? idsOf('category'))
  const images = placesOf(selection.images ?? idsOf('image'))
  const boxes = tableOf(truths, categories, images, { kind: 'Truth' })
  const there = {
    ...boxes,
    sizes: Float64Array.from(boxes.sources, (source, at) => truths[source].area ?? boxes.areas[at]),
    crowds: Uint8Array.from(boxes.sources, (source) => (truths[source].crowd ? 1 : 0)),
  }
  const score = (detection: DetectedObject): number => detection.score
  const found = tableOf(detections, categories, images, { kind: 'Detection', score, max: maxDetections })

  return [...categories].map(([category, place]) => {
    const [first, end] = [place, place + 1].map((at) => firstOf(found, at * images.size))
    const truthEnd = firstOf(there, (place + 1) * images.size)
    const outcomes = new Uint8Array(settings.areas.length * settings.ious.length * (end - first))
    const positives = settings.areas.map(() => 0)
    let [truth, detection] = [firstOf(there, place * images.size), first]
    while (truth < truthEnd || detection < end) {
      const group = Math.min(
        truth < truthEnd ? there.groups[truth] : Infinity,
        detection < end ? found.groups[detection] : Infinity,
      )
      const [fromTruth, fromDetection] = [truth, detection]
      while (truth < truthEnd && there.groups[truth] === group) truth++
      while (detection < end && found.groups[detection] === group) detection++
      const results = { outcomes, first, count: end - first, positives }
      matchGroup(there, fromTruth, truth, found, fromDetection, detection, settings, results)
    }
    const scores = Float64Array.from(found.sources.subarray(first, end), (source) => detections[source].score)
    // Images keep their order where scores are equal.
    const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b)
    return {
      category,
      scores,
      sources: found.sources.subarray(first, end),
      ranks: found.ranks.subarray(first, end),
      order,
      outcomes,
      positives,
    }
  })
}
