/** Matching within a group, which is one category in one image: cocodataset/cocoapi, cocoeval.py, evaluateImg, in plain loops. */
import type { ObjectTable } from './object-table.ts'

/** Objects of an area outside count neither as found nor as missed; in square pixels, both bounds within. */
export type AreaRange = readonly [min: number, max: number]

/** Of everything; COCO's upper bound. */
export const anyArea: AreaRange = [0, 1e5 ** 2]

/** What became of a detection: ignored is one given to an object that does not count, and one given to none whose own size does not. */
export const outcomes = { wrong: 0, right: 1, ignored: 2 } as const

export interface MatchSettings {
  /** Least overlaps of a match, each measured on its own. */
  readonly ious: readonly number[]
  readonly areas: readonly AreaRange[]
}

/** Objects that are there. */
export interface TruthTable extends ObjectTable {
  /** Areas of the objects, which need not be those of their boxes. */
  readonly sizes: Float64Array
  readonly crowds: Uint8Array
}

/** Where matching leaves its results. */
export interface MatchResults {
  /** Row-major [areas, ious, count], of detections from `first` on. */
  readonly outcomes: Uint8Array
  readonly first: number
  readonly count: number
  /** Objects that count are added here, an area each. */
  readonly positives: number[]
}

/** Matches the detections of a group, which stand best score first, for every area and least overlap. */
export function matchGroup(
  there: TruthTable,
  fromTruth: number,
  endTruth: number,
  found: ObjectTable,
  fromDetection: number,
  endDetection: number,
  { ious, areas }: MatchSettings,
  results: MatchResults,
): void {
  const truths = endTruth - fromTruth
  const overlaps = overlapsOf(there, fromTruth, endTruth, found, fromDetection, endDetection)
  const places = new Uint32Array(truths)
  const taken = new Uint8Array(truths)
  for (let a = 0; a < areas.length; a++) {
    const counted = countedFirst(there, fromTruth, endTruth, areas[a], places)
    results.positives[a] += counted
    for (let t = 0; t < ious.length; t++) {
      const row = (a * ious.length + t) * results.count - results.first
      const min = Math.min(ious[t], 1 - 1e-10)
      taken.fill(0)
      for (let d = fromDetection; d < endDetection; d++) {
        const at = (d - fromDetection) * truths
        let best = min
        let match = -1
        for (let p = 0; p < truths; p++) {
          if (taken[p] && !there.crowds[fromTruth + places[p]]) continue
          // Of what counts and what does not, what counts goes first, however much it overlaps.
          if (match >= 0 && match < counted && p >= counted) break
          const overlap = overlaps[at + places[p]]
          if (overlap < best) continue
          best = overlap
          match = p
        }
        if (match >= 0) taken[match] = 1
        const ignored = match >= counted || (match < 0 && !isWithin(found.areas[d], areas[a]))
        results.outcomes[row + d] = ignored ? outcomes.ignored : match < 0 ? outcomes.wrong : outcomes.right
      }
    }
  }
}

const isWithin = (area: number, range: AreaRange): boolean => area >= range[0] && area <= range[1]

/** Puts the places of truths, counted from the group's first, into order: those that count, then the others. Gives how many count. */
function countedFirst(
  { sizes, crowds }: TruthTable,
  from: number,
  end: number,
  range: AreaRange,
  places: Uint32Array,
): number {
  let counted = 0
  for (let g = from; g < end; g++) if (!crowds[g] && isWithin(sizes[g], range)) places[counted++] = g - from
  for (let g = from, at = counted; g < end; g++) if (crowds[g] || !isWithin(sizes[g], range)) places[at++] = g - from
  return counted
}

/** Row-major [detections, truths]: intersection over union; with a crowd, over the detection's area. */
function overlapsOf(
  there: TruthTable,
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
