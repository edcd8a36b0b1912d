/** How vectors are added over ranks: each rank owns a stretch of them, gets that stretch of all subtrees' sums, adds them in the tree's order, and gives all the result. */
import { additionsOf, shareOf, subtreesOf } from './tree.ts'

/** Stretches begin at multiples of this many numbers: a cache line. */
const grain = 16

/** Where the stretch of each rank begins, and behind the last one the vectors' end. */
export function stretchesOf(length: number, ranks: number): number[] {
  const each = grain * Math.ceil(length / ranks / grain)
  return Array.from({ length: ranks + 1 }, (_, rank) => Math.min(rank * each, length))
}

/** What every rank does in a sum, the same plan on all. */
export interface ExchangePlan {
  /** Subtrees of each rank. */
  readonly counts: readonly number[]
  /** Additions between all subtrees, by their place in order, as `additionsOf` gives them. */
  readonly additions: readonly (readonly [to: number, added: number])[]
}

export function exchangePlan(leaves: number, ranks: number): ExchangePlan {
  const ofRanks = Array.from({ length: ranks }, (_, rank) => subtreesOf(...shareOf(rank, ranks, leaves)))
  return { counts: ofRanks.map(({ length }) => length), additions: additionsOf(ofRanks.flat()) }
}

/** Adds a vector to another. It is also run by a thread to which it is handed over as text: it must not use anything from outside. */
export function addTo(to: Float32Array, added: Float32Array): void {
  for (let i = 0; i < to.length; i++) to[i] += added[i]
}
