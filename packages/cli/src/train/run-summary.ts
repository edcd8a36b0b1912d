/** What a finished training comes to. */
import { type AnyModel, countParameters, type Evaluation } from 'gentle-dl'
import type { Ending } from '../tasks/task.ts'
import type { AnyTaskName } from '../tasks/task-names.ts'
import { meanSpeed } from './metrics.ts'

/** The figures of a finished run of a classifier: summary.json. */
export interface RunSummary {
  readonly model: string
  readonly data: string
  /** The column of a table that was taken for the label, where it was told. */
  readonly label?: string
  readonly task: AnyTaskName
  readonly seed: number
  readonly epochs: number
  /** What the best epoch was chosen by: a metric of the evaluations below, or 'loss'. */
  readonly monitor: string
  /** The epoch whose weights are the best, and were tested. */
  readonly bestEpoch: number
  readonly threads: number
  readonly parameters: number
  /** Of the best weights, on at most 10,000 training examples. */
  readonly train: Evaluation
  readonly validation: Evaluation
  readonly test: Evaluation
  readonly examplesPerSecond: number
  readonly seconds: number
}

/** What summary.json tells first, whatever the task. */
export const summaryBeginning = ({ plan, backend, history }: Ending, task: AnyTaskName, model: AnyModel) => ({
  model: plan.model,
  data: plan.data,
  ...(plan.label === undefined ? {} : { label: plan.label }),
  task,
  seed: plan.seed,
  epochs: plan.epochs,
  bestEpoch: history.findLast((epoch) => epoch.best)!.epoch,
  threads: backend.threads,
  parameters: countParameters(model),
})

/** What it tells last. */
export const summaryEnd = ({ history, seconds }: Ending) => ({
  examplesPerSecond: Math.round(meanSpeed(history)),
  seconds: Number(seconds.toFixed(2)),
})
