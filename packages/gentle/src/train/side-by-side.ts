/** The micro-batches of a step side by side: all come to a sum over the whole batch before any goes on. */
import { addTo } from '../distributed/exchange.ts'
import type { Ranks } from '../distributed/ranks.ts'
import { additionsOf, shareOf } from '../distributed/tree.ts'
import type { Batch } from './batches.ts'

/**
 * The sum of vectors of all micro-batches, in the tree's order. All ranks call it.
 * @param own those of the rank's own micro-batches, in order
 * @returns undefined for a rank that has none
 */
export async function summedOverBatch(
  ranks: Ranks | undefined,
  leaves: number,
  own: readonly Float32Array[],
): Promise<Float32Array | undefined> {
  const length = own[0]?.length ?? 0
  const numbers = new Float32Array(own.length * length)
  for (const [i, vector] of own.entries()) numbers.set(vector, i * length)
  const bytes = new Uint8Array(numbers.buffer)
  const told = ranks === undefined ? [bytes] : await ranks.gather(bytes)
  if (own.length === 0) return undefined
  const all = told.flatMap((message, rank) => {
    const [from, to] = shareOf(rank, told.length, leaves)
    // A copy begins where numbers may.
    const values = new Float32Array(message.slice().buffer)
    return Array.from({ length: to - from }, (_, i) => values.subarray(i * length, (i + 1) * length))
  })
  for (const [to, added] of additionsOf(all.map((_, first) => ({ first, width: 1 })))) addTo(all[to], all[added])
  return all[0]
}

/** A micro-batch in memory of its own: that of the reader holds until the next is read. */
export const copyOf = ({ inputs, targets, targetLengths, ...batch }: Batch): Batch => ({
  ...batch,
  inputs: Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, values.slice()])),
  targets: targets.slice(),
  ...(targetLengths === undefined ? {} : { targetLengths: targetLengths.slice() }),
})
