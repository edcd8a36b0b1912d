/** Steps of divided batches: each rank computes its micro-batches of a batch, and all make the same update of the gradients' sum. */
import type { Profile } from '../backends/profile.ts'
import { ArgumentError, DataError } from '../core/errors.ts'
import { gathered } from '../distributed/messages.ts'
import type { ExchangeSeconds, Ranks } from '../distributed/ranks.ts'
import type { Metric } from '../nn/metrics.ts'
import { type AnyModel, writeWeights } from '../nn/model.ts'
import { agreeOnTraining } from './agree-training.ts'
import { type Batch, nextEpoch, type Place } from './batches.ts'
import type { RunningSums, Sums } from './evaluation.ts'
import type { FollowSums, MicroBatch, MicroBatchPrograms, MicroBatchResult } from './micro-batch-programs.ts'
import { type DividedBatch, DividedBatches } from './micro-batches.ts'
import type { Moment, Parts } from './moment.ts'
import { DivergedTraining, type RankTimes } from './reports.ts'
import { StepExchange, type ToldDivergence } from './step-exchange.ts'
import type { StepNumbers } from './training-programs.ts'
import type { Wishes } from './wishes.ts'

/** What such steps take of a training. */
export interface DividedTraining<M extends AnyModel> {
  readonly model: M
  readonly ranks: Ranks | undefined
  readonly wishes: Wishes | undefined
  /** Those that are counted in training. */
  readonly metrics: readonly Metric[]
  readonly parts: Parts
  readonly at: Moment
  nextPlace(): Promise<Place>
  numbers(): StepNumbers
  programs(): Promise<MicroBatchPrograms>
  diverged(result: MicroBatchResult, batch: Batch, draw: number): Promise<DivergedTraining<M>>
}

/** A rank's share of a step. */
interface Share {
  readonly programs: MicroBatchPrograms
  readonly batches: DividedBatches
  readonly batch: DividedBatch
  /** To be called when all of the rank's micro-batches are read. */
  readAhead(): Promise<void>
  /** Takes the profile of the first of them, where it is asked for. */
  readonly profiles: Profile[] | undefined
}

/** What comes of a rank's own micro-batches. */
interface Computed<M extends AnyModel> {
  /** What each of them counts. */
  readonly counted: readonly RunningSums[]
  readonly diverged: DivergedTraining<M> | undefined
  /** Milliseconds that went into a profile. */
  readonly aside: number
}

/** A process alone exchanges nothing. */
const noSeconds: ExchangeSeconds = { waiting: 0, moving: 0, hidden: 0 }

/** How all ranks spend the time of steps. @param steps what they make, where they have made any */
export const rankTimes = (ranks: Ranks | undefined, steps?: { readonly times: RankTimes }): Promise<RankTimes[]> =>
  gathered(ranks, steps?.times ?? { step: 0, ...noSeconds })

export class DividedSteps<M extends AnyModel> {
  readonly #training: DividedTraining<M>
  readonly #exchange: StepExchange
  #batches: DividedBatches | undefined
  /** The next epoch's, which are read while the last of this one are computed. */
  #coming: DividedBatches | undefined
  /** Whether all ranks were found to be at the same place of the same training. */
  #agreed = false
  #secondsWaited = 0
  /** Seconds of steps, with `ranks.seconds` as they were when the count began. */
  readonly #times = { steps: 0, seconds: 0, ...noSeconds }

  constructor(training: DividedTraining<M>) {
    const { ranks, metrics, wishes, parts } = training
    this.#training = training
    this.#exchange = new StepExchange(ranks, metrics, wishes, parts.fastSums)
  }

  /** Seconds in which it has waited for examples. */
  get secondsWaited(): number {
    return this.#secondsWaited
  }

  /** Means of a step's seconds, since the first or the one that was profiled. */
  get times(): RankTimes {
    const { steps, seconds, ...before } = this.#times
    const now = this.#training.ranks?.seconds ?? noSeconds
    const of = (sum: number): number => (steps === 0 ? 0 : sum / steps)
    const [waiting, moving, hidden] = (['waiting', 'moving', 'hidden'] as const).map((kind) =>
      of(now[kind] - before[kind]),
    )
    return { step: of(seconds), waiting, moving, hidden }
  }

  /** Has the ranks agree once more before the next step, where the training goes on from another place. */
  agreeAnew(): void {
    this.#agreed = false
  }

  /** Goes over to the next epoch's batches. */
  async enterEpoch(): Promise<void> {
    const batches = this.#batches
    this.#batches = this.#coming
    this.#coming = undefined
    await batches?.close()
  }

  async close(): Promise<void> {
    await this.enterEpoch()
    await this.enterEpoch()
  }

  /** @param profiles takes the profile of the rank's first micro-batch @returns what all examples of the batch add up to */
  async step(profiles?: Profile[]): Promise<Sums> {
    const { ranks, parts, at } = this.#training
    if (ranks !== undefined && !this.#agreed) await agreeOnTraining(ranks, at, parts)
    this.#agreed = true
    const place = await this.#training.nextPlace()
    const numbers = this.#training.numbers()
    const { rank = 0, size = 1 } = ranks ?? {}
    const started = performance.now()
    const division = { microBatches: parts.microBatches!, rank, size }
    this.#batches ??= await DividedBatches.of(parts.data, parts.batchSize, place, division)
    if (profiles !== undefined) this.#checkProfiled()
    const batch = this.#batches.next()
    const programs = await this.#training.programs()
    programs.sums.clear()
    const isLast = at.position + batch.examples >= parts.data.length && at.epoch < parts.epochs
    // What cannot be planned is told of when it is asked for.
    const readAhead = async (): Promise<void> => {
      if (!isLast) return
      const coming = DividedBatches.of(parts.data, parts.batchSize, nextEpoch(place), division)
      this.#coming = await coming.catch(() => undefined)
    }
    const { counted, diverged, aside } = await this.#computeOwn({
      programs,
      batches: this.#batches,
      batch,
      readAhead,
      profiles,
    })
    at.draw += batch.sizes.length
    at.position += batch.examples
    if (diverged !== undefined && ranks === undefined) throw diverged
    const total = await this.#exchange.total(programs.sums, batch.sizes.length, counted, diverged)
    if (total.diverged !== undefined) throw diverged ?? (await this.#toldDivergence(total.diverged))
    await programs.update(total.slot, numbers)
    const seconds = (performance.now() - started - aside) / 1000
    at.seconds += seconds
    this.#countStep(seconds, profiles !== undefined)
    return total.sums
  }

  /** @throws ArgumentError where the next step has no micro-batch to tell of. */
  #checkProfiled(): void {
    const { parts, at } = this.#training
    // Where ranks are more than the micro-batches of a small batch, some have none to tell of.
    if (parts.data.length - at.position < parts.batchSize)
      throw new ArgumentError('profile: the next batch is smaller than others; profile one of full size')
  }

  /** Computes the rank's own micro-batches of a batch, to the first whose numbers are not finite. */
  async #computeOwn(share: Share): Promise<Computed<M>> {
    let isTaken = false
    try {
      const computed = this.#training.parts.syncBatchNorm
        ? await this.#computeSideBySide(share)
        : await this.#computeInTurn(share)
      isTaken = computed.diverged === undefined
      return computed
    } finally {
      // What it left unread is not the next batch's; what could not be read is read again where it is asked for again.
      if (!isTaken) await this.close()
    }
  }

  /** One after the other; what is finished of the last one's gradients travels while it is computed. */
  async #computeInTurn({ programs, batches, batch: divided, readAhead, profiles }: Share): Promise<Computed<M>> {
    const { sums } = programs
    const { sizes, examples } = divided
    const [from, to] = divided.own
    const counted: RunningSums[] = []
    let aside = 0
    const send: FollowSums | undefined = this.#exchange.sendsEarly(sums)
      ? (unmerged, progress) => this.#exchange.begin(sums, sizes.length, unmerged, progress)
      : undefined
    for (let leaf = from; leaf < to; leaf++) {
      const batch = await this.#read(batches)
      if (leaf === to - 1) await readAhead()
      const of = this.#placeOf(leaf, sizes[leaf] / examples)
      if (profiles !== undefined && leaf === from) {
        const begun = performance.now()
        profiles.push(await programs.profile(batch, of))
        aside = performance.now() - begun
      }
      const result = await programs.run(batch, of, leaf === to - 1 ? send : undefined)
      counted.push(result.sums.soFar())
      const diverged = await this.#divergenceIn(result, batch, of)
      if (diverged !== undefined) return { counted, diverged, aside }
    }
    return { counted, diverged: undefined, aside }
  }

  /** All at once, between sums over the whole batch. */
  async #computeSideBySide({ programs, batches, batch: divided, readAhead, profiles }: Share): Promise<Computed<M>> {
    const { sizes, examples } = divided
    const [from, to] = divided.own
    const { copyOf, summedOverBatch } = await import('./side-by-side.ts')
    const side = []
    for (let leaf = from; leaf < to; leaf++)
      side.push({ batch: copyOf(await this.#read(batches)), of: this.#placeOf(leaf, sizes[leaf] / examples) })
    await readAhead()
    let aside = 0
    const results = await programs.runSideBySide(
      side,
      async (vectors) => {
        const { ranks } = this.#training
        const begun = performance.now()
        const sum = await summedOverBatch(ranks, sizes.length, vectors)
        // Ranks count the seconds of gradients' sums alone; at a cut nearly all is waiting.
        if (ranks !== undefined) this.#times.waiting -= (performance.now() - begun) / 1000
        return sum
      },
      profiles &&
        ((first) => {
          profiles.push(first.profile)
          aside = first.aside
        }),
    )
    let diverged: DivergedTraining<M> | undefined
    for (const [i, { batch, of }] of side.entries()) diverged ??= await this.#divergenceIn(results[i], batch, of)
    return { counted: results.map(({ sums }) => sums.soFar()), diverged, aside }
  }

  #placeOf(leaf: number, share: number): MicroBatch {
    return { draw: this.#training.at.draw + leaf, leaf, share }
  }

  async #divergenceIn(
    result: MicroBatchResult,
    batch: Batch,
    { draw }: MicroBatch,
  ): Promise<DivergedTraining<M> | undefined> {
    const areNumbers = Number.isFinite(result.sums.loss) && result.areFinite
    return areNumbers ? undefined : this.#training.diverged(result, batch, draw)
  }

  /** @param isAnew whether the count begins behind this step, which took longer than others */
  #countStep(seconds: number, isAnew: boolean): void {
    const times = this.#times
    times.steps++
    times.seconds += seconds
    if (isAnew) Object.assign(times, { steps: 0, seconds: 0, ...this.#training.ranks?.seconds })
  }

  async #read(batches: DividedBatches): Promise<Batch> {
    const asked = performance.now()
    const batch = await batches.read()
    this.#secondsWaited += (performance.now() - asked) / 1000
    return batch
  }

  /** What another rank found. */
  async #toldDivergence({ message, examples, anomaly, cause }: ToldDivergence): Promise<DivergedTraining<M>> {
    const { model, at } = this.#training
    const { good, epoch, step, history } = at
    await writeWeights(model, good.weights)
    const why = cause === undefined ? undefined : new DataError(cause)
    return new DivergedTraining(message, { step: step + 1, epoch, examples, anomaly, cause: why }, model, history)
  }
}
