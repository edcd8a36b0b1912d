/** The four tasks of the lecture, as a training sees them. */
import type { Backend, EpochReport, Layer, Loss, Metric, Model, RunFolder } from 'gentle-dl'
import type { Dataset, Policy, Splits } from 'gentle-dl/data'
import type { Recipe } from 'gentle-dl/models'
import type { Plan, Settings } from '../train/settings.ts'

/** Settings of a training whose network and data are known. */
export type NamedSettings = Settings & { readonly model: string; readonly data: string }

/** A run that goes on, and the classes that it has: data in another order is brought into theirs. */
export interface EarlierRun {
  readonly run: string
  readonly classes?: readonly string[]
}

/** A training that has come to its end. */
export interface Ending {
  readonly run: RunFolder
  readonly plan: Plan
  readonly backend: Backend
  readonly history: readonly EpochReport[]
  readonly seconds: number
  readonly flags: { readonly json?: boolean; readonly quiet?: boolean }
}

/** Everything that a training needs of its task. */
export interface Preparation {
  /** The examples as the loss wants them. */
  readonly splits: Splits
  readonly network: Layer
  /** Parameters whose shapes depend on the classes, with the axis that counts them. */
  readonly head: ReadonlyMap<string, number>
  readonly recipe: Recipe
  /** Names of what the outputs tell. */
  readonly classes?: readonly string[]
  readonly loss: Loss
  /** What is counted in training; the usual metrics unless given. */
  readonly metrics?: readonly Metric[]
  /** The metric by which the best epoch is chosen, 0 to 1, and what it is called. */
  readonly monitor: string
  readonly scoreName: string
  /** Measures it on the validation set, where it cannot be counted in training. */
  validate?(model: Model): Promise<Readonly<Record<string, number>>>
  /** The training examples, changed by chance. */
  augmented(policy: Policy, seed: number): Dataset
  /** Looks at the test set once and tells everything. Gives the exit code. */
  finish(ending: Ending): Promise<number>
}
