import type { Backend } from '../backends/backend.ts'
import type { BatchLoss, Loss } from '../nn/losses.ts'
import type { Metric } from '../nn/metrics.ts'
import type { Optimizer } from '../optim/optimizer.ts'

export interface TrainerOptions {
  /** crossEntropy unless given. */
  readonly loss?: Loss | BatchLoss
  /** What is reported beside the loss; accuracy where there are classes, else nothing, unless given. */
  readonly metrics?: readonly Metric[]
  /**
   * What of an epoch's validation says which epoch is the best, ties by loss: a metric's name or 'loss'. The first of the metrics unless given,
   * 'loss' where there is none.
   */
  readonly monitor?: string
  /** Whether more of it is better, or less, where `validate` tells it and no metric does; 'more' unless given. */
  readonly monitorBetter?: 'more' | 'less'
  /**
   * Names of the classes in the order in which the model shall count them, for a network that is not a model yet; those of the data unless given. Data
   * in another order is brought into this one.
   */
  readonly classes?: readonly string[]
  readonly optimizer: Optimizer
  /** Examples a step; 64 unless given. What is left over is an epoch's last step, but one example alone goes with the step before. */
  readonly batchSize?: number
  readonly epochs: number
  /**
   * Whether the batches of the first epoch go from the shortest sequences to the longest, and only those of later ones are in random order: SortaGrad (Amodei
   * et al., 2016, section 3.3). Long sequences are hard to learn from at first.
   */
  readonly shortestFirst?: boolean
  /**
   * Whether examples come in random order, another in each epoch; true unless given. In the data's own order, batches are stretches of it, whatever the lengths of
   * sequences: what layers with `stateful: true` need.
   */
  readonly shuffle?: boolean
  /** Steps in all, as the schedule counts them, for those who make one of several batches; a step a batch unless given. */
  readonly steps?: number
  /** From which first values, the order of examples, and dropout derive; 0 unless given. */
  readonly seed?: number
  /** Where to compute, for a network that is not a model yet; wasm on all cores unless given. */
  readonly backend?: Backend
  /**
   * Names of parameters that stay as they are, for fine-tuning; none unless given. Normalisation of frozen layers keeps its statistics. It may depend on the
   * epoch, counted from 1: `(name, epoch) => epoch <= 3 && !name.startsWith('fc.')` trains only the head at first. Where other parameters
   * learn from an epoch on, the optimizer starts afresh.
   */
  readonly freeze?: (name: string, epoch: number) => boolean
}
