import { expect, it } from 'vitest'
import { stretchesOf } from '../../src/distributed/exchange.ts'
import { additionsOf, mergedOf, shareOf, subtreesOf } from '../../src/distributed/tree.ts'

/** The tree as a formula, by its definition. */
function whole(from: number, width: number, leaves: number): string {
  if (width === 1) return String(from)
  const half = width / 2
  const left = whole(from, half, leaves)
  return from + half < leaves ? `(${left}+${whole(from + half, half, leaves)})` : left
}

/** What ranks come to together. */
function together(ranks: number, leaves: number): string {
  const subtrees = Array.from({ length: ranks }, (_, rank) => subtreesOf(...shareOf(rank, ranks, leaves))).flat()
  const sums = subtrees.map(({ first, width }) => whole(first, width, leaves))
  for (const [to, added] of additionsOf(subtrees)) sums[to] = `(${sums[to]}+${sums[added]})`
  return sums[0]
}

it('is the same tree for any number of ranks and micro-batches', () => {
  expect(together(1, 8)).toBe('(((0+1)+(2+3))+((4+5)+(6+7)))')
  for (let leaves = 1; leaves <= 16; leaves++) {
    const expected = whole(0, 16, leaves)
    for (let ranks = 1; ranks <= 16; ranks++) expect(together(ranks, leaves)).toBe(expected)
  }
})

it('makes the largest subtrees of those that are there when the last micro-batch comes', () => {
  for (let from = 0; from < 12; from++)
    for (let to = from + 1; to <= 12; to++) {
      const subtrees = [...subtreesOf(from, to - 1), { first: to - 1, width: 1 }]
      const sums = subtrees.map(({ first, width }) => whole(first, width, to))
      const { additions, merged } = mergedOf(subtrees)
      for (const [at, added] of additions) sums[at] = `(${sums[at]}+${sums[added]})`
      expect(merged.map(({ first, width }) => ({ first, width }))).toEqual(subtreesOf(from, to))
      expect(merged.map(({ place }) => sums[place])).toEqual(
        subtreesOf(from, to).map(({ first, width }) => whole(first, width, to)),
      )
    }
})

it('gives every micro-batch to one rank, and no rank more than one above another', () => {
  for (const [ranks, microBatches] of [
    [1, 8],
    [3, 8],
    [5, 8],
    [8, 8],
    [7, 16],
  ]) {
    const shares = Array.from({ length: ranks }, (_, rank) => shareOf(rank, ranks, microBatches))
    const counts = shares.map(([from, to]) => to - from)
    expect(shares.map(([from]) => from).slice(1)).toEqual(shares.map(([, to]) => to).slice(0, -1))
    expect([shares[0][0], shares.at(-1)![1]]).toEqual([0, microBatches])
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  }
})

it('cuts vectors into stretches that begin with a cache line, the last ones shorter or empty', () => {
  expect(stretchesOf(100, 3)).toEqual([0, 48, 96, 100])
  expect(stretchesOf(5, 4)).toEqual([0, 5, 5, 5, 5])
})
