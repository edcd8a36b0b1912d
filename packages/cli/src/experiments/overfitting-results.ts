/** What `gentle experiment overfitting` finds. */
import type { Evaluation } from 'gentle-dl'

/** What is known of a training after some of its steps. */
export interface Moment {
  readonly step: number
  /** On the examples learned from: as they are, without dropout. */
  readonly train: Evaluation
  readonly validation: Evaluation
}

/** One training. */
export interface OverfittingRun {
  readonly seed: number
  readonly moments: readonly Moment[]
  readonly seconds: number
}

export interface OverfittingResult {
  readonly remedy: string
  readonly examples: number
  readonly runs: readonly OverfittingRun[]
}
