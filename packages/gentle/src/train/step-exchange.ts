/** What ranks tell each other in a step: the sums of their micro-batches' gradients, losses and metrics. */
import type { Progress } from '../backends/backend.ts'
import { summed } from '../distributed/messages.ts'
import type { Addends, Computation, Ranks } from '../distributed/ranks.ts'
import { shareOf, subtreesOf } from '../distributed/tree.ts'
import type { Metric } from '../nn/metrics.ts'
import type { AnyModel } from '../nn/model.ts'
import type { Anomaly } from './anomaly.ts'
import { type RunningSums, Sums } from './evaluation.ts'
import type { Bucket } from './gradient-vector.ts'
import type { DivergedTraining } from './reports.ts'
import type { SubtreeSums, UnmergedSums } from './subtree-sums.ts'
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

const within = ({ from, to }: Bucket, vectors: readonly Float32Array[]): Float32Array[] =>
  vectors.map((vector) => vector.subarray(from, to))

export class StepExchange {
  readonly #ranks: Ranks | undefined
  readonly #metrics: readonly Metric[]
  readonly #wishes: Wishes | undefined
  readonly #inAnyOrder: boolean
  /** What is under way since before the last micro-batch's gradients were there. */
  #early: { readonly sums: readonly Promise<unknown>[]; readonly last: Addends } | undefined

  /** @param metrics that are counted in training */
  constructor(ranks: Ranks | undefined, metrics: readonly Metric[], wishes: Wishes | undefined, inAnyOrder: boolean) {
    this.#inAnyOrder = inAnyOrder
    this.#ranks = ranks
    this.#metrics = metrics
    this.#wishes = wishes
  }

  /** Whether gradients may travel before all are there: small networks' all go at once. */
  sendsEarly({ buckets }: SubtreeSums): boolean {
    return this.#ranks !== undefined && this.#ranks.size > 1 && buckets.length > 1
  }

  /**
   * Lets gradients travel while the program of a rank's last micro-batch still computes others.
   * @param leaves micro-batches of the step
   * @returns what is to be called when the program has come to its end
   */
  begin(gradients: SubtreeSums, leaves: number, sums: UnmergedSums, progress: Progress): () => void {
    const { word } = progress
    const done = new Int32Array(new SharedArrayBuffer(4))
    Atomics.store(word, 0, 0)
    const addends = gradients.buckets.map((bucket): Addends => {
      const [into, ...vectors] = within(bucket, [gradients.total, ...sums.vectors])
      const until = Math.max(...bucket.members.map((number) => progress.finalAt(gradients.places[number])))
      const additions = sums.additions.map(([to, added]) => [vectors[to], vectors[added]] as const)
      const after: Computation = { progress: word, until, done, additions }
      return { leaves, own: sums.merged.map((place) => vectors[place]), into, inAnyOrder: this.#inAnyOrder, after }
    })
    const early = addends.slice(0, -1).map((each) => this.#ranks!.sum(each))
    // Whoever waits for the last one hears of it.
    for (const sum of early) sum.catch(() => {})
    this.#early = { sums: early, last: addends.at(-1)! }
    return () => Atomics.store(done, 0, 1)
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
    this.#early ??= await this.#begin(ranks, gradients, leaves)
    const { sums, last } = this.#early
    this.#early = undefined
    const message = {
      sums: own,
      wishes: this.#wishes?.own ?? [],
      ...(diverged === undefined ? {} : { diverged: tellable(diverged) }),
    }
    const [told] = await Promise.all([summed<Told>(ranks, last, message), ...sums])
    this.#wishes?.hear(told.map(({ wishes }) => wishes))
    const other = told.find((each) => each.diverged !== undefined)?.diverged
    if (other !== undefined) return { slot: 0, sums: this.#added([]), diverged: other }
    await gradients.settle()
    return { slot: 0, sums: this.#added(told.flatMap(({ sums }) => sums)) }
  }

  /** Lets all gradients travel but the last bucket's. Where a loss is no number all ranks stop, and nobody looks at the sums. */
  async #begin(ranks: Ranks, gradients: SubtreeSums, leaves: number) {
    const { length } = subtreesOf(...shareOf(ranks.rank, ranks.size, leaves))
    const vectors = [gradients.total, ...(await gradients.vectors(length))]
    const addends = gradients.buckets.map((bucket): Addends => {
      const [into, ...own] = within(bucket, vectors)
      return { leaves, own, into, inAnyOrder: this.#inAnyOrder }
    })
    return { sums: addends.slice(0, -1).map((each) => ranks.sum(each)), last: addends.at(-1)! }
  }

  /** In the order of the micro-batches, whoever computed them. */
  #added(each: readonly RunningSums[]): Sums {
    const total = new Sums(this.#metrics)
    for (const sums of each) total.addSums(new Sums(this.#metrics, sums))
    return total
  }
}
