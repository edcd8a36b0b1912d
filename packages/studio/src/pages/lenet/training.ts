/** Two networks that learn from the same digits in the same order: after a step of the one, a step of the other. */
import {
  type Backend,
  createModel,
  createTrainer,
  type Layer,
  type Model,
  sgd,
  type Trainer,
  type TrainingState,
} from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { lenet5, mlp } from 'gentle-dl/models'

export interface Settings {
  readonly seed: number
  readonly rate: number
  readonly batchSize: number
  /** Of how many digits they learn. */
  readonly digits: number
}

export const networkNames = ['lenet', 'mlp'] as const

export type NetworkName = (typeof networkNames)[number]

/** Something of each network. */
export type OfEach<Value> = Readonly<Record<NetworkName, Value>>

export const networks: OfEach<() => Layer> = {
  lenet: () => lenet5(),
  mlp: () => mlp({ hidden: [128], classes: 10 }),
}

export const momentum = 0.9

/** After which a training ends; its rate is the same throughout, so that epoch 3 is the same whoever goes on. */
export const maxEpochs = 20

/** Points of an epoch in the curve of the loss. */
export const pointsPerEpoch = 20

export interface Learned {
  /** Mean training loss of each twentieth of an epoch. */
  readonly losses: readonly number[]
  /** Share of the validation digits that are right: before the first epoch, and after each. */
  readonly accuracies: readonly number[]
  /** In the epoch under way, or the one before where it has just begun; 0 at the beginning. */
  readonly examplesPerSecond: number
}

export interface Progress {
  /** Whole epochs. */
  readonly epochs: number
  /** Steps done of the epoch under way. */
  readonly step: number
  /** Steps of an epoch. */
  readonly steps: number
  /** Of reading and steps and validation, both networks. */
  readonly seconds: number
  readonly learned: OfEach<Learned>
}

const nothingLearned: Learned = { losses: [], accuracies: [], examplesPerSecond: 0 }

export const noProgress: Progress = {
  epochs: 0,
  step: 0,
  steps: 0,
  seconds: 0,
  learned: { lenet: nothingLearned, mlp: nothingLearned },
}

/** Both networks before they learn. */
export async function untrained(seed: number, backend: Backend): Promise<OfEach<Model>> {
  const make = (name: NetworkName): Promise<Model> => createModel(networks[name](), [1, 28, 28], { seed, backend })
  return { lenet: await make('lenet'), mlp: await make('mlp') }
}

/** One network's training, and what is remembered of it. */
class Run {
  readonly trainer: Trainer
  readonly losses: number[] = []
  readonly accuracies: number[] = []
  /** Before the first epoch, and after each. */
  readonly states: TrainingState[] = []
  /** Of the present stretch of the curve. */
  #stretch = { loss: 0, examples: 0 }
  /** Of the epoch under way. */
  #epoch = { examples: 0, seconds: 0 }
  #examplesPerSecond = 0

  constructor(trainer: Trainer) {
    this.trainer = trainer
  }

  get learned(): Learned {
    const { losses, accuracies } = this
    return { losses, accuracies, examplesPerSecond: this.#examplesPerSecond }
  }

  async step(): Promise<void> {
    const began = performance.now()
    const { loss, examples } = await this.trainer.step()
    // A new epoch counts anew.
    if (examples <= this.#epoch.examples) this.#epoch = { examples: 0, seconds: 0 }
    const batch = examples - this.#epoch.examples
    this.#epoch.examples = examples
    this.#epoch.seconds += (performance.now() - began) / 1000
    // The last batch of an epoch may have few examples, and weighs as many.
    this.#stretch.loss += loss * batch
    this.#stretch.examples += batch
  }

  endStretch(): void {
    const { loss, examples } = this.#stretch
    this.losses.push(loss / examples)
    this.#examplesPerSecond = this.#epoch.examples / this.#epoch.seconds
    this.#stretch = { loss: 0, examples: 0 }
  }

  async validate(digits: Dataset) {
    const evaluation = await this.trainer.evaluate(digits)
    this.accuracies.push(evaluation.accuracy!)
    return evaluation
  }

  async goBack(epochs: number, points: number): Promise<void> {
    await this.trainer.restore(this.states[epochs])
    this.states.length = this.accuracies.length = epochs + 1
    this.losses.length = points
    this.#stretch = { loss: 0, examples: 0 }
    this.#epoch = { examples: 0, seconds: 0 }
  }
}

export class Training {
  readonly steps: number
  readonly #runs: OfEach<Run>
  readonly #validation: Dataset
  #step = 0
  #seconds = 0

  private constructor(runs: OfEach<Run>, steps: number, validation: Dataset) {
    this.#runs = runs
    this.steps = steps
    this.#validation = validation
  }

  /** Begins a training of models that have learned nothing yet; they are validated as they are. */
  static async begin(
    models: OfEach<Model>,
    { train, validation }: { readonly train: Dataset; readonly validation: Dataset },
    { seed, rate, batchSize }: Settings,
  ): Promise<Training> {
    const begin = async (name: NetworkName): Promise<Run> => {
      const optimizer = sgd({ learningRate: rate, momentum })
      return new Run(await createTrainer(models[name], train, { optimizer, batchSize, epochs: maxEpochs, seed }))
    }
    const runs = { lenet: await begin('lenet'), mlp: await begin('mlp') }
    const training = new Training(runs, runs.lenet.trainer.steps / maxEpochs, validation)
    for (const run of Object.values(runs)) {
      await run.validate(validation)
      run.states.push(await run.trainer.state())
    }
    return training
  }

  /** Whole epochs. */
  get epochs(): number {
    return this.#runs.lenet.states.length - 1
  }

  get progress(): Progress {
    const { lenet, mlp } = this.#runs
    return {
      epochs: this.epochs,
      step: this.#step,
      steps: this.steps,
      seconds: this.#seconds,
      learned: { lenet: lenet.learned, mlp: mlp.learned },
    }
  }

  /**
   * A batch for each network; behind the last one of an epoch both are validated.
   * @throws DivergedTraining when a loss becomes NaN or infinite; `goBack` is the way on.
   */
  async step(): Promise<void> {
    const started = performance.now()
    for (const run of Object.values(this.#runs)) await run.step()
    this.#step++
    if (this.#pointsAt(this.#step) > this.#pointsAt(this.#step - 1))
      for (const run of Object.values(this.#runs)) run.endStretch()
    if (this.#step === this.steps) await this.#endEpoch()
    this.#seconds += (performance.now() - started) / 1000
  }

  /** Goes back to where an epoch ended, 0 for the beginning; the epochs after it are forgotten. */
  async goBack(epochs: number): Promise<void> {
    const points = epochs * this.#pointsAt(this.steps)
    for (const run of Object.values(this.#runs)) await run.goBack(epochs, points)
    this.#step = 0
  }

  dispose(): void {
    for (const { trainer } of Object.values(this.#runs)) trainer.dispose()
  }

  /** Points of the loss's curve that are complete after so many steps of an epoch. */
  #pointsAt(step: number): number {
    return Math.floor((step * Math.min(pointsPerEpoch, this.steps)) / this.steps)
  }

  async #endEpoch(): Promise<void> {
    for (const run of Object.values(this.#runs)) {
      await run.trainer.endEpoch(await run.validate(this.#validation))
      run.states.push(await run.trainer.state())
    }
    this.#step = 0
  }
}
