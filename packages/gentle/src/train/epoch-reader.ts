import type { AnyDataset } from '../data/dataset.ts'
import { type Batch, epochBatches, type Place } from './batches.ts'

/** Reads the batches of the epoch under way; while one is computed, the next is read. */
export class EpochReader {
  readonly #data: AnyDataset
  readonly #batchSize: number
  #batches: AsyncGenerator<Batch> | undefined
  #secondsWaited = 0

  constructor(data: AnyDataset, batchSize: number) {
    this.#data = data
    this.#batchSize = batchSize
  }

  /** Seconds in which it was waited for, in all. */
  get secondsWaited(): number {
    return this.#secondsWaited
  }

  /** The next batch; its memory holds until the next one is asked for. @param place where the epoch begins, or is gone on with, if nothing of it was read */
  async next(place: Place): Promise<Batch> {
    this.#batches ??= epochBatches(this.#data, this.#batchSize, place)
    const reading = this.#batches.next()
    // What could not be read is read again where it is asked for again.
    reading.catch(() => {
      this.#batches = undefined
    })
    const asked = performance.now()
    const batch: Batch = (await reading).value
    this.#secondsWaited += (performance.now() - asked) / 1000
    return batch
  }

  /** Has the next batch read from the place that is given then. */
  async close(): Promise<void> {
    const batches = this.#batches
    this.#batches = undefined
    await batches?.return(undefined)
  }
}
