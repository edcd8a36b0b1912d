/** What `gentle experiment memory` finds. */

export const problems = ['adding', 'copying'] as const
export const cells = ['RNN', 'LSTM', 'GRU'] as const

export type Problem = (typeof problems)[number]
export type Cell = (typeof cells)[number]

/** One training. */
export interface MemoryRun {
  readonly seed: number
  /** On examples that were not trained on. */
  readonly loss: number
  /** How much was solved, 1 for all: of adding, the share of the variance that is explained; of copying, the share of the symbols that are right. */
  readonly solved: number
  readonly seconds: number
}

export interface MemoryResult {
  readonly problem: Problem
  readonly cell: Cell
  /** Steps over which something has to be kept. */
  readonly distance: number
  readonly runs: readonly MemoryRun[]
}

/** How much the answer of a network that learned nothing yet depends on each input before. */
export interface Reach {
  readonly cell: Cell
  /** Size of the gradient of the last output by the input so many steps before it, from 0 on, of each seed. */
  readonly gradients: readonly (readonly number[])[]
}
