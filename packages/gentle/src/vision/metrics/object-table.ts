/** Objects by the hundred thousand, side by side, those of one category in one image together. */
import { ArgumentError } from '../../core/errors.ts'
import type { SizedBox } from './objects.ts'

interface Placed {
  readonly image: number
  readonly category: number
  readonly box: SizedBox
}

/** A group is a category in an image: category's place * images + image's place. */
export interface ObjectTable {
  /** The group of each object, ascending. */
  readonly groups: Float64Array
  /** Where each object stands in the list that the table was made of. */
  readonly sources: Uint32Array
  /** How many of its group are before each. */
  readonly ranks: Uint32Array
  readonly lefts: Float64Array
  readonly tops: Float64Array
  readonly rights: Float64Array
  readonly bottoms: Float64Array
  /** Of the boxes. */
  readonly areas: Float64Array
}

/** Places of ids in ascending order. */
export const placesOf = (ids: Iterable<number>): Map<number, number> =>
  new Map([...new Set(ids)].sort((a, b) => a - b).map((id, place) => [id, place]))

/**
 * A table of the objects whose category and image have places. Within a group those with the highest scores come first, others as given, and
 * there are at most `max`.
 * @throws ArgumentError for a box that is not finite or has a negative size, and for a score that is not finite.
 */
export function tableOf<T extends Placed>(
  objects: readonly T[],
  categories: ReadonlyMap<number, number>,
  images: ReadonlyMap<number, number>,
  { kind, score = () => 0, max = Infinity }: { kind: string; score?: (object: T) => number; max?: number },
): ObjectTable {
  const groups = new Float64Array(objects.length)
  const scores = new Float64Array(objects.length)
  const placed: number[] = []
  for (let i = 0; i < objects.length; i++) {
    const object = objects[i]
    scores[i] = score(object)
    check(object.box, scores[i], kind, i)
    const [major, minor] = [categories.get(object.category), images.get(object.image)]
    if (major === undefined || minor === undefined) continue
    groups[i] = major * images.size + minor
    placed.push(i)
  }
  const sorted = Uint32Array.from(placed).sort((a, b) => groups[a] - groups[b] || scores[b] - scores[a] || a - b)
  const ranks = new Uint32Array(sorted.length)
  for (let i = 1; i < sorted.length; i++) ranks[i] = groups[sorted[i]] === groups[sorted[i - 1]] ? ranks[i - 1] + 1 : 0
  const sources = sorted.filter((_, i) => ranks[i] < max)
  const column = (of: (box: SizedBox) => number): Float64Array =>
    Float64Array.from(sources, (source) => of(objects[source].box))
  return {
    groups: Float64Array.from(sources, (source) => groups[source]),
    sources,
    ranks: ranks.filter((rank) => rank < max),
    lefts: column(({ left }) => left),
    tops: column(({ top }) => top),
    rights: column(({ right }) => right),
    bottoms: column(({ bottom }) => bottom),
    areas: column(({ left, top, right, bottom, width = right - left, height = bottom - top }) => width * height),
  }
}

function check({ left, top, right, bottom }: SizedBox, score: number, kind: string, i: number): void {
  if (!(right - left >= 0 && bottom - top >= 0 && right - left + bottom - top < Infinity))
    throw new ArgumentError(
      `${kind} ${i} has the box { left: ${left}, top: ${top}, right: ${right}, bottom: ${bottom} }; expected finite numbers, left to right and top to bottom`,
    )
  if (!Number.isFinite(score)) throw new ArgumentError(`${kind} ${i} has the score ${score}; expected a finite number`)
}

/** Where objects of this group or of one behind it begin. */
export function firstOf({ groups }: ObjectTable, group: number): number {
  let [low, high] = [0, groups.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (groups[middle] < group) low = middle + 1
    else high = middle
  }
  return low
}
