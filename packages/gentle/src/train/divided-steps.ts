/** Steps of divided batches: each rank computes its micro-batches of a batch, and all make the same update of the gradients' sum. */
import type { Profile } from '../backends/profile.ts'
import { ArgumentError, DataError } from '../core/errors.ts'
import type { Ranks } from '../distributed/ranks.ts'
import type { Metric } from '../nn/metrics.ts'
import { type AnyModel, writeWeights } from '../nn/model.ts'
import { agreeOnTraining } from './agree-training.ts'
import { type Batch, nextEpoch, type Place } from './batches.ts'
import type { RunningSums, Sums } from './evaluation.ts'
import type { MicroBatch, MicroBatchPrograms, MicroBatchResult } from './micro-batch-programs.ts'
import { type DividedBatch, DividedBatches } from './micro-batches.ts'
import type { Moment, Parts } from './moment.ts'
import { DivergedTraining } from './reports.ts'
import { StepExchange, type ToldDivergence } from './step-exchange.ts'
import type { StepNumbers } from './training-programs.ts'
import type { Wishes } from './wishes.ts'

/** What such steps take of a training. */
export interface DividedTraining<M extends AnyModel> {
  readonly model: M
  readonly ranks: Ranks | undefined
  readonly wishes: Wishes
  /** Those that are counted in training. */
  readonly metrics: readonly Metric[]
  readonly parts: Parts
  readonly at: Moment
  nextPlace(): Promise<Place>
  numbers(): StepNumbers
  programs(): Promise<MicroBatchPrograms>
  diverged(result: MicroBatchResult, batch: Batch, draw: number): Promise<DivergedTraining<M>>
}

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
  readonly #times = { steps: 0, seconds: 0, waiting: 0, moving: 0 }

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
  get times(): { readonly step: number; readonly waiting: number; readonly moving: number } {
    const { steps, seconds, waiting, moving } = this.#times
    const now = this.#training.ranks?.seconds ?? { waiting: 0, moving: 0 }
    const of = (sum: number): number => (steps === 0 ? 0 : sum / steps)
    return { step: of(seconds), waiting: of(now.waiting - waiting), moving: of(now.moving - moving) }
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

  /** @param onProfile takes the profile of the rank's first micro-batch @returns what all examples of the batch add up to */
  async step(onProfile?: (profile: Profile) => void): Promise<Sums> {
    const { ranks, parts, at } = this.#training
    if (ranks !== undefined && !this.#agreed) await agreeOnTraining(ranks, at, parts)
    this.#agreed = true
    const place = await this.#training.nextPlace()
    const numbers = this.#training.numbers()
    const { rank = 0, size = 1 } = ranks ?? {}
    const started = performance.now()
    const division = { microBatches: parts.microBatches!, rank, size }
    this.#batches ??= await DividedBatches.of(parts.data, parts.batchSize, place, division)
    if (onProfile !== undefined) this.#checkProfiled()
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
    const { counted, diverged, aside } = await this.#computeOwn(programs, this.#batches, batch, readAhead, onProfile)
    at.draw += batch.sizes.length
    at.position += batch.examples
    if (diverged !== undefined && ranks === undefined) throw diverged
    const total = await this.#exchange.total(programs.sums, batch.sizes.length, counted, diverged)
    if (total.diverged !== undefined) throw diverged ?? (await this.#toldDivergence(total.diverged))
    await programs.update(total.slot, numbers)
    const seconds = (performance.now() - started - aside) / 1000
    at.seconds += seconds
    this.#countStep(seconds, onProfile !== undefined)
    return total.sums
  }

  /** @throws ArgumentError where the next step has no micro-batch to tell of. */
  #checkProfiled(): void {
    const { parts, at } = this.#training
    if (parts.syncBatchNorm)
      throw new ArgumentError(
        'profile: with syncBatchNorm a micro-batch is computed by many programs, between which it waits for the others; leave one of the two out',
      )
    // Where ranks are more than the micro-batches of a small batch, some have none to tell of.
    if (parts.data.length - at.position < parts.batchSize)
      throw new ArgumentError('profile: the next batch is smaller than others; profile one of full size')
  }

  /**
   * Computes the rank's own micro-batches of a batch, to the first whose numbers are not finite.
   * @param readAhead is called when all of them are read
   * @returns what they count, and milliseconds that went aside into a profile
   */
  async #computeOwn(
    programs: MicroBatchPrograms,
    batches: DividedBatches,
    { sizes, examples, own }: DividedBatch,
    readAhead: () => Promise<void>,
    onProfile?: (profile: Profile) => void,
  ) {
    const { ranks, parts, at } = this.#training
    const { draw } = at
    const counted: RunningSums[] = []
    let diverged: DivergedTraining<M> | undefined
    let aside = 0
    let isTaken = false
    const placeOf = (leaf: number): MicroBatch => ({ draw: draw + leaf, leaf, share: sizes[leaf] / examples })
    const count = async (result: MicroBatchResult, batch: Batch, of: MicroBatch): Promise<void> => {
      counted.push(result.sums.soFar())
      if (!Number.isFinite(result.sums.loss) || !result.areFinite)
        diverged ??= await this.#training.diverged(result, batch, of.draw)
    }
    try {
      if (parts.syncBatchNorm) {
        const { copyOf, summedOverBatch } = await import('./side-by-side.ts')
        const side = []
        for (let leaf = own[0]; leaf < own[1]; leaf++)
          side.push({ batch: copyOf(await this.#read(batches)), of: placeOf(leaf) })
        await readAhead()
        const results = await programs.runSideBySide(side, (vectors) => summedOverBatch(ranks, sizes.length, vectors))
        for (const [i, { batch, of }] of side.entries()) await count(results[i], batch, of)
      } else
        for (let leaf = own[0]; leaf < own[1] && diverged === undefined; leaf++) {
          const batch = await this.#read(batches)
          if (leaf + 1 === own[1]) await readAhead()
          const of = placeOf(leaf)
          if (onProfile !== undefined && leaf === own[0]) {
            const begun = performance.now()
            onProfile(await programs.profile(batch, of))
            aside = performance.now() - begun
          }
          await count(await programs.run(batch, of), batch, of)
        }
      isTaken = diverged === undefined
    } finally {
      // What it left unread is not the next batch's; what could not be read is read again where it is asked for again.
      if (!isTaken) await this.close()
    }
    return { counted, diverged, aside }
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
