/** Work that may fail on some ranks and not on others: all hear of it. */
import { DistributedError } from '../core/errors.ts'
import { RanksDifferError } from './agree.ts'
import { gathered } from './messages.ts'
import type { Ranks } from './ranks.ts'

/** What another rank failed with. All know of it. */
export class OtherRankError extends DistributedError {
  readonly rank: number
  constructor(rank: number, message: string) {
    super(`rank ${rank}: ${message}`)
    this.rank = rank
  }
}

/** What all ranks have heard of: where it comes out of work within work, it is not told once more. */
const heard = new WeakSet<object>()

const heardOf = <E extends object>(error: E): E => {
  heard.add(error)
  return error
}

interface Told<T> {
  /** What the rank is doing. */
  readonly at: string
  readonly failed?: string
  readonly value?: T
}

/**
 * @param at the same on all ranks, or some have left out what others do, as where one has other data
 * @param told what of the work's value the others hear
 */
async function tellAll<T, Shared>(
  ranks: Ranks,
  at: string,
  work: () => Promise<T>,
  told: (value: T) => Shared,
): Promise<{ readonly value: T; readonly all: readonly Told<Shared>[] }> {
  const done = await work().then(
    (value) => ({ value }),
    (cause: unknown) => ({ error: cause instanceof Error ? cause : new Error(String(cause), { cause }) }),
  )
  if ('error' in done && heard.has(done.error)) throw done.error
  const all = await gathered<Told<Shared>>(
    ranks,
    'error' in done ? { at, failed: done.error.message } : { at, value: told(done.value) },
  )
  if ('error' in done) throw heardOf(done.error)
  const failed = all.findIndex((each) => each.failed !== undefined)
  if (failed >= 0) throw heardOf(new OtherRankError(failed, all[failed].failed!))
  const elsewhere = all.findIndex((each) => each.at !== all[0].at)
  if (elsewhere > 0)
    throw heardOf(
      new RanksDifferError(
        `distributed: ranks differ in what they do: rank 0 is ${all[0].at}, rank ${elsewhere} ${all[elsewhere].at}; start all with the same program, data and settings`,
      ),
    )
  return { value: done.value, all }
}

/**
 * Does work that may fail on some ranks and not on others. Within it, all may do other such work and `ofFirstRank`, in the same order.
 * @throws what the work throws; on ranks where it did not, OtherRankError with the message of the first that failed.
 */
export const together = async <T>(ranks: Ranks, work: () => Promise<T>): Promise<T> =>
  (await tellAll(ranks, 'done with its own work', work, () => null)).value

/**
 * What all ranks come to, told to all, by rank.
 * @param at what they are doing, for messages @param work gives what JSON has, NaN and infinities too
 * @throws as `together`; and RanksDifferError, on all, where some are at something else.
 */
export const told = async <T>(ranks: Ranks, at: string, work: () => Promise<T>): Promise<T[]> =>
  (await tellAll(ranks, at, work, (value) => value)).all.map(({ value }) => value as T)

/**
 * What the first rank comes to, told to all; the others do nothing meanwhile. A process alone does the work itself.
 * @param work gives what JSON has, NaN and infinities too
 * @throws what the work throws; on the other ranks OtherRankError, on all of them also where one has failed that should have come here.
 */
export const ofFirstRank = async <T>(ranks: Ranks | undefined, work: () => Promise<T>): Promise<T> => {
  if (ranks === undefined) return work()
  const { all } = await tellAll(
    ranks,
    'where the first works for all',
    async () => (ranks.rank === 0 ? work() : undefined),
    (value) => value,
  )
  return all[0].value as T
}
