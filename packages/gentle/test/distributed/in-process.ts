/** Ranks within one process, which hear each other through memory: the exchange by the same plan as between processes. */
import { setImmediate } from 'node:timers/promises'
import { Turns } from '../../src/core/turns.ts'
import { addTo, exchangePlan, stretchesOf } from '../../src/distributed/exchange.ts'
import type { Addends, Computation, Ranks } from '../../src/distributed/ranks.ts'

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

/** Waits until a rank has computed what is to be added, and adds it. */
async function follow({ progress, until, done, additions }: Computation): Promise<void> {
  while (Atomics.load(done, 0) === 0 && Atomics.load(progress, 0) < until) await setImmediate()
  for (const [to, added] of additions) addTo(to, added)
}

/** So many ranks; each is to be used by a training of its own, all at once. */
export function inProcessRanks(size: number): Ranks[] {
  const messages = new Meeting<Uint8Array>(size)
  const vectors = new Meeting<readonly Float32Array[]>(size)
  const results = new Meeting<Float32Array>(size)
  return Array.from({ length: size }, (_, rank) => {
    const turns = new Turns()
    const sum = async ({ leaves, own, into, after }: Addends, message?: Uint8Array) => {
      const told = message === undefined ? [] : await messages.come(rank, message)
      if (after !== undefined) await follow(after)
      const { counts, additions } = exchangePlan(leaves, size)
      if (counts[rank] !== own.length) throw new Error(`rank ${rank} brings ${own.length} sums, not ${counts[rank]}`)
      const bounds = stretchesOf(into.length, size)
      const all = (await vectors.come(rank, own)).flat()
      const stretch = all.map((values) => values.slice(bounds[rank], bounds[rank + 1]))
      for (const [to, added] of additions) addTo(stretch[to], stretch[added])
      for (const [owner, part] of (await results.come(rank, stretch[0])).entries()) into.set(part, bounds[owner])
      return told
    }
    return {
      rank,
      size,
      seconds: { waiting: 0, moving: 0, hidden: 0 },
      gather: (message) => turns.run(() => messages.come(rank, message)),
      sum: (addends, message) => turns.run(() => sum(addends, message)),
    }
  })
}
