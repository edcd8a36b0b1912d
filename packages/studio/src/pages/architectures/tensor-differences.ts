/** What differs between the weights of two files, as the page lists it. */
import type { FileComparison, TensorDifference } from 'gentle-dl/inspect'
import type { TensorFacts } from './given-file.ts'

/** Tensors that are listed of each kind; the rest are counted. */
const listed = 100

/** Some of a list, and how many there are. */
export interface Listed<Item> {
  readonly count: number
  readonly first: readonly Item[]
}

export interface TensorDifferences {
  readonly equal: number
  /** How the second file's names were changed to those of the first. */
  readonly changes: readonly string[]
  /** The largest relative difference first. */
  readonly different: Listed<TensorDifference>
  readonly onlyFirst: Listed<TensorFacts>
  readonly onlySecond: Listed<TensorFacts>
  readonly shapeMismatch: Listed<readonly [TensorFacts, TensorFacts]>
}

const someOf = <Item>(items: readonly Item[]): Listed<Item> => ({ count: items.length, first: items.slice(0, listed) })

export const tensorDifferences = ({
  equal,
  changes,
  different,
  onlyFirst,
  onlySecond,
  shapeMismatch,
}: FileComparison): TensorDifferences => ({
  equal,
  changes,
  different: someOf(different),
  onlyFirst: someOf(onlyFirst),
  onlySecond: someOf(onlySecond),
  shapeMismatch: someOf(shapeMismatch),
})
