/** The micro-batches into which batches are divided, and those that a rank reads. */
import { partRanges } from '../core/batch-parts.ts'
import type { AnyDataset } from '../data/dataset.ts'
import { shareOf } from '../distributed/tree.ts'
import { type Batch, type Place, planEpoch } from './batches.ts'

/** How batches are divided, and among whom. */
export interface Division {
  readonly microBatches: number
  readonly rank: number
  readonly size: number
}

/** A batch as a rank sees it. */
export interface DividedBatch {
  /** Examples of each of its micro-batches. */
  readonly sizes: readonly number[]
  readonly examples: number
  /** The rank's own micro-batches: from this one to before that one. */
  readonly own: readonly [from: number, to: number]
}

/** What is left of an epoch's batches. */
export class DividedBatches {
  readonly #batches: readonly DividedBatch[]
  readonly #own: AsyncGenerator<Batch>
  #next = 0

  private constructor(batches: readonly DividedBatch[], own: AsyncGenerator<Batch>) {
    this.#batches = batches
    this.#own = own
  }

  /**
   * Micro-batches all have the same number of examples, but for the last of a batch: a batch that is smaller than others has fewer of them. One example that is left over
   * goes into the one before.
   */
  static async of(
    dataset: AnyDataset,
    batchSize: number,
    place: Place,
    { microBatches, rank, size }: Division,
  ): Promise<DividedBatches> {
    const { batches, read } = await planEpoch(dataset, batchSize, place)
    const divided = batches.map(({ indices, padded }) =>
      [...partRanges(indices.length, batchSize, microBatches)].map(({ start, end }) => ({
        indices: indices.subarray(start, end),
        padded,
      })),
    )
    return new DividedBatches(
      divided.map((parts) => ({
        sizes: parts.map(({ indices }) => indices.length),
        examples: parts.reduce((sum, { indices }) => sum + indices.length, 0),
        own: shareOf(rank, size, parts.length),
      })),
      read(divided.flatMap((parts) => parts.slice(...shareOf(rank, size, parts.length)))),
    )
  }

  /** The next batch, whose own micro-batches `read` gives then, one after the other. */
  next(): DividedBatch {
    return this.#batches[this.#next++]
  }

  /** The next micro-batch; its memory holds until the one after it is asked for. */
  async read(): Promise<Batch> {
    return (await this.#own.next()).value
  }

  async close(): Promise<void> {
    await this.#own.return(undefined)
  }
}
