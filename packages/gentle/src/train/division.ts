/** Into how many micro-batches batches are divided. */
import { partRanges } from '../core/batch-parts.ts'
import { ArgumentError } from '../core/errors.ts'
import type { AnyDataset } from '../data/dataset.ts'
import type { Ranks } from '../distributed/ranks.ts'
import type { TrainerOptions } from './trainer-options.ts'
import { Wishes } from './wishes.ts'

export const wishesOf = (ranks: Ranks | undefined): Wishes | undefined => ranks && new Wishes(ranks)

/**
 * Micro-batches a batch.
 * @throws ArgumentError for what is no such number, for ranks that would have none, with `accumulate`, and for `syncBatchNorm` without either, or with `remat`.
 */
export function microBatchesOf(options: TrainerOptions): number {
  const { microBatches, ranks, accumulate = 1 } = options
  if (options.syncBatchNorm && microBatches === undefined && ranks === undefined)
    throw new ArgumentError(
      'training: syncBatchNorm is for batches that are divided, whose statistics are else those of micro-batches; leave it out, or give microBatches',
    )
  if (options.syncBatchNorm && options.remat)
    throw new ArgumentError(
      'training: syncBatchNorm cuts the step at each batch norm and keeps what goes on from there, remat keeps less of a step in one piece; leave one of the two out',
    )
  const chosen = microBatches ?? Math.max(8, 2 ** Math.ceil(Math.log2(ranks!.size)))
  if (!Number.isInteger(chosen) || chosen < 1)
    throw new ArgumentError(`training: microBatches is ${chosen}; expected a whole number of at least 1`)
  if (ranks !== undefined && chosen < ranks.size)
    throw new ArgumentError(
      `training: microBatches is ${chosen}, but there are ${ranks.size} ranks, each of which computes at least one; give at least ${ranks.size}`,
    )
  if (accumulate > 1)
    throw new ArgumentError(
      'training: batches that are divided into micro-batches need no accumulate: memory holds one micro-batch; leave it out, and give a larger batchSize',
    )
  return chosen
}

/** @throws ArgumentError where a full batch has fewer micro-batches than there are ranks: some would compute nothing. */
export function checkShares({ ranks, microBatches, batchSize = 64 }: TrainerOptions, { length }: AnyDataset): void {
  if (ranks === undefined || microBatches === undefined) return
  const examples = Math.min(batchSize, length)
  const parts = [...partRanges(examples, examples, microBatches)].length
  if (parts < ranks.size)
    throw new ArgumentError(
      `training: a batch of ${examples} examples has ${parts} micro-batches, but there are ${ranks.size} ranks, each of which computes at least one; let the size of a batch be a multiple of ${microBatches}, or start fewer ranks`,
    )
}
