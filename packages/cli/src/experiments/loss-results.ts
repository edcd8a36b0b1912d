/** What `gentle experiment loss` finds. */
import { bestLoss, expectedOptimism, lossStd } from './gaussians.ts'
import { meanOf } from './results.ts'

/** One seed. */
export interface LossRun {
  readonly seed: number
  /** Empirical loss of the best classifier there is, on these examples. */
  readonly best: number
  /** Of a classifier that learned from them: on them, on as many others, and expected. */
  readonly train: number
  readonly validation: number
  readonly expected: number
}

export interface LossResult {
  readonly examples: number
  readonly runs: readonly LossRun[]
}

/** What the seeds of one number of examples say of the rates at which losses close in, and what theory says. */
export interface Errors {
  /** Root mean square of what the best classifier's empirical loss is off its expected loss, and the standard deviation of one example's loss / √n. */
  readonly sampling: number
  readonly samplingInTheory: number
  /** Mean of what learning gains on its own examples and loses in expectation, both beside the best classifier; and in theory for many examples. */
  readonly gained: number
  readonly lost: number
  readonly optimismInTheory: number
}

export const errorsOf = ({ examples, runs }: LossResult): Errors => ({
  sampling: Math.sqrt(meanOf(runs.map(({ best }) => (best - bestLoss) ** 2))),
  samplingInTheory: lossStd / Math.sqrt(examples),
  // On the same examples: what these have of chance is in both, and goes.
  gained: meanOf(runs.map(({ best, train }) => best - train)),
  lost: meanOf(runs.map(({ expected }) => expected - bestLoss)),
  optimismInTheory: expectedOptimism(examples),
})
