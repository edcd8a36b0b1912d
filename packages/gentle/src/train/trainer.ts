/** A training, step by step, in the caller's hands. */
import type { PlanRemat } from '../autodiff/recomputation.ts'
import type { Profile } from '../backends/profile.ts'
import { ArgumentError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { Turns } from '../core/turns.ts'
import type { AnyDataset, Dataset, NamedDataset } from '../data/dataset.ts'
import type { Ranks } from '../distributed/ranks.ts'
import type { Variable } from '../graph/tensor.ts'
import { crossEntropy } from '../nn/losses.ts'
import type { Metric } from '../nn/metrics.ts'
import { type AnyModel, type Model, readWeights, type WeightValues, writeWeights } from '../nn/model.ts'
import { checkGroupNames } from '../optim/parameter-groups.ts'
import { areFinite } from './are-finite.ts'
import { type Batch, type Place, stepsOf } from './batches.ts'
import type { BeforeStep } from './before-step.ts'
import { CarriedState } from './carried-state.ts'
import type { DividedSteps } from './divided-steps.ts'
import { EpochReader } from './epoch-reader.ts'
import { checkMetrics, countedInTraining, defaultMetrics, type Evaluation, Sums } from './evaluation.ts'
import { Evaluators } from './evaluators.ts'
import type { RestoreOptions } from './fingerprint.ts'
import type { Gradients } from './gradients.ts'
import type { Moment, Parts } from './moment.ts'
import { type Phase, phaseOf, phasesOf } from './phases.ts'
import type { DivergedTraining, EpochReport, RankTimes, StepReport } from './reports.ts'
import { StateMemory } from './state-memory.ts'
import type { TrainerOptions } from './trainer-options.ts'
import { type StepNumbers, TrainingPrograms } from './training-programs.ts'
import type { BestEpoch, TrainingState } from './training-state.ts'
import type { WeightAverage } from './weight-average.ts'
import type { Wishes } from './wishes.ts'

/** What is loaded for the trainings alone that ask for it. */
interface Loaded<M extends AnyModel> {
  /** Of the weights that the training begins with. */
  readonly average?: WeightAverage<M>
  readonly planRemat?: PlanRemat | undefined
  /** Where several ranks train. */
  readonly wishes?: Wishes | undefined
}

/**
 * A training between its steps. What it computes stays with the backend until it is asked for: a step brings the loss and the metrics' counts to the
 * host and nothing else. Calls follow each other in the order in which they are made.
 */
export class Trainer<M extends AnyModel = Model> {
  readonly model: M
  /** The model that is validated and kept: `model`, or with `ema` the network with the moving averages of the weights; it lasts as long as the trainer. */
  readonly kept: M
  /** Examples a step; the last one of an epoch may have fewer, or one more where one alone would be left. */
  readonly batchSize: number
  readonly epochs: number
  /** Batches a step. */
  readonly accumulate: number
  /** Micro-batches a batch, where it is divided. */
  readonly microBatches: number | undefined
  /** The processes that train together, where there are several. */
  readonly ranks: Ranks | undefined
  readonly #data: AnyDataset
  readonly #options: TrainerOptions
  readonly #seed: number
  readonly #metrics: readonly Metric[]
  readonly #monitor: string
  readonly #phases: readonly Phase[]
  readonly #carried: CarriedState
  readonly #evaluators: Evaluators
  readonly #parts: Parts
  readonly #planRemat: PlanRemat | undefined
  readonly #turns = new Turns()
  /** Where the state before a step is kept, where anomalies are looked for. */
  readonly #copies = new StateMemory()
  /** What learns now, and the programs by which it does. */
  #phase: Phase
  #programs: TrainingPrograms
  readonly #at: Moment
  readonly #reader: EpochReader
  #divided: DividedSteps<M> | undefined
  /** What may end the training of several ranks before its time. */
  readonly wishes: Wishes | undefined

  /** See `createTrainer`, which makes the model. @param first the weights that it begins with */
  constructor(model: M, data: AnyDataset, options: TrainerOptions, first: WeightValues, loaded: Loaded<M> = {}) {
    const { average } = loaded
    this.#planRemat = loaded.planRemat
    const { loss = crossEntropy, metrics = defaultMetrics(model, data), optimizer, seed = 0 } = options
    const { batchSize = 64, epochs, accumulate = 1, freeze = () => false, microBatches, ranks } = options
    checkGroupNames(optimizer.groups ?? [], model.parameters.keys())
    this.model = model
    this.kept = average?.model ?? model
    this.batchSize = Math.min(batchSize, data.length)
    this.epochs = epochs
    this.accumulate = accumulate
    this.microBatches = microBatches
    this.ranks = ranks
    this.#data = data
    this.#options = options
    this.#seed = seed
    this.#metrics = checkMetrics(metrics)
    this.#evaluators = new Evaluators(this.batchSize, { loss: options.loss, metrics, ranks })
    this.#reader = new EpochReader(data, this.batchSize)
    this.wishes = loaded.wishes
    this.#monitor = options.monitor ?? metrics[0]?.name ?? 'loss'
    this.#phases = phasesOf([...model.parameters.keys()], freeze, epochs)
    this.#phase = this.#phases[0]
    // The last batch of an epoch may have one example more.
    this.#carried = new CarriedState(model.backend, this.batchSize + 1)
    this.#at = {
      step: 0,
      steps: options.steps ?? epochs * stepsOf(data.length, this.batchSize, accumulate),
      epoch: 1,
      position: 0,
      draw: 0,
      running: new Sums(countedInTraining(metrics)),
      seconds: 0,
      learningRate: 0,
      history: [],
      best: undefined,
      good: { weights: first, of: 'it began with' },
    }
    this.#parts = {
      model,
      data,
      epochs,
      batchSize: this.batchSize,
      steps: options.steps,
      loss,
      metrics,
      monitor: this.#monitor,
      optimizer,
      optimizerState: optimizer.begin(this.#learned()),
      enterPhaseOf: (epoch) => this.#enter(phaseOf(this.#phases, epoch)),
      seed,
      phases: this.#phases,
      shortestFirst: options.shortestFirst === true,
      inOrder: options.shuffle === false,
      carried: this.#carried,
      average,
      ema: options.ema,
      accumulate,
      microBatches,
      syncBatchNorm: options.syncBatchNorm === true,
      fastSums: options.fastSums === true,
    }
    this.#programs = this.#programsOfPhase()
  }

  /** Steps done. */
  get stepsDone(): number {
    return this.#at.step
  }

  /** Steps of the whole training. */
  get steps(): number {
    return this.#at.steps
  }

  /** The epoch under way, from 1. */
  get epoch(): number {
    return this.#at.epoch
  }

  /** Seconds in which it has waited for examples to be read, since it was made: time that faster reading would save. */
  get secondsWaited(): number {
    return this.#reader.secondsWaited + (this.#divided?.secondsWaited ?? 0)
  }

  /** Whether all examples of the epoch under way were taken; then `endEpoch` is due. */
  get epochIsOver(): boolean {
    return this.#at.position >= this.#data.length
  }

  /** Whether the next batch of the epoch is not smaller than others. */
  get hasFullBatch(): boolean {
    return this.#data.length - this.#at.position >= this.batchSize
  }

  /** Whether there are no more batches to take. */
  get done(): boolean {
    return this.#at.epoch > this.epochs || (this.#at.epoch === this.epochs && this.epochIsOver)
  }

  /** The epochs that ended. */
  get history(): readonly EpochReport[] {
    return this.#at.history
  }

  /** The best epoch so far by its validation. */
  get best(): BestEpoch | undefined {
    return this.#at.best
  }

  /**
   * The next batch of the training data; its memory holds until the next one is asked for. Where an epoch is over it is ended, without a validation.
   * @throws ArgumentError where all epochs are done.
   */
  nextBatch(): Promise<Batch> {
    return this.#turns.run(() => this.#given('nextBatch', undefined))
  }

  /**
   * Trains on a batch, the next one of the data unless given: gradients and update in one program, the fastest way. With `accumulate` it trains on the next
   * batches of the epoch, at most so many, unless one is given.
   * @throws DivergedTraining when the loss becomes NaN or infinite: the model has the last good epoch's parameters then, and it says which example holds
   * such a number, if one does; DataError for labels that loss or metrics do not know, before anything is changed; ArgumentError where all steps are
   * done.
   */
  step(batch?: Batch): Promise<StepReport> {
    return this.#turns.run(async () => {
      if (this.accumulate > 1 && batch === undefined) return this.#stepOfSeveral()
      if (this.microBatches !== undefined && batch === undefined) return this.#dividedStep()
      const taken = await this.#given('step', batch)
      const started = performance.now()
      const copying = this.#options.detectAnomaly ? await import('./before-step.ts') : undefined
      const numbers = this.#numbers()
      const before = await copying?.copyBeforeStep(this.#parts, this.#copies, numbers)
      const results = await this.#programs.step(taken, numbers, this.#at.draw++)
      this.#count(started)
      return this.#finishStep(results, taken, before)
    })
  }

  /**
   * How the time of steps is spent on each rank, the mean of those since the training began or was profiled, in seconds; a process alone is the only rank. All ranks call it.
   */
  async rankTimes(): Promise<readonly RankTimes[]> {
    const { rankTimes } = await import('./divided-steps.ts')
    return rankTimes(this.ranks, this.#divided)
  }

  /**
   * As `step`, to the same bits, and tells where the time goes; it takes about a second, which no report counts. Of a batch that is divided it tells of the rank's first micro-batch.
   * @throws ArgumentError where steps are of several batches, and for a batch to be divided that is smaller than others; and as `step`.
   */
  profile(batch?: Batch): Promise<{ readonly report: StepReport; readonly profile: Profile }> {
    return this.#turns.run(async () => {
      if (this.microBatches !== undefined && batch === undefined) {
        const profiles: Profile[] = []
        const report = await this.#dividedStep(profiles)
        return { report, profile: profiles[0] }
      }
      if (this.accumulate > 1)
        throw new ArgumentError(
          `profile: it tells of steps of one batch, but accumulate is ${this.accumulate}; leave one of the two out`,
        )
      const taken = await this.#given('profile', batch)
      const { outputs, profile } = await this.#programs.profile(taken, this.#numbers(), this.#at.draw++)
      return { report: await this.#finishStep(outputs, taken), profile }
    })
  }

  /**
   * The first half of a step: the gradients of a batch, the next one of the data unless given, at the present parameters. Nothing is changed; those
   * that come to nothing are to be disposed of.
   * @throws DivergedTraining when the loss is NaN or infinite.
   */
  gradients(batch?: Batch): Promise<Gradients> {
    return this.#turns.run(() => this.#gradients(batch))
  }

  /**
   * The second half of a step: the optimizer moves the parameters by gradients, and the network's state takes its next values. With the gradients of
   * one batch it is what `step` is.
   * @throws ArgumentError for gradients that were used before, and where all steps are done.
   */
  update(gradients: Gradients): Promise<StepReport> {
    return this.#turns.run(() => this.#update(gradients))
  }

  /** Loss and metrics of `kept`, or with `ema` also of `model`, on a data set; its programs are kept for the next time. */
  evaluate(dataset: M extends Model ? Dataset : NamedDataset, of: M = this.kept): Promise<Evaluation> {
    return this.#turns.run(() => this.#evaluators.run(of, dataset))
  }

  /**
   * Ends the epoch: its means become history, and its weights the best, where the validation is better than all before.
   * @param plain with `ema`, what the weights that learn come to, for the report alone
   * @throws DivergedTraining for parameters or a validation loss that are not finite; ArgumentError where no step was made, or the validation does
   * not tell what the best is chosen by.
   */
  endEpoch(validation?: Evaluation, plain?: Evaluation): Promise<EpochReport> {
    return this.#turns.run(() => this.#end(validation, plain))
  }

  /** Gives the model the weights of the best epoch so far. Gives that epoch; 0 where none was validated, and then nothing is changed. */
  useBest(): Promise<number> {
    return this.#turns.run(async () => {
      if (this.#at.best === undefined) return 0
      await writeWeights(this.model, this.#at.best.weights)
      return this.#at.best.epoch
    })
  }

  /** Gives the model the weights of `kept`, which it has already unless an average is kept. */
  async useKept(): Promise<void> {
    const { average } = this.#parts
    if (average !== undefined) await this.#turns.run(async () => writeWeights(this.model, await average.read()))
  }

  /**
   * All that the training is now. Gradients that are not used yet are not in it.
   * @param memory in which its numbers are then, until the next state is taken into it; new memory unless given
   */
  state(memory?: StateMemory): Promise<TrainingState> {
    return this.#turns.run(async () => (await import('./snapshot.ts')).takeState(this.#at, this.#parts, memory))
  }

  /**
   * Goes on from a state, of this training or of one like it, with the same bits as if it had never stopped. How many epochs it takes in all may be
   * another number. An optimizer of another type, where that is accepted, starts afresh.
   * @throws TrainingStateError naming what is another than it was and is not accepted, and then nothing is changed; WeightsError for weights that
   * the model does not have.
   */
  restore(state: TrainingState, { accept = [] }: RestoreOptions = {}): Promise<void> {
    return this.#turns.run(async () => {
      const { putState } = await import('./snapshot.ts')
      await putState(state, accept, this.#at, this.#parts)
      this.#divided?.agreeAnew()
      await this.#closeReader()
    })
  }

  /** Gives back programs and the memory of optimizer and gradients; the model stays. */
  dispose(): void {
    void this.#closeReader()
    this.#programs.dispose()
    this.#evaluators.dispose()
    this.#carried.dispose()
    this.#parts.average?.dispose()
    this.model.backend.release(this.#parts.optimizerState.variables)
  }

  /** The parameters that learn now. */
  #learned(): Variable[] {
    const frozen = new Set(this.#phase.frozen)
    return [...this.model.parameters].flatMap(([name, parameter]) => (frozen.has(name) ? [] : [parameter]))
  }

  #programsOfPhase(): TrainingPrograms {
    const { freeze = () => false } = this.#options
    const { model, data, loss, seed, carried, inOrder, average, optimizerState: optimizer } = this.#parts
    const metrics = countedInTraining(this.#metrics)
    const { from } = this.#phase
    checkNames(optimizer.variables)
    const learned = this.#learned()
    const { detectAnomaly } = this.#options
    const { syncBatchNorm } = this.#parts
    const planRemat = this.#planRemat
    const parts = { model, data, loss, metrics, seed, carried, inOrder, average, optimizer, learned, detectAnomaly }
    const programs = { ...parts, planRemat, syncBatchNorm, frozen: (name: string) => freeze(name, from) }
    return new TrainingPrograms(programs, this.#turns)
  }

  /** Where other parameters learn than before, the optimizer starts afresh, and programs are compiled for them. */
  #enter(phase: Phase): void {
    if (phase === this.#phase) return
    this.#phase = phase
    this.#programs.dispose()
    this.model.backend.release(this.#parts.optimizerState.variables)
    this.#parts.optimizerState = this.#options.optimizer.begin(this.#learned())
    this.#programs = this.#programsOfPhase()
  }

  /** Where the next batch begins. @throws ArgumentError where all epochs are done. */
  async #nextPlace(): Promise<Place> {
    if (this.done) throw new ArgumentError(`training: all ${this.epochs} epochs are done; give more epochs to train on`)
    if (this.epochIsOver) await this.#end(undefined)
    const { epoch, position } = this.#at
    const { shuffle, shortestFirst } = this.#options
    const inOrder = shuffle === false
    return { seed: this.#seed, epoch, position, byLength: epoch === 1 && shortestFirst === true, inOrder }
  }

  /** A batch that is given, or the next one. @throws ArgumentError where batches are divided: no rank has a whole one. */
  async #given(call: string, batch: Batch | undefined): Promise<Batch> {
    if (this.microBatches !== undefined)
      throw new ArgumentError(
        `${call}: batches are divided into ${this.microBatches} micro-batches, which only step computes, without a batch of its own; leave microBatches out, or use step()`,
      )
    return batch ?? this.#next()
  }

  async #next(): Promise<Batch> {
    const place = await this.#nextPlace()
    const started = performance.now()
    const batch = await this.#reader.next(place, this.epochs)
    this.#at.position += batch.examples
    this.#count(started)
    return batch
  }

  /** Closes what reads the epoch's batches. */
  async #closeReader(): Promise<void> {
    await this.#reader.close()
    await this.#divided?.close()
  }

  /** What the step to come takes beside its batch. */
  #numbers(): StepNumbers {
    if (this.#at.step >= this.#at.steps)
      throw new ArgumentError(`training: all ${this.#at.steps} steps are done; give more epochs or steps to train on`)
    const { step, steps, history } = this.#at
    this.#at.learningRate = this.#options.optimizer.schedule(step, steps, history)
    const { learningRate } = this.#at
    const { average } = this.#parts
    return average === undefined ? { learningRate } : { learningRate, averageShare: average.share(step) }
  }

  #count(started: number): void {
    this.#at.seconds += (performance.now() - started) / 1000
  }

  async #gradients(batch?: Batch): Promise<Gradients> {
    const taken = await this.#given('gradients', batch)
    const started = performance.now()
    const { gradients, areFinite } = await this.#programs.gradients(taken, this.#at.draw++)
    this.#count(started)
    if (!Number.isFinite(gradients.loss) || !areFinite)
      throw await this.#diverged(whyNoNumbers(gradients.loss), this.#at.step + 1, taken, unchanged)
    return gradients
  }

  async #update(gradients: Gradients): Promise<StepReport> {
    const started = performance.now()
    const sums = await this.#programs.update(gradients, this.#numbers())
    this.#count(started)
    return this.#finishUpdate(sums)
  }

  async #finishUpdate(sums: Sums): Promise<StepReport> {
    this.#at.step++
    this.#at.running.addSums(sums)
    if (this.#options.detectAnomaly && !areFinite(await readWeights(this.model)))
      throw await this.#diverged('parameters became NaN or infinite', this.#at.step, undefined, unchanged)
    return this.#report(sums.loss)
  }

  /** A step of the next batches, in one turn: a state is taken before or after it. */
  async #stepOfSeveral(): Promise<StepReport> {
    const sum = await this.#gradients()
    for (let batches = 1; batches < this.accumulate && !this.epochIsOver; batches++)
      await this.#programs.add(sum, await this.#gradients())
    return this.#update(sum)
  }

  /** A step of all ranks, of the next batch. @param profiles takes that of the rank's first micro-batch */
  async #dividedStep(profiles?: Profile[]): Promise<StepReport> {
    const { DividedSteps } = await import('./divided-steps.ts')
    this.#divided ??= new DividedSteps<M>({
      model: this.model,
      ranks: this.ranks,
      wishes: this.wishes,
      metrics: countedInTraining(this.#metrics),
      parts: this.#parts,
      at: this.#at,
      nextPlace: () => this.#nextPlace(),
      numbers: () => this.#numbers(),
      programs: () => this.#programs.ofMicroBatches(),
      diverged: ({ sums }, batch, draw) =>
        this.#diverged(whyNoNumbers(sums.loss), this.#at.step + 1, batch, unchanged, draw),
    })
    return this.#finishUpdate(await this.#divided.step(profiles))
  }

  async #finishStep(results: Record<string, NDArray>, batch: Batch, before?: BeforeStep): Promise<StepReport> {
    this.#at.step++
    const loss = results.loss.data[0]
    if (!Number.isFinite(loss)) throw await this.#diverged(`the loss became ${loss}`, this.#at.step, batch, before)
    const isPickedFinite = results.picked === undefined || results.picked.data[0] === 0
    if (!isPickedFinite || (before !== undefined && !areFinite(await readWeights(this.model))))
      throw await this.#diverged('parameters became NaN or infinite', this.#at.step, batch, before)
    this.#at.running.add(results, batch.examples)
    return this.#report(loss)
  }

  #report(loss: number): StepReport {
    return {
      step: this.#at.step,
      steps: this.#at.steps,
      epoch: this.#at.epoch,
      loss,
      train: this.#at.running.evaluation(),
      examples: this.#at.running.examples,
      learningRate: this.#at.learningRate,
    }
  }

  async #end(validation: Evaluation | undefined, plain?: Evaluation): Promise<EpochReport> {
    if (this.#at.running.examples === 0)
      throw new ArgumentError(`endEpoch: no step was made in epoch ${this.#at.epoch}`)
    const { endEpoch } = await import('./end-epoch.ts')
    const report = await endEpoch(this.#at, this.#parts, {
      validation,
      plain,
      metrics: this.#metrics,
      monitor: this.#monitor,
      monitorBetter: this.#options.monitorBetter,
      diverged: (what) => this.#diverged(what),
    })
    await this.#carried.reset()
    await this.#reader.enterEpoch()
    await this.#divided?.enterEpoch()
    this.#parts.enterPhaseOf(this.#at.epoch)
    return report
  }

  /**
   * Tells why, as far as data and step do; they are looked at only now.
   * @param batch of the step @param before what the step began with, where that was kept @param draw the number of the batch
   */
  async #diverged(
    what: string,
    step = this.#at.step,
    batch?: Batch,
    before?: BeforeStep,
    draw = this.#at.draw - 1,
  ): Promise<DivergedTraining<M>> {
    const { divergedTraining } = await import('./diverged.ts')
    const isSearched = Boolean(this.#options.detectAnomaly)
    const told = { what, step, batch, draw, before }
    return divergedTraining(this.model, this.#parts, this.#at, this.#programs, isSearched, told)
  }
}

const whyNoNumbers = (loss: number): string =>
  Number.isFinite(loss) ? 'gradients became NaN or infinite' : `the loss became ${loss}`

/** Gradients change nothing. */
const unchanged: BeforeStep = { restore: async () => {} }

/** @throws ArgumentError for an optimizer two of whose variables have one name. */
function checkNames(variables: readonly Variable[]): void {
  const names = new Set<string>()
  for (const { name } of variables) {
    if (names.has(name))
      throw new ArgumentError(`optimizer: two of its variables are named '${name}'; give each a name of its own`)
    names.add(name)
  }
}
