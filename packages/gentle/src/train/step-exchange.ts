/** What ranks tell each other in a step: the sums of their micro-batches' gradients, losses and metrics. */
import { ArgumentError } from '../core/errors.ts'
import { sharedFloats } from '../core/shared-floats.ts'
import { summed } from '../distributed/messages.ts'
import type { Ranks } from '../distributed/ranks.ts'
import { shareOf, subtreesOf } from '../distributed/tree.ts'
import type { Metric } from '../nn/metrics.ts'
import type { AnyModel } from '../nn/model.ts'
import type { Anomaly } from './anomaly.ts'
import { type RunningSums, Sums } from './evaluation.ts'
import type { DivergedTraining } from './reports.ts'
import type { SubtreeSums } from './subtree-sums.ts'
import type { Wish, Wishes } from './wishes.ts'

/** Why a rank's micro-batches gave no numbers. */
export interface ToldDivergence {
  readonly message: string
  readonly examples: readonly number[] | undefined
  readonly anomaly: Anomaly | undefined
  /** Of the data's fault, where that is why. */
  readonly cause: string | undefined
}

interface Told {
  /** Of the rank's micro-batches, in order. */
  readonly sums: readonly RunningSums[]
  readonly wishes: readonly Wish[]
  readonly diverged?: ToldDivergence
}

/** What comes of the micro-batches of all ranks. */
export interface StepTotal {
  /** The slot that has the sum of gradients. */
  readonly slot: number
  readonly sums: Sums
  readonly diverged?: ToldDivergence
}

const tellable = ({ message, examples, anomaly, cause }: DivergedTraining<AnyModel>): ToldDivergence => ({
  message,
  examples,
  anomaly,
  cause: (cause as Error | undefined)?.message,
})

export class StepExchange {
  readonly #ranks: Ranks | undefined
  readonly #metrics: readonly Metric[]
  readonly #wishes: Wishes
  readonly #inAnyOrder: boolean
  /** A vector for each of the rank's subtrees, and one for the sum. */
  #vectors: readonly Float32Array[] = []

  /** @param metrics that are counted in training */
  constructor(ranks: Ranks | undefined, metrics: readonly Metric[], wishes: Wishes, inAnyOrder: boolean) {
    this.#inAnyOrder = inAnyOrder
    this.#ranks = ranks
    this.#metrics = metrics
    this.#wishes = wishes
  }

  /** @param leaves micro-batches of the step @param own sums of the rank's micro-batches, in order */
  async total(
    gradients: SubtreeSums,
    leaves: number,
    own: readonly RunningSums[],
    diverged: DivergedTraining<AnyModel> | undefined,
  ): Promise<StepTotal> {
    const ranks = this.#ranks
    if (ranks === undefined) return { slot: await gradients.finish(), sums: this.#added(own) }
    const subtrees = subtreesOf(...shareOf(ranks.rank, ranks.size, leaves)).length
    const vectors = this.#room(subtrees + 1, gradients.length)
    const [into, ...addends] = vectors.slice(0, subtrees + 1)
    // Where a loss is no number all ranks stop, and nobody looks at the sum.
    if (diverged === undefined) await gradients.read(addends)
    const told = await summed<Told>(
      ranks,
      { leaves, own: addends, into, inAnyOrder: this.#inAnyOrder },
      { sums: own, wishes: this.#wishes.own, ...(diverged === undefined ? {} : { diverged: tellable(diverged) }) },
    )
    this.#wishes.hear(told.map(({ wishes }) => wishes))
    const other = told.find((each) => each.diverged !== undefined)?.diverged
    if (other !== undefined) return { slot: 0, sums: this.#added([]), diverged: other }
    await gradients.write(into)
    return { slot: 0, sums: this.#added(told.flatMap(({ sums }) => sums)) }
  }

  /** In the order of the micro-batches, whoever computed them. */
  #added(each: readonly RunningSums[]): Sums {
    const total = new Sums(this.#metrics)
    for (const sums of each) total.addSums(new Sums(this.#metrics, sums))
    return total
  }

  #room(count: number, length: number): readonly Float32Array[] {
    if (this.#vectors[0]?.length !== length) this.#vectors = []
    if (typeof SharedArrayBuffer === 'undefined')
      throw new ArgumentError('training: ranks need memory that threads share, which this engine does not have')
    this.#vectors = [
      ...this.#vectors,
      ...Array.from({ length: Math.max(0, count - this.#vectors.length) }, () => sharedFloats(length)),
    ]
    return this.#vectors
  }
}
