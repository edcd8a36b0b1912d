/** The training loop: mini-batch gradient descent over epochs, watched on a validation set. */

import { gradients } from '../autodiff/gradients.ts'
import type { Backend } from '../backends/backend.ts'
import type { Profile } from '../backends/profile.ts'
import { ArgumentError, DivergenceError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { Random } from '../core/random.ts'
import type { Dataset } from '../data/dataset.ts'
import { input, type Tensor, within } from '../graph/tensor.ts'
import type { Layer } from '../nn/layer.ts'
import { crossEntropy, type Loss } from '../nn/losses.ts'
import type { Metric } from '../nn/metrics.ts'
import { createModel, type Model, readWeights, type WeightValues, writeWeights } from '../nn/model.ts'
import { Scope } from '../nn/scope.ts'
import { add, mul } from '../ops/elementwise.ts'
import type { Optimizer, Updates } from '../optim/optimizer.ts'
import { type Batch, readBatches } from './batches.ts'
import { checkBatchSize, checkFits, type Evaluation, Evaluator, rightIn } from './evaluate.ts'
import { BatchPrograms, scalarOf } from './steps.ts'

/** What is known after a step. */
export interface StepReport {
  /** Steps done in all, and in the whole training. */
  readonly step: number
  readonly steps: number
  /** The epoch that the step belongs to, from 1. */
  readonly epoch: number
  /** Mean loss and accuracy of this epoch so far. */
  readonly loss: number
  readonly accuracy: number
  /** Examples trained on in this epoch so far. */
  readonly examples: number
}

/** What is known after an epoch. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number
  /** Means over the epoch's steps, while the parameters changed. */
  readonly train: Evaluation
  /** On the validation set, where there is one. */
  readonly validation?: Evaluation
  readonly learningRate: number
  /** Seconds of the epoch's training, validation apart. */
  readonly seconds: number
  readonly imagesPerSecond: number
  /** Whether its weights are the best so far. */
  readonly best: boolean
}

/** What has to be kept to go on with a training later, as if it had never been interrupted. */
export interface Progress {
  /** Steps done. */
  readonly steps: number
  /** The network's parameters and state after these steps. */
  readonly weights: WeightValues
  /** The optimizer's state, by the variables' names. */
  readonly optimizer: WeightValues
}

export interface FitOptions {
  /** By which the best epoch is chosen; without one, the last epoch is kept. */
  readonly validation?: Dataset
  /** crossEntropy unless given. */
  readonly loss?: Loss
  /** What counts as right, for `accuracy` and for the best epoch; `countRight` where it goes with the shapes unless given. */
  readonly metric?: Metric
  readonly optimizer: Optimizer
  /** Examples a step; 64 unless given. */
  readonly batchSize?: number
  readonly epochs: number
  /** From which first values, the order of examples, and dropout derive; 0 unless given. */
  readonly seed?: number
  /** Where to compute, for a network that is not a model yet; wasm on all cores unless given. */
  readonly backend?: Backend
  /** Whether the model ends with the best epoch's parameters or the last one's; 'best' unless given. */
  readonly keep?: 'best' | 'last'
  /** Names of parameters that stay as they are, for fine-tuning; none unless given. Normalisation of frozen layers keeps its statistics. */
  readonly freeze?: (name: string) => boolean
  /** Goes on after an interrupted training of this model. */
  readonly progress?: Progress
  /** Called after every step; it must not wait. */
  readonly onStep?: (report: StepReport) => void
  /** Called and awaited after every epoch. */
  readonly onEpoch?: (report: EpochReport, model: Model, progress: () => Promise<Progress>) => void | Promise<void>
  /**
   * Told once where the time of a step goes, of the first one on a whole batch. That step takes about a second, which no report counts; the
   * results of the training stay the same.
   */
  readonly onProfile?: (profile: Profile) => void
  /** Ends the training after the step in which it is aborted. */
  readonly signal?: AbortSignal
}

export interface FitResult {
  readonly model: Model
  readonly history: readonly EpochReport[]
  /** The epoch whose parameters the model has, from 1; 0 where no epoch was finished. */
  readonly epoch: number
  /** Whether `signal` ended it before its time. */
  readonly interrupted: boolean
  /** What has to be kept to go on. */
  readonly progress: Progress
}

/** A training whose loss or parameters became NaN or infinite. */
export class DivergedTraining extends DivergenceError {
  /** The model, with the parameters of the last good epoch, or those it began with. */
  readonly model: Model
  /** The epochs before. */
  readonly history: readonly EpochReport[]
  constructor(message: string, step: number, model: Model, history: readonly EpochReport[]) {
    super(message, step)
    this.model = model
    this.history = history
  }
}

/**
 * How long the loop may run before other tasks of the thread, such as timers and signals, get their turn, in milliseconds. A turn costs a
 * millisecond or two, in which LeNet-5 could have seen 60 images.
 */
const turn = 100

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/**
 * Trains a network, or a model further: in every epoch all examples are seen once, in an order from the seed.
 * @throws ShapeError when network and data do not fit; ArgumentError for options out of range; DivergedTraining, a
 * DivergenceError, when the loss becomes NaN or infinite: its model has the last good epoch's parameters.
 */
export async function fit(network: Layer | Model, train: Dataset, options: FitOptions): Promise<FitResult> {
  const {
    validation,
    loss = crossEntropy,
    metric,
    optimizer,
    batchSize = 64,
    epochs,
    seed = 0,
    keep = 'best',
  } = options
  checkBatchSize(batchSize)
  if (!Number.isInteger(epochs) || epochs < 1)
    throw new ArgumentError(`fit: epochs is ${epochs}; expected a whole number from 1`)
  const model =
    'layer' in network
      ? network
      : await createModel(network, train.inputShape, { seed, classes: train.classes, backend: options.backend })
  checkFits(model, train)
  const training = new Training(model, train, loss, optimizer, seed, options.freeze, metric)
  if (options.progress !== undefined) await training.restore(options.progress)
  const labelled = metric !== undefined || validation?.target.dtype === 'int32'
  const evaluator = validation && new Evaluator(model, validation, { loss, metric })

  const stepsPerEpoch = Math.ceil(train.length / batchSize)
  const steps = epochs * stepsPerEpoch
  const wholeBatch = Math.min(batchSize, train.length)
  let toProfile = options.onProfile
  let step = options.progress?.steps ?? 0
  const firstEpoch = Math.floor(step / stepsPerEpoch) + 1
  const history: EpochReport[] = []
  let best: { values: WeightValues; epoch: number; evaluation: Evaluation } | undefined
  let lastGood: WeightValues = await readWeights(model)
  let interrupted = false
  let done = firstEpoch - 1
  const diverged = async (what: string, epoch: number): Promise<DivergedTraining> => {
    await writeWeights(model, lastGood)
    return new DivergedTraining(
      `fit: ${what} at step ${step} (epoch ${epoch}); the model keeps the parameters ${history.length === 0 ? 'it began with' : `of epoch ${done}`}; use a smaller learning rate or clipNorm`,
      step,
      model,
      history,
    )
  }

  try {
    for (let epoch = firstEpoch; epoch <= epochs && !interrupted; epoch++) {
      const order = new Random(seed, `order of epoch ${epoch}`).permutation(train.length)
      const rest = order.subarray((step % stepsPerEpoch) * batchSize)
      let started = performance.now()
      let [total, right, examples, yielded] = [0, 0, 0, started]
      let learningRate = 0
      for await (const batch of readBatches(train, rest, batchSize, epoch - 1)) {
        learningRate = optimizer.schedule(step, steps)
        let results: Record<string, NDArray>
        if (toProfile !== undefined && batch.indices.length === wholeBatch) {
          const begun = performance.now()
          const profiled = await training.profile(batch, step, learningRate)
          toProfile(profiled.profile)
          toProfile = undefined
          results = profiled.outputs
          started += performance.now() - begun
        } else results = await training.step(batch, step, learningRate)
        step++
        const batchLoss = scalarOf(results, 'loss')
        if (!Number.isFinite(batchLoss)) throw await diverged(`the loss became ${batchLoss}`, epoch)
        total += batchLoss * batch.indices.length
        right += scalarOf(results, 'right')
        examples += batch.indices.length
        options.onStep?.({ step, steps, epoch, loss: total / examples, accuracy: right / examples, examples })
        if (performance.now() - yielded > turn) {
          await nextTurn()
          yielded = performance.now()
        }
        if (options.signal?.aborted && step % stepsPerEpoch !== 0) {
          interrupted = true
          break
        }
      }
      if (interrupted) break
      const seconds = (performance.now() - started) / 1000
      const evaluation = await evaluator?.run()
      const values = await readWeights(model)
      if (!areFinite(values)) throw await diverged('parameters became NaN or infinite', epoch)
      if (evaluation !== undefined && !Number.isFinite(evaluation.loss))
        throw await diverged(`the validation loss became ${evaluation.loss}`, epoch)
      lastGood = values
      const better = evaluation === undefined || best === undefined || isBetter(evaluation, best.evaluation, labelled)
      if (evaluation !== undefined && better) best = { values: lastGood, epoch, evaluation }
      done = epoch
      const report: EpochReport = {
        epoch,
        train: { loss: total / examples, accuracy: right / examples },
        validation: evaluation && { loss: evaluation.loss, accuracy: evaluation.accuracy },
        learningRate,
        seconds,
        imagesPerSecond: examples / seconds,
        best: better,
      }
      history.push(report)
      await options.onEpoch?.(report, model, () => training.progress(step))
      if (options.signal?.aborted && epoch < epochs) interrupted = true
    }
    const progress = await training.progress(step)
    if (keep === 'best' && best !== undefined) await writeWeights(model, best.values)
    return { model, history, epoch: keep === 'best' && best !== undefined ? best.epoch : done, interrupted, progress }
  } finally {
    training.dispose()
    evaluator?.dispose()
  }
}

/** By accuracy where targets are labels, ties by loss; else by loss. */
const isBetter = (a: Evaluation, b: Evaluation, labelled: boolean): boolean =>
  labelled && a.accuracy !== b.accuracy ? a.accuracy > b.accuracy : a.loss < b.loss

const areFinite = (values: WeightValues): boolean =>
  [...values.values()].every((parameter) => parameter.every(Number.isFinite))

/** The programs and the state of one training. */
class Training {
  readonly #model: Model
  readonly #programs: BatchPrograms
  readonly #state

  constructor(
    model: Model,
    train: Dataset,
    loss: Loss,
    optimizer: Optimizer,
    seed: number,
    frozen: (name: string) => boolean = () => false,
    metric?: Metric,
  ) {
    this.#model = model
    const learned = [...model.parameters].filter(([name]) => !frozen(name)).map(([, parameter]) => parameter)
    if (learned.length === 0) throw new ArgumentError('fit: all parameters are frozen; leave some to learn')
    const state = optimizer.begin(learned)
    this.#state = state
    this.#programs = new BatchPrograms(model, train, ({ x, y }) => {
      const learningRate = input([])
      const step = input([], 'int32')
      const kept: Updates = []
      const auxiliary: Tensor[] = []
      const scope = new Scope({
        parameters: model.parameters,
        state: model.state,
        seed,
        training: true,
        step,
        frozen,
        onUpdate: (variable, next) => kept.push([variable, next]),
        onAuxiliary: (output, weight) => auxiliary.push(within('loss', () => mul(loss(output, y), weight))),
      })
      const prediction = model.layer.apply(x, scope)
      const value = within('loss', () => loss(prediction, y))
      const total = auxiliary.reduce((sum, part) => add(sum, part), value)
      const right = rightIn(prediction, y, train, metric)
      return {
        inputs: { learningRate, step },
        outputs: { loss: value, right },
        updates: [...state.updates(gradients(total, learned), learningRate), ...kept],
      }
    })
  }

  step(batch: Batch, step: number, learningRate: number) {
    return this.#programs.run(batch, { step, learningRate })
  }

  profile(batch: Batch, step: number, learningRate: number) {
    return this.#programs.profile(batch, { step, learningRate })
  }

  async progress(steps: number): Promise<Progress> {
    const optimizer = new Map<string, Float32Array>()
    for (const variable of this.#state.variables) optimizer.set(variable.name, await this.#model.backend.read(variable))
    return { steps, weights: await readWeights(this.#model), optimizer }
  }

  /** @throws ArgumentError when the state is of another optimizer. */
  async restore({ weights, optimizer }: Progress): Promise<void> {
    const unknown = this.#state.variables.find(({ name }) => !optimizer.has(name))
    if (unknown !== undefined)
      throw new ArgumentError(`fit: the progress has no '${unknown.name}'; it belongs to another optimizer or model`)
    await writeWeights(this.#model, weights)
    for (const variable of this.#state.variables)
      await this.#model.backend.write(variable, optimizer.get(variable.name)!)
  }

  dispose(): void {
    this.#programs.dispose()
    this.#model.backend.release(this.#state.variables)
  }
}
