/** How many examples experiments learn from, and which. */
import { Random } from 'gentle-dl'
import { type Dataset, subset } from 'gentle-dl/data'
import { UsageError } from '../terminal/usage.ts'

/** Rows and columns at which image files are read: those of MNIST, for which the networks are made. */
export const pictureSize = 28

/**
 * The numbers of a list such as `100,1000`, ascending; those beyond what there is become all there are.
 * @throws UsageError for anything but whole numbers of at least 1.
 */
export function exampleCounts(list: string, available: number): number[] {
  const counts = list.split(',').map(Number)
  if (!counts.every((count) => Number.isInteger(count) && count >= 1))
    throw new UsageError(
      `--examples is ${list}; expected whole numbers of at least 1, separated by commas, such as 100,1000`,
    )
  return [...new Set(counts.map((count) => Math.min(count, available)))].sort((a, b) => a - b)
}

/** So many examples by the seed. Of one seed, the fewer are among the more. */
export const someOf = (dataset: Dataset, count: number, seed: number): Dataset =>
  subset(dataset, new Random(seed, 'examples of an experiment').permutation(dataset.length).subarray(0, count))

/** Epochs that come to this many steps, or to the next more. */
export const epochsFor = (steps: number, examples: number, batchSize: number): number =>
  Math.ceil(steps / Math.ceil(examples / batchSize))
