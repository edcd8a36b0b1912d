/** What a finished training of a classifier comes to. */
import type { Evaluation } from 'gentle-dl'

/** The figures of a finished run: summary.json. */
export interface RunSummary {
  readonly model: string
  readonly data: string
  /** The column of a table that was taken for the label, where it was told. */
  readonly label?: string
  readonly task: 'classify'
  readonly seed: number
  readonly epochs: number
  /** The epoch whose weights are the best, and were tested. */
  readonly bestEpoch: number
  readonly threads: number
  readonly parameters: number
  readonly train: Evaluation
  readonly validation: Evaluation
  readonly test: Evaluation
  readonly examplesPerSecond: number
  readonly seconds: number
}
