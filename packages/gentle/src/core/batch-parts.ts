/** How a training cuts an epoch's examples into batches, and a batch into parts, which may be computed on different machines. */

/** Examples of a batch, from the first to before the last. */
export interface BatchRange {
  readonly start: number
  readonly end: number
}

/**
 * The batches of so many examples, the last of which may be smaller. One example that is left over goes into the batch before, which then has one more: a batch of
 * its own would be a step by that example alone, as large as one by all others, and batch norm, which needs several values, could not take it.
 */
export function* batchRanges(examples: number, batchSize: number): Generator<BatchRange> {
  const whole = wholeBatches(examples, batchSize)
  for (let start = 0; start < whole; start += batchSize) yield { start, end: start + batchSize }
  if (whole < examples) yield { start: whole, end: examples }
}

/** How many of a number of examples are in batches of full size; the rest are the last batch of an epoch of training, which may have one more. */
export function wholeBatches(examples: number, batchSize: number): number {
  const rest = examples % batchSize
  return examples - rest - (rest === 1 && examples > 1 ? batchSize : 0)
}

/** Parts of a batch, each of which one machine reads, however many machines share it: neighbours take parts that follow each other. */
export const batchParts = 8

/**
 * The parts of a batch, each of as many examples as that share of a full batch; of a smaller batch there are fewer, and the last may be smaller (`batchRanges`). There are
 * never more: the last has one more where the batch has, as the last of an epoch can.
 */
export function* partRanges(examples: number, batchSize: number, parts = batchParts): Generator<BatchRange> {
  const ranges = [...batchRanges(examples, Math.ceil(batchSize / parts))]
  yield* ranges.slice(0, parts - 1)
  if (ranges.length >= parts) yield { start: ranges[parts - 1].start, end: examples }
}
