/** A training, step by step, in the caller's hands. */
import type { Profile } from '../backends/profile.ts'
import { ArgumentError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { sizeOf } from '../core/shape.ts'
import type { AnyDataset, Dataset, NamedDataset } from '../data/dataset.ts'
import type { Variable } from '../graph/tensor.ts'
import { crossEntropy } from '../nn/losses.ts'
import type { Metric } from '../nn/metrics.ts'
import { type AnyModel, type Model, readWeights, type WeightValues, weightsOf, writeWeights } from '../nn/model.ts'
import type { OptimizerState } from '../optim/optimizer.ts'
import { type Batch, epochBatches } from './batches.ts'
import { isBetter } from './better.ts'
import { checkFits, Evaluator } from './evaluate.ts'
import { checkMetrics, type Evaluation, Sums, usualMetrics } from './evaluation.ts'
import type { DependsOn, Fingerprint, Json, RestoreOptions } from './fingerprint.ts'
import type { Gradients } from './gradients.ts'
import { DivergedTraining, type EpochReport, type StepReport } from './reports.ts'
import type { TrainerOptions } from './trainer-options.ts'
import { TrainingPrograms } from './training-programs.ts'
import type { BestEpoch, TrainingState } from './training-state.ts'
import { Turns } from './turns.ts'

/** Weights to go back to, and what they are of, for messages. */
interface Good {
  readonly weights: WeightValues
  readonly of: string
}

/**
 * A training between its steps. What it computes stays with the backend until it is asked for: a step brings the loss and the metrics' counts to the
 * host and nothing else. Calls follow each other in the order in which they are made.
 */
export class Trainer<M extends AnyModel = Model> {
  readonly model: M
  /** Examples a step; the last one of an epoch may have fewer. */
  readonly batchSize: number
  readonly epochs: number
  readonly #data: AnyDataset
  readonly #options: TrainerOptions
  readonly #seed: number
  readonly #metrics: readonly Metric[]
  readonly #monitor: string
  readonly #optimizer: OptimizerState
  readonly #programs: TrainingPrograms
  readonly #evaluators = new Map<AnyDataset, Evaluator>()
  readonly #dependsOn: DependsOn
  readonly #turns = new Turns()

  #step = 0
  #steps: number
  #epoch = 1
  #position = 0
  #draw = 0
  #running: Sums
  #seconds = 0
  #learningRate = 0
  #history: EpochReport[] = []
  #best: BestEpoch | undefined
  #good: Good
  #reader: AsyncGenerator<Batch> | undefined

  /** See `createTrainer`, which makes the model. @param first the weights that it begins with */
  constructor(model: M, data: AnyDataset, options: TrainerOptions, first: WeightValues) {
    const { loss = crossEntropy, metrics = usualMetrics(model, data), optimizer, seed = 0 } = options
    const { batchSize = 64, epochs, freeze: frozen = () => false } = options
    const names = [...model.parameters.keys()]
    const learned = names.filter((name) => !frozen(name)).map((name) => model.parameters.get(name)!)
    if (learned.length === 0) throw new ArgumentError('training: all parameters are frozen; leave some to learn')
    this.model = model
    this.batchSize = Math.min(batchSize, data.length)
    this.epochs = epochs
    this.#data = data
    this.#options = options
    this.#seed = seed
    this.#metrics = checkMetrics(metrics)
    this.#monitor = options.monitor ?? metrics[0]?.name ?? 'loss'
    this.#optimizer = optimizer.begin(learned)
    checkNames(this.#optimizer.variables)
    const parts = { model, data, loss, metrics, learned, optimizer: this.#optimizer, seed, frozen }
    this.#programs = new TrainingPrograms(parts, this.#turns)
    this.#running = new Sums(metrics)
    this.#steps = options.steps ?? epochs * Math.ceil(data.length / batchSize)
    this.#good = { weights: first, of: 'it began with' }
    this.#dependsOn = {
      loss,
      metrics,
      monitor: this.#monitor,
      optimizer,
      batchSize: this.batchSize,
      seed,
      freeze: names.filter(frozen),
    }
  }

  /** Steps done. */
  get stepsDone(): number {
    return this.#step
  }

  /** Steps of the whole training. */
  get steps(): number {
    return this.#steps
  }

  /** The epoch under way, from 1. */
  get epoch(): number {
    return this.#epoch
  }

  /** Whether all examples of the epoch under way were taken; then `endEpoch` is due. */
  get epochIsOver(): boolean {
    return this.#position >= this.#data.length
  }

  /** Whether there are no more batches to take. */
  get done(): boolean {
    return this.#epoch > this.epochs || (this.#epoch === this.epochs && this.epochIsOver)
  }

  /** The epochs that ended. */
  get history(): readonly EpochReport[] {
    return this.#history
  }

  /** The best epoch so far by its validation. */
  get best(): BestEpoch | undefined {
    return this.#best
  }

  /**
   * The next batch of the training data; its memory holds until the next one is asked for. Where an epoch is over it is ended, without a validation.
   * @throws ArgumentError where all epochs are done.
   */
  nextBatch(): Promise<Batch> {
    return this.#turns.run(() => this.#next())
  }

  /**
   * Trains on a batch, the next one of the data unless given: gradients and update in one program, the fastest way.
   * @throws DivergedTraining when the loss becomes NaN or infinite: the model has the last good epoch's parameters then; ArgumentError where all
   * steps are done.
   */
  step(batch?: Batch): Promise<StepReport> {
    return this.#turns.run(async () => {
      const taken = batch ?? (await this.#next())
      const started = performance.now()
      const results = await this.#programs.step(taken, this.#rate(), this.#draw++)
      this.#count(started)
      return this.#finishStep(results, taken.examples)
    })
  }

  /** As `step`, to the same bits, and tells where the time goes; it takes about a second, which no report counts. */
  profile(batch?: Batch): Promise<{ readonly report: StepReport; readonly profile: Profile }> {
    return this.#turns.run(async () => {
      const taken = batch ?? (await this.#next())
      const { outputs, profile } = await this.#programs.profile(taken, this.#rate(), this.#draw++)
      return { report: await this.#finishStep(outputs, taken.examples), profile }
    })
  }

  /**
   * The first half of a step: the gradients of a batch, the next one of the data unless given, at the present parameters. Nothing is changed; those
   * that come to nothing are to be disposed of.
   * @throws DivergedTraining when the loss is NaN or infinite.
   */
  gradients(batch?: Batch): Promise<Gradients> {
    return this.#turns.run(async () => {
      const taken = batch ?? (await this.#next())
      const started = performance.now()
      const gradients = await this.#programs.gradients(taken, this.#draw++)
      this.#count(started)
      if (!Number.isFinite(gradients.loss))
        throw await this.#diverged(`the loss became ${gradients.loss}`, this.#step + 1)
      return gradients
    })
  }

  /**
   * The second half of a step: the optimizer moves the parameters by gradients, and the network's state takes its next values. With the gradients of
   * one batch it is what `step` is.
   * @throws ArgumentError for gradients that were used before, and where all steps are done.
   */
  update(gradients: Gradients): Promise<StepReport> {
    return this.#turns.run(async () => {
      const started = performance.now()
      const sums = await this.#programs.update(gradients, this.#rate())
      this.#count(started)
      this.#step++
      this.#running.addSums(sums)
      return this.#report(sums.loss)
    })
  }

  /** Loss and metrics of the present parameters on a data set; its programs are kept for the next time. */
  evaluate(dataset: M extends Model ? Dataset : NamedDataset): Promise<Evaluation> {
    return this.#turns.run(async () => {
      let evaluator = this.#evaluators.get(dataset)
      if (evaluator === undefined) {
        await checkFits(this.model, dataset)
        evaluator = new Evaluator(this.model, dataset, { loss: this.#options.loss, metrics: this.#metrics })
        this.#evaluators.set(dataset, evaluator)
      }
      return evaluator.run()
    })
  }

  /**
   * Ends the epoch: its means become history, and its weights the best, where the validation is better than all before.
   * @throws DivergedTraining for parameters or a validation loss that are not finite; ArgumentError where no step was made, or the validation does
   * not tell what the best is chosen by.
   */
  endEpoch(validation?: Evaluation): Promise<EpochReport> {
    return this.#turns.run(() => this.#end(validation))
  }

  /** Gives the model the weights of the best epoch so far. Gives that epoch; 0 where none was validated, and then nothing is changed. */
  useBest(): Promise<number> {
    return this.#turns.run(async () => {
      if (this.#best === undefined) return 0
      await writeWeights(this.model, this.#best.weights)
      return this.#best.epoch
    })
  }

  /** All that the training is now. Gradients that are not used yet are not in it. */
  state(): Promise<TrainingState> {
    return this.#turns.run(async () => {
      const optimizer = new Map<string, Float32Array>()
      for (const variable of this.#optimizer.variables)
        optimizer.set(variable.name, await this.model.backend.read(variable))
      return {
        step: this.#step,
        steps: this.#steps,
        epoch: this.#epoch,
        epochs: this.epochs,
        position: this.#position,
        streams: { order: this.#epoch, augmentation: this.#epoch - 1, dropout: this.#draw },
        weights: await readWeights(this.model),
        optimizer,
        running: { ...this.#running.soFar(), seconds: this.#seconds, learningRate: this.#learningRate },
        history: [...this.#history],
        ...(this.#best === undefined ? {} : { best: this.#best }),
        fingerprint: await this.#fingerprint(),
      }
    })
  }

  /**
   * Goes on from a state, of this training or of one like it, with the same bits as if it had never stopped. How many epochs it takes in all may be
   * another number. An optimizer of another type, where that is accepted, begins anew.
   * @throws TrainingStateError naming what is another than it was and is not accepted, and then nothing is changed; WeightsError for weights that
   * the model does not have.
   */
  restore(state: TrainingState, { accept = [] }: RestoreOptions = {}): Promise<void> {
    return this.#turns.run(async () => {
      const { checkRestorable, checkWeights } = await import('./check-state.ts')
      const fingerprint = await this.#fingerprint()
      const changes = checkRestorable(state, fingerprint, accept, this.epochs, this.#data)
      checkWeights(state.weights, weightsOf(this.model))
      const optimizer = this.#optimizerValues(state)
      await this.#closeReader()
      await writeWeights(this.model, state.weights)
      for (const [variable, values] of optimizer) await this.model.backend.write(variable, values)
      this.#step = state.step
      this.#epoch = state.epoch
      this.#position = Math.min(state.position, this.#data.length)
      this.#draw = state.streams.dropout
      this.#running = new Sums(this.#metrics, state.running)
      this.#seconds = state.running.seconds
      this.#learningRate = state.running.learningRate
      this.#history = [...state.history]
      this.#best = state.best
      const sameLength = state.epochs === this.epochs && !changes.includes('batchSize') && !changes.includes('data')
      this.#steps = this.#options.steps ?? (sameLength ? state.steps : this.#step + this.#remainingSteps())
      const between = this.#position === 0 && this.#epoch > 1
      this.#good = { weights: state.weights, of: between ? `of epoch ${this.#epoch - 1}` : `of step ${this.#step}` }
    })
  }

  /** Gives back programs and the memory of optimizer and gradients; the model stays. */
  dispose(): void {
    void this.#closeReader()
    this.#programs.dispose()
    for (const evaluator of this.#evaluators.values()) evaluator.dispose()
    this.model.backend.release(this.#optimizer.variables)
  }

  /** What makes it is loaded where a state is asked for. */
  async #fingerprint(): Promise<Fingerprint> {
    const { fingerprintOf } = await import('./fingerprint.ts')
    return fingerprintOf(this.model, this.#data, this.#dependsOn)
  }

  async #next(): Promise<Batch> {
    if (this.done) throw new ArgumentError(`training: all ${this.epochs} epochs are done; give more epochs to train on`)
    if (this.epochIsOver) await this.#end(undefined)
    const started = performance.now()
    if (this.#reader === undefined) {
      const place = { seed: this.#seed, epoch: this.#epoch, position: this.#position }
      this.#reader = epochBatches(this.#data, this.batchSize, place)
    }
    const batch: Batch = (await this.#reader.next()).value
    this.#position += batch.examples
    this.#count(started)
    return batch
  }

  /** Closes what reads the epoch's batches. */
  async #closeReader(): Promise<void> {
    const reader = this.#reader
    this.#reader = undefined
    await reader?.return(undefined)
  }

  /** The rate of the step to come. */
  #rate(): number {
    if (this.#step >= this.#steps)
      throw new ArgumentError(`training: all ${this.#steps} steps are done; give more epochs or steps to train on`)
    this.#learningRate = this.#options.optimizer.schedule(this.#step, this.#steps)
    return this.#learningRate
  }

  #count(started: number): void {
    this.#seconds += (performance.now() - started) / 1000
  }

  async #finishStep(results: Record<string, NDArray>, examples: number): Promise<StepReport> {
    this.#step++
    const loss = results.loss.data[0]
    if (!Number.isFinite(loss)) throw await this.#diverged(`the loss became ${loss}`)
    this.#running.add(results, examples)
    return this.#report(loss)
  }

  #report(loss: number): StepReport {
    return {
      step: this.#step,
      steps: this.#steps,
      epoch: this.#epoch,
      loss,
      train: this.#running.evaluation(),
      examples: this.#running.examples,
      learningRate: this.#learningRate,
    }
  }

  async #end(validation: Evaluation | undefined): Promise<EpochReport> {
    const { examples } = this.#running
    if (examples === 0) throw new ArgumentError(`endEpoch: no step was made in epoch ${this.#epoch}`)
    const weights = await readWeights(this.model)
    if (!areFinite(weights)) throw await this.#diverged('parameters became NaN or infinite')
    if (validation !== undefined && !Number.isFinite(validation.loss))
      throw await this.#diverged(`the validation loss became ${validation.loss}`)
    const better =
      validation === undefined || isBetter(validation, this.#best?.validation, this.#monitor, this.#metrics)
    if (validation !== undefined && better) this.#best = { epoch: this.#epoch, validation, weights }
    const report: EpochReport = {
      epoch: this.#epoch,
      train: this.#running.evaluation(),
      ...(validation === undefined ? {} : { validation }),
      learningRate: this.#learningRate,
      seconds: this.#seconds,
      examplesPerSecond: examples / this.#seconds,
      best: better,
    }
    this.#good = { weights, of: `of epoch ${this.#epoch}` }
    this.#history.push(report)
    this.#epoch++
    this.#position = 0
    this.#running = new Sums(this.#metrics)
    this.#seconds = 0
    await this.#closeReader()
    return report
  }

  async #diverged(what: string, step = this.#step): Promise<DivergedTraining<M>> {
    await writeWeights(this.model, this.#good.weights)
    return new DivergedTraining(
      `training: ${what} at step ${step} (epoch ${this.#epoch}); the model keeps the parameters ${this.#good.of}; use a smaller learning rate or clipNorm`,
      step,
      this.model,
      this.#history,
    )
  }

  #remainingSteps(): number {
    const stepsOf = (examples: number): number => Math.ceil(examples / this.batchSize)
    const epochsAfter = this.epochs - this.#epoch
    return epochsAfter < 0 ? 0 : stepsOf(this.#data.length - this.#position) + epochsAfter * stepsOf(this.#data.length)
  }

  /** What the optimizer's variables become: of an optimizer of one type what is stored, else what they begin with. */
  #optimizerValues({ optimizer, fingerprint }: TrainingState): Map<Variable, ArrayLike<number>> {
    const typeOf = (description: Json): Json => (description as { readonly type: Json }).type
    const sameType = typeOf(fingerprint.optimizer) === this.#options.optimizer.description.type
    return new Map(
      this.#optimizer.variables.map((variable) => {
        const stored = sameType ? optimizer.get(variable.name) : undefined
        return [variable, stored?.length === sizeOf(variable.shape) ? stored : variable.initial]
      }),
    )
  }
}

const areFinite = (values: WeightValues): boolean =>
  [...values.values()].every((parameter) => parameter.every(Number.isFinite))

/** @throws ArgumentError for an optimizer two of whose variables have one name. */
function checkNames(variables: readonly Variable[]): void {
  const names = new Set<string>()
  for (const { name } of variables) {
    if (names.has(name))
      throw new ArgumentError(`optimizer: two of its variables are named '${name}'; give each a name of its own`)
    names.add(name)
  }
}
