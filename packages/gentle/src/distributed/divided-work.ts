/** Work on a list that ranks divide among themselves, such as looking at all files of a set. */
import type { DividedWork } from '../data/divided-work.ts'
import { sha256 } from '../data/node.ts'
import { RanksDifferError } from './agree.ts'
import type { Ranks } from './ranks.ts'
import { told } from './together.ts'

/** Elements of a list that are compared by one digest. */
const stretch = 4096

/** The first place at which two lists are not the same. */
function firstDifference(one: readonly string[], other: readonly string[]): number {
  let i = 0
  while (one[i] === other[i]) i++
  return i
}

/** @throws RanksDifferError, on all ranks, naming the first element that differs. */
async function checkAlike(ranks: Ranks, list: readonly string[]): Promise<void> {
  const partOf = (i: number): readonly string[] => list.slice(i * stretch, (i + 1) * stretch)
  const own = Array.from({ length: Math.ceil(list.length / stretch) }, (_, i) =>
    sha256(new TextEncoder().encode(JSON.stringify(partOf(i)))).slice(0, 16),
  )
  const tell = <T>(value: T): Promise<readonly T[]> => told(ranks, 'comparing files', async () => value)
  const [first, ...others] = await tell(own)
  const other = others.findIndex((each) => each.join() !== first.join())
  if (other < 0) return
  const where = firstDifference(first, others[other])
  // All ranks come here, and tell what lies there.
  const [expected, ...found] = await tell({ part: partOf(where), length: list.length })
  const { part, length } = found[other]
  const place = firstDifference(expected.part, part)
  throw new RanksDifferError(
    `distributed: ranks see different files: number ${where * stretch + place + 1} of rank 0's ${expected.length} is ${expected.part[place] ?? 'none'}, of rank ${other + 1}'s ${length} ${part[place] ?? 'none'}; give all the same files`,
  )
}

/**
 * Divides work on a list among ranks: each does every n-th, and hears what the others come to. All call it in the same order, with the same lists.
 * @returns what takes such work, as the option `divide` of `imageFolder` does. It throws what the work throws, and on the other ranks OtherRankError; and RanksDifferError,
 * on all, naming the first element in which lists differ.
 */
export const dividedAmong =
  (ranks: Ranks): DividedWork =>
  async <T>(list: readonly string[], work: (places: readonly number[]) => Promise<readonly T[]>) => {
    const { rank, size } = ranks
    await checkAlike(ranks, list)
    const mine = Array.from({ length: Math.ceil((list.length - rank) / size) }, (_, k) => rank + k * size)
    const shares = await told(ranks, `looking at a share of ${list.length} files`, () => work(mine))
    return list.map((_, i) => shares[i % size][Math.floor(i / size)])
  }
