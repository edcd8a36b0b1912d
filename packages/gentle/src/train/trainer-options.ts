import type { Backend } from '../backends/backend.ts'
import type { Ranks } from '../distributed/ranks.ts'
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
  /**
   * Decay of a moving average of the weights, such as 0.999 (EMA); none is kept unless given. The average is what is validated then, and kept as the best or the last
   * model, batch norm's statistics included; the weights that learn go their way beside it. In the first steps the decay is less, (1 + n) / (10 + n) after n of them.
   */
  readonly ema?: number
  /**
   * Batches a step: their gradients are added up, weighted by numbers of examples, and one update is made of them, so that a step counts as one of a batch so many times as
   * large where memory holds only the smaller. 1 unless given. Batch norm still takes its means over each batch, and an epoch's last step has the batches that are left.
   */
  readonly accumulate?: number
  /**
   * Whether a step computes values anew on the way back instead of keeping them, those that make the most of it: a fraction of the memory for part of another forward pass, as
   * PyTorch's and JAX's `checkpoint`, with the same weights (`GradientOptions`). What `Remat` and `remat` mark is computed anew in any case; false unless given.
   */
  readonly remat?: boolean
  /**
   * Micro-batches that each batch is divided into, one computed after the other or by several processes at once: their gradients are added in an order that depends on
   * their number alone, so weights are the same to the bit on 1 or many ranks. Batch norm takes its means over each micro-batch, unless `syncBatchNorm`; memory holds one. Batches are not divided
   * unless given; with `ranks`, 8, or for more ranks than that the next power of 2.
   */
  readonly microBatches?: number
  /**
   * Whether batch norm takes its means and variances over all micro-batches of a batch, as if it were not divided. They are then computed side by side, from one batch norm to the next, where all
   * ranks wait for each other, and all that a rank computes of a batch is held at once. It needs `microBatches` or `ranks`. false unless given.
   */
  readonly syncBatchNorm?: boolean
  /** The processes that train together, as `distributed()` of `gentle-dl/distributed` gives them; this one trains alone unless given. */
  readonly ranks?: Ranks
  /**
   * Whether ranks add gradients in whatever order is fastest for the network between them (MPI_Allreduce): the last bits then depend on the number of ranks. false unless given.
   */
  readonly fastSums?: boolean
  /** Steps in all, as the schedule counts them, for those who make one of several batches; a step for every `accumulate` batches unless given. */
  readonly steps?: number
  /**
   * Whether a step that gives NaN or infinities is run again to find the op where they begin, its layer, forward or backward, and the examples. Each step keeps a copy of
   * weights and optimizer state from before it for that, and looks at all weights after it; the weights stay the same to the bit. With `reference()` it is run again on that, whose loops define what each op gives, where the step
   * is small enough for it to take seconds, and on the training's own backend where not. false unless given.
   */
  readonly detectAnomaly?: boolean | Backend
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
