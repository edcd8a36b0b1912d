/** Which detections are right: each object is given to one detection of its category and image, those of best score choose first. */
import { firstOf, type ObjectTable, placesOf, tableOf } from './object-table.ts'
import type { DetectedObject, TruthObject } from './objects.ts'

/** Detections of one category in one image that count, those of best scores. */
export const mostDetections = 100

/** Objects of an area outside count neither as found nor as missed; in square pixels, both bounds within. */
export type AreaRange = readonly [least: number, most: number]

/** Of everything; COCO's upper bound. */
export const anyArea: AreaRange = [0, 1e5 ** 2]

/** What became of a detection: ignored is one given to an object that does not count, and one given to none whose own size does not. */
export const outcomes = { wrong: 0, right: 1, ignored: 2 } as const

export interface MatchSettings {
  /** Least overlaps of a match, each measured on its own. */
  readonly ious: readonly number[]
  readonly areas: readonly AreaRange[]
  /** Those that count; all that occur unless given. */
  readonly categories?: readonly number[]
  /** Those that count; all that occur unless given. */
  readonly images?: readonly number[]
}

/** What became of the detections of one category, best score first. */
export interface CategoryMatches {
  readonly category: number
  readonly scores: Float64Array
  /** How many detections of the same image have better scores. */
  readonly ranks: Uint32Array
  /** Row-major [areas, ious, detections]. */
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
): CategoryMatches[] {
  const idsOf = (key: 'category' | 'image'): Set<number> => {
    const ids = new Set<number>()
    for (const object of truths) ids.add(object[key])
    for (const object of detections) ids.add(object[key])
    return ids
  }
  const categories = placesOf(settings.categories ?? idsOf('category'))
  const images = placesOf(settings.images ?? idsOf('image'))
  const there = tableOf(truths, categories, images, { kind: 'Truth' })
  const found = tableOf(detections, categories, images, {
    kind: 'Detection',
    score: (detection) => detection.score,
    most: mostDetections,
  })
  const sizes = Float64Array.from(there.sources, (source, at) => truths[source].area ?? there.areas[at])
  const crowds = Uint8Array.from(there.sources, (source) => (truths[source].crowd ? 1 : 0))
  const scores = Float64Array.from(found.sources, (source) => detections[source].score)
  return [...categories].map(([category, place]) => {
    const part = (table: ObjectTable): Range => ({
      from: firstOf(table, place * images.size),
      end: firstOf(table, (place + 1) * images.size),
    })
    return matchCategory(
      category,
      { ...there, sizes, crowds },
      part(there),
      { ...found, scores },
      part(found),
      settings,
    )
  })
}

interface Range {
  readonly from: number
  readonly end: number
}

interface Truths extends ObjectTable {
  /** Of the objects. */
  readonly sizes: Float64Array
  readonly crowds: Uint8Array
}

interface Detections extends ObjectTable {
  readonly scores: Float64Array
}

function matchCategory(
  category: number,
  there: Truths,
  truths: Range,
  found: Detections,
  detections: Range,
  { ious, areas }: MatchSettings,
): CategoryMatches {
  const count = detections.end - detections.from
  // Images in order, so that equal scores keep it.
  const order = Uint32Array.from({ length: count }, (_, i) => detections.from + i).sort(
    (a, b) => found.scores[b] - found.scores[a] || a - b,
  )
  const columns = new Uint32Array(count)
  for (let i = 0; i < count; i++) columns[order[i] - detections.from] = i
  const results = new Uint8Array(areas.length * ious.length * count)
  const positives = areas.map(() => 0)
  let [truth, detection] = [truths.from, detections.from]
  while (truth < truths.end || detection < detections.end) {
    const group = Math.min(
      truth < truths.end ? there.groups[truth] : Infinity,
      detection < detections.end ? found.groups[detection] : Infinity,
    )
    const [fromTruth, fromDetection] = [truth, detection]
    while (truth < truths.end && there.groups[truth] === group) truth++
    while (detection < detections.end && found.groups[detection] === group) detection++
    const overlaps = overlapsOf(there, fromTruth, truth, found, fromDetection, detection)
    for (let a = 0; a < areas.length; a++) {
      const { places, counted } = countedFirst(there, fromTruth, truth, areas[a])
      positives[a] += counted
      for (let t = 0; t < ious.length; t++) {
        const taken = new Uint8Array(places.length)
        const row = (a * ious.length + t) * count
        for (let d = fromDetection; d < detection; d++) {
          const at = (d - fromDetection) * places.length
          const match = bestMatch(overlaps, at, places, counted, taken, there.crowds, fromTruth, ious[t])
          let outcome: number = outcomes.right
          if (match < 0) outcome = isWithin(found.areas[d], areas[a]) ? outcomes.wrong : outcomes.ignored
          else if (match >= counted) outcome = outcomes.ignored
          if (match >= 0) taken[match] = 1
          results[row + columns[d - detections.from]] = outcome
        }
      }
    }
  }
  return {
    category,
    scores: Float64Array.from(order, (d) => found.scores[d]),
    ranks: Uint32Array.from(order, (d) => found.ranks[d]),
    outcomes: results,
    positives,
  }
}

const isWithin = (area: number, [least, most]: AreaRange): boolean => area >= least && area <= most

/** Truths of a group, those that count before the others; places are counted from the group's first. */
function countedFirst(
  { sizes, crowds }: Truths,
  from: number,
  end: number,
  range: AreaRange,
): { places: Uint32Array; counted: number } {
  const places = new Uint32Array(end - from)
  let counted = 0
  for (let g = from; g < end; g++) if (!crowds[g] && isWithin(sizes[g], range)) places[counted++] = g - from
  for (let g = from, at = counted; g < end; g++) if (crowds[g] || !isWithin(sizes[g], range)) places[at++] = g - from
  return { places, counted }
}

/** Place in `places` of the truth that a detection overlaps most and enough, a later one if equal; one that counts before others; -1 of none. */
function bestMatch(
  overlaps: Float64Array,
  at: number,
  places: Uint32Array,
  counted: number,
  taken: Uint8Array,
  crowds: Uint8Array,
  firstTruth: number,
  iou: number,
): number {
  let best = Math.min(iou, 1 - 1e-10)
  let match = -1
  for (let p = 0; p < places.length; p++) {
    if (taken[p] && !crowds[firstTruth + places[p]]) continue
    if (match >= 0 && match < counted && p >= counted) break
    const overlap = overlaps[at + places[p]]
    if (overlap < best) continue
    best = overlap
    match = p
  }
  return match
}

/** Row-major [detections, truths]: intersection over union; with a crowd, over the detection's area. */
function overlapsOf(
  there: Truths,
  fromTruth: number,
  endTruth: number,
  found: ObjectTable,
  fromDetection: number,
  endDetection: number,
): Float64Array {
  const overlaps = new Float64Array((endTruth - fromTruth) * (endDetection - fromDetection))
  let at = 0
  for (let d = fromDetection; d < endDetection; d++)
    for (let g = fromTruth; g < endTruth; g++, at++) {
      const width = Math.min(found.rights[d], there.rights[g]) - Math.max(found.lefts[d], there.lefts[g])
      const height = Math.min(found.bottoms[d], there.bottoms[g]) - Math.max(found.tops[d], there.tops[g])
      if (!(width > 0 && height > 0)) continue
      const shared = width * height
      overlaps[at] = shared / (there.crowds[g] ? found.areas[d] : found.areas[d] + there.areas[g] - shared)
    }
  return overlaps
}
