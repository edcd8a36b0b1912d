/** What a training tells as it goes on. */
import { DivergenceError } from '../core/errors.ts'
import type { AnyModel, Model } from '../nn/model.ts'
import type { Anomaly } from './anomaly.ts'
import type { Evaluation } from './evaluation.ts'

/** What is known after a step. */
export interface StepReport {
  /** Steps done in all, and in the whole training. */
  readonly step: number
  readonly steps: number
  /** The epoch that the step belongs to, from 1. */
  readonly epoch: number
  /** Mean loss of the step's own examples. */
  readonly loss: number
  /** Means of this epoch so far. */
  readonly train: Evaluation
  /** Examples trained on in this epoch so far. */
  readonly examples: number
  readonly learningRate: number
}

/** How a rank spends the time of a step, in seconds. */
export interface RankTimes {
  readonly step: number
  /** Until the others have come to the exchange. */
  readonly waiting: number
  /** Moving gradients to other ranks and adding them. */
  readonly moving: number
  /** Of `moving`, what went on while the rank still computed gradients. */
  readonly hidden: number
}

/** What is known after an epoch. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number
  /** Means over the epoch's steps, while the parameters changed. */
  readonly train: Evaluation
  /** On the validation set, where there is one. */
  readonly validation?: Evaluation
  /** Where a moving average of the weights is validated and kept: the same of the weights that learn, to see what the average is worth. */
  readonly plainValidation?: Evaluation
  /** Of its last step. */
  readonly learningRate: number
  /** Seconds of the epoch's reading and steps, validation apart. */
  readonly seconds: number
  readonly examplesPerSecond: number
  /** Whether its weights are the best so far. */
  readonly best: boolean
}

/** A training whose loss or parameters became NaN or infinite. Where an example is why, which holds such a number, its `cause` is a DataError. */
export class DivergedTraining<M extends AnyModel = Model> extends DivergenceError {
  /** The epoch under way, from 1. */
  readonly epoch: number
  /** The examples of the step's batch, by their numbers in the data set; undefined where the fault was found behind the step. */
  readonly examples: readonly number[] | undefined
  /** Where it begins: looked for at the first step, and with `detectAnomaly` at each. */
  readonly anomaly: Anomaly | undefined
  /** The model, with the parameters of the last good epoch, or those it began with. */
  readonly model: M
  /** The epochs before. */
  readonly history: readonly EpochReport[]
  constructor(
    message: string,
    {
      step,
      epoch,
      examples,
      anomaly,
      cause,
    }: Pick<DivergedTraining, 'step' | 'epoch' | 'examples' | 'anomaly'> & { readonly cause: Error | undefined },
    model: M,
    history: readonly EpochReport[],
  ) {
    super(message, step, cause === undefined ? undefined : { cause })
    this.epoch = epoch
    this.examples = examples
    this.anomaly = anomaly
    this.model = model
    this.history = history
  }
}
