/**
 * The order in which the gradients of micro-batches are added: a binary tree over their numbers, in which the sum of 2n from a multiple of 2n on is that of the first n
 * and that of the last n. It depends on how many there are, never on who computes which: whatever neighbours a rank has, it adds up the subtrees that lie within them, and
 * the sums of all ranks' subtrees make the rest of the same tree.
 */

/** A subtree: micro-batches `first` to `first + width - 1`; the width is a power of 2, and `first` a multiple of it. */
export interface Subtree {
  readonly first: number
  readonly width: number
}

/** The neighbours that a rank computes, from the first to before the last, of the micro-batches that a batch has. */
export function shareOf(rank: number, ranks: number, microBatches: number): readonly [from: number, to: number] {
  return [Math.floor((rank * microBatches) / ranks), Math.floor(((rank + 1) * microBatches) / ranks)]
}

/** The largest subtrees that lie within neighbours, in order. */
export function subtreesOf(from: number, to: number): Subtree[] {
  const subtrees: Subtree[] = []
  for (let first = from; first < to; ) {
    let width = 1
    while (first % (2 * width) === 0 && first + 2 * width <= to) width *= 2
    subtrees.push({ first, width })
    first += width
  }
  return subtrees
}

/**
 * The largest subtrees that lie within neighbours of which some sums are there.
 * @returns the additions that make them, in order: to the sum of one, by its place in the list, that of another is added; and where each of the largest then stands
 */
export function mergedOf(subtrees: readonly Subtree[]) {
  const additions: (readonly [to: number, added: number])[] = []
  const merged: (Subtree & { readonly place: number })[] = []
  for (const [place, { first, width }] of subtrees.entries()) {
    merged.push({ place, first, width })
    for (;;) {
      const [left, right] = merged.slice(-2)
      if (right === undefined || left.width !== right.width || left.first % (2 * left.width) !== 0) break
      additions.push([left.place, right.place])
      merged.splice(-2, 2, { ...left, width: 2 * left.width })
    }
  }
  return { additions, merged }
}

/**
 * The additions that make the whole tree of neighbouring subtrees from 0 on, in order: to the sum of one subtree, by its place in the list, that of another is added. The sum of all
 * is then that of the first. Where a right half is missing, because there are fewer micro-batches, the left one is the sum.
 */
export function additionsOf(subtrees: readonly Subtree[]): (readonly [to: number, added: number])[] {
  const additions: (readonly [number, number])[] = []
  const end = subtrees.reduce((max, { first, width }) => Math.max(max, first + width), 0)
  const placeOf = (first: number, width: number): number | undefined => {
    if (first >= end) return undefined
    const found = subtrees.findIndex((each) => each.first === first && each.width === width)
    if (found >= 0) return found
    if (width === 1) return undefined
    const left = placeOf(first, width / 2)
    const right = placeOf(first + width / 2, width / 2)
    if (left !== undefined && right !== undefined) additions.push([left, right])
    return left
  }
  let whole = 1
  while (whole < end) whole *= 2
  placeOf(0, whole)
  return additions
}
