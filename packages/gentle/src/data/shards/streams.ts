/**
 * The order in which an epoch takes the examples of archives. Archives are dealt, shuffled, to as many streams as a batch has parts, and each stream is shuffled
 * by drawing from its next examples alone: what is read one after the other lies together, and who computes one part of the batches reads one part of the archives.
 */
import { batchParts, batchRanges, partRanges } from '../../core/batch-parts.ts'
import { Random } from '../../core/random.ts'
import type { EpochOrder } from '../dataset.ts'

/**
 * All examples, each once: part p of a batch (`partRanges`) takes the next ones of stream p. Streams are as long as each other to within an archive; one that has
 * ended is helped out by the one that has most left, so that the last batches of an epoch read beyond their own part. The order depends on seed, epoch and
 * batch size alone.
 * @param counts examples of each archive; those of the first have the indices from 0, and so on
 * @param window examples of which a stream draws the next one
 */
export function orderOfShards(
  counts: readonly number[],
  window: number,
  { seed, epoch, batchSize }: EpochOrder,
): Uint32Array {
  const streams = deal(counts, new Random(seed, `shards of epoch ${epoch}`)).map(
    (shards, part) => new Stream(counts, shards, window, new Random(seed, `stream ${part} of epoch ${epoch}`)),
  )
  const order = new Uint32Array(counts.reduce((sum, count) => sum + count, 0))
  for (const { start, end } of batchRanges(order.length, batchSize)) {
    let part = 0
    for (const own of partRanges(end - start, batchSize)) {
      const stream = streams[part++]
      for (let i = own.start; i < own.end; i++) order[start + i] = (stream.left > 0 ? stream : longest(streams)).next()
    }
  }
  return order
}

const longest = (streams: readonly Stream[]): Stream =>
  streams.reduce((most, each) => (each.left > most.left ? each : most))

/** The archives of each stream: in random order, the next to the stream that has the fewest examples. */
function deal(counts: readonly number[], random: Random): number[][] {
  const streams = Array.from({ length: batchParts }, () => ({ shards: [] as number[], examples: 0 }))
  for (const shard of random.permutation(counts.length)) {
    const least = streams.reduce((fewest, each) => (each.examples < fewest.examples ? each : fewest))
    least.shards.push(shard)
    least.examples += counts[shard]
  }
  return streams.map(({ shards }) => shards)
}

/** Examples of archives one after the other, of which the next is drawn from a window. */
class Stream {
  /** How many have not been given. */
  left: number
  readonly #window: number[] = []
  readonly #random: Random
  readonly #coming: Generator<number>

  constructor(counts: readonly number[], shards: readonly number[], window: number, random: Random) {
    this.left = shards.reduce((sum, shard) => sum + counts[shard], 0)
    this.#random = random
    this.#coming = indicesOf(counts, shards)
    while (this.#window.length < window) {
      const { value, done } = this.#coming.next()
      if (done) break
      this.#window.push(value)
    }
  }

  next(): number {
    const place = this.#random.integer(this.#window.length)
    const drawn = this.#window[place]
    const { value, done } = this.#coming.next()
    const filling = done ? this.#window.pop()! : value
    if (place < this.#window.length) this.#window[place] = filling
    this.left--
    return drawn
  }
}

function* indicesOf(counts: readonly number[], shards: readonly number[]): Generator<number> {
  const starts: number[] = []
  let end = 0
  for (const count of counts) {
    starts.push(end)
    end += count
  }
  for (const shard of shards) for (let i = 0; i < counts[shard]; i++) yield starts[shard] + i
}
