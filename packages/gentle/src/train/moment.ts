/** What changes in a training, and what does not. */
import type { AnyDataset } from '../data/dataset.ts'
import type { AnyModel, WeightValues } from '../nn/model.ts'
import type { OptimizerState } from '../optim/optimizer.ts'
import type { CarriedState } from './carried-state.ts'
import type { Sums } from './evaluation.ts'
import type { DependsOn } from './fingerprint.ts'
import type { EpochReport } from './reports.ts'
import type { BestEpoch } from './training-state.ts'
import type { WeightAverage } from './weight-average.ts'

/** Where a training is, weights and the optimizer's variables apart; `TrainingState` says what each is. */
export interface Moment {
  step: number
  steps: number
  epoch: number
  position: number
  /** Batches whose gradients were computed. */
  draw: number
  running: Sums
  seconds: number
  learningRate: number
  history: EpochReport[]
  best: BestEpoch | undefined
  /** Weights to go back to, and what they are of, for messages. */
  good: { readonly weights: WeightValues; readonly of: string }
}

/** What a training was made of. */
export interface Parts extends DependsOn {
  readonly model: AnyModel
  readonly data: AnyDataset
  readonly epochs: number
  /** As the caller asked for, if so. */
  readonly steps: number | undefined
  /** Of the phase under way. */
  optimizerState: OptimizerState
  /** Lets the parameters learn that do so in an epoch. */
  enterPhaseOf(epoch: number): void
  readonly carried: CarriedState
  /** Of the weights, where one is kept. */
  readonly average: WeightAverage | undefined
}
