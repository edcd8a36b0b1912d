/** Three sets of one, and what balances classes. */
import { ArgumentError, DataError } from '../core/errors.ts'
import type { Dataset } from './dataset.ts'
import type { Splits } from './idx-folder.ts'
import { labelsOf, randomSplit, subset } from './memory.ts'

export interface SplitOptions {
  /** Examples for validation: a number of at least 1, or a share of all, above 0 and below 1. */
  readonly validation: number
  /** Likewise for the test; without it, the test set is empty. */
  readonly test?: number
  /** By which they are chosen; 0 unless given. */
  readonly seed?: number
}

/** How many examples a size means, a number of them or a share of all. @throws ArgumentError for what is neither. */
export function countOfSize(where: string, what: string, size: number, length: number): number {
  if (size > 0 && size < 1) return Math.max(1, Math.round(size * length))
  if (Number.isInteger(size) && size >= 1) return size
  throw new ArgumentError(
    `${where}: ${what} is ${size}; expected a whole number of at least 1, or a share between 0 and 1`,
  )
}

/**
 * Splits a data set by seed; with labels, each class gives its share to each part. The same examples are in the test set whatever is chosen for
 * validation.
 * @throws ArgumentError unless every part has at least one example.
 */
export function splits(dataset: Dataset, { validation, test, seed = 0 }: SplitOptions): Splits {
  const [known, unseen] =
    test === undefined
      ? [dataset, subset(dataset, [])]
      : randomSplit(dataset, countOfSize('splits', 'test', test, dataset.length), seed)
  const [train, chosen] = randomSplit(known, countOfSize('splits', 'validation', validation, dataset.length), seed)
  return { train, validation: chosen, test: unseen }
}

/**
 * A weight for each class with which all classes count the same: examples / (classes x examples of the class), as scikit-learn's "balanced". Their mean over the
 * examples is 1.
 * @throws DataError for a class without an example; ArgumentError for targets that are not labels of named classes.
 */
export function classWeights(dataset: Dataset): number[] {
  const { classes, name, length } = dataset
  if (classes === undefined) throw new ArgumentError(`classWeights: data set ${name} has no named classes`)
  const counts = new Array<number>(classes.length).fill(0)
  for (const label of labelsOf(dataset)) counts[label]++
  const none = counts.indexOf(0)
  if (none >= 0) throw new DataError(`classWeights: class ${classes[none]} of data set ${name} has no example`)
  return counts.map((count) => length / (classes.length * count))
}
