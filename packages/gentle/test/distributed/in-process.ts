/** Ranks within one process, which hear each other through memory: the exchange by the same plan as between processes. */
import { addTo, exchangePlan, stretchesOf } from '../../src/distributed/exchange.ts'
import type { Addends, Ranks } from '../../src/distributed/ranks.ts'

/** Waits until all have come, and gives each what all of them brought. */
class Meeting<T> {
  readonly #size: number
  #brought: T[] = []
  #all = Promise.withResolvers<readonly T[]>()

  constructor(size: number) {
    this.#size = size
  }

  come(rank: number, value: T): Promise<readonly T[]> {
    const { promise } = this.#all
    this.#brought[rank] = value
    if (Object.keys(this.#brought).length === this.#size) {
      const [all, brought] = [this.#all, this.#brought]
      this.#brought = []
      this.#all = Promise.withResolvers()
      all.resolve(brought)
    }
    return promise
  }
}

/** So many ranks; each is to be used by a training of its own, all at once. */
export function inProcessRanks(size: number): Ranks[] {
  const messages = new Meeting<Uint8Array>(size)
  const vectors = new Meeting<readonly Float32Array[]>(size)
  const results = new Meeting<Float32Array>(size)
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    seconds: { waiting: 0, moving: 0 },
    gather: (message) => messages.come(rank, message),
    async sum({ leaves, own, into }: Addends, message) {
      const told = await messages.come(rank, message)
      const { counts, additions } = exchangePlan(leaves, size)
      if (counts[rank] !== own.length) throw new Error(`rank ${rank} brings ${own.length} sums, not ${counts[rank]}`)
      const bounds = stretchesOf(into.length, size)
      const all = (await vectors.come(rank, own)).flat()
      const stretch = all.map((values) => values.slice(bounds[rank], bounds[rank + 1]))
      for (const [to, added] of additions) addTo(stretch[to], stretch[added])
      for (const [owner, part] of (await results.come(rank, stretch[0])).entries()) into.set(part, bounds[owner])
      return told
    },
  }))
}
