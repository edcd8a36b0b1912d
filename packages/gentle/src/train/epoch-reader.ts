import type { AnyDataset } from '../data/dataset.ts'
import { type Batch, epochBatches, nextEpoch, type Place } from './batches.ts'

/** Reads the batches of the epoch under way; while one is computed, the next is read, be it of the next epoch. */
export class EpochReader {
  readonly #data: AnyDataset
  readonly #batchSize: number
  #batches: AsyncGenerator<Batch> | undefined
  /** The next epoch's. */
  #coming: AsyncGenerator<Batch> | undefined
  #secondsWaited = 0

  constructor(data: AnyDataset, batchSize: number) {
    this.#data = data
    this.#batchSize = batchSize
  }

  /** Seconds in which it was waited for, in all. */
  get secondsWaited(): number {
    return this.#secondsWaited
  }

  /**
   * The next batch; its memory holds until the next one is asked for.
   * @param place where it is
   * @param epochs how many there are
   */
  async next(place: Place, epochs: number): Promise<Batch> {
    this.#batches ??= await epochBatches(this.#data, this.#batchSize, place)
    const reading = this.#batches.next()
    // What could not be read is read again where it is asked for again.
    reading.catch(() => {
      this.#batches = undefined
    })
    const asked = performance.now()
    const batch: Batch = (await reading).value
    this.#secondsWaited += (performance.now() - asked) / 1000
    // What cannot be planned is told of where it is asked for.
    if (place.position + batch.examples >= this.#data.length && place.epoch < epochs)
      this.#coming = await epochBatches(this.#data, this.#batchSize, nextEpoch(place)).catch(() => undefined)
    return batch
  }

  /** Goes over to what was read ahead, if anything was. */
  async enterEpoch(): Promise<void> {
    const batches = this.#batches
    this.#batches = this.#coming
    this.#coming = undefined
    await batches?.return(undefined)
  }

  /** Has the next batch read from the place that is given then. */
  async close(): Promise<void> {
    await this.enterEpoch()
    await this.enterEpoch()
  }
}
