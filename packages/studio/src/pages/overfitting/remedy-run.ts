/** One training: of few digits, or of more, with one remedy or none. */
import {
  AvgPool2d,
  adamW,
  type Backend,
  Conv2d,
  cosineDecay,
  createTrainer,
  Dropout,
  Flatten,
  type Layer,
  Linear,
  Sequential,
  stepsOf,
  Tanh,
  type Trainer,
} from 'gentle-dl'
import { augmented, type Dataset, subset } from 'gentle-dl/data'
import { breathe } from '../../engine/breathe.ts'
import { digitsPolicy } from './policies.ts'
import {
  batchSize,
  learningRate,
  type Moment,
  maxRounds,
  measured,
  type RunSettings,
  stepsPerRound,
} from './settings.ts'

/** LeNet-5, with dropout before its last two layers: a rate of 0 leaves it as it is. */
export const networkOf = (rate: number): Layer =>
  Sequential(
    Conv2d(6, 5, { padding: 2 }),
    Tanh(),
    AvgPool2d(2),
    Conv2d(16, 5),
    Tanh(),
    AvgPool2d(2),
    Conv2d(120, 5),
    Tanh(),
    Flatten(),
    Dropout(rate),
    Linear(84),
    Tanh(),
    Dropout(rate),
    Linear(10),
  )

const first = (digits: Dataset, count: number): Dataset =>
  digits.length <= count
    ? digits
    : subset(
        digits,
        Array.from({ length: count }, (_, i) => i),
      )

export class RemedyRun {
  readonly moments: Moment[] = []
  readonly #trainer: Trainer
  readonly #plain: Dataset
  readonly #validation: Dataset

  private constructor(trainer: Trainer, plain: Dataset, validation: Dataset) {
    this.#trainer = trainer
    this.#plain = plain
    this.#validation = validation
  }

  static async begin(
    { examples, seed, dropout, decay, strength }: RunSettings,
    { train, validation }: { readonly train: Dataset; readonly validation: Dataset },
    backend: Backend,
  ): Promise<RemedyRun> {
    const digits = first(train, examples)
    const steps = maxRounds * stepsPerRound
    const trainer = await createTrainer(
      networkOf(dropout),
      strength > 0 ? augmented(digits, digitsPolicy(strength), { seed }) : digits,
      {
        optimizer: adamW({ learningRate: cosineDecay(learningRate), weightDecay: decay, decayParameters: 'weights' }),
        batchSize,
        epochs: Math.ceil(steps / stepsOf(digits.length, batchSize)),
        steps,
        seed,
        backend,
      },
    )
    const run = new RemedyRun(trainer, first(digits, measured), first(validation, measured))
    await run.#measure()
    return run
  }

  /** Rounds done. */
  get rounds(): number {
    return this.moments.length - 1
  }

  /**
   * Steps up to the end of the round under way, and measures there; gives up in between where it is told to, and goes on from there when called again.
   * @throws DivergedTraining when a loss is no longer a number.
   */
  async round(goesOn: () => boolean = () => true): Promise<void> {
    const end = (this.rounds + 1) * stepsPerRound
    while (this.#trainer.stepsDone < end) {
      await this.#trainer.step()
      await breathe()
      if (!goesOn()) return
    }
    await this.#measure()
  }

  dispose(): void {
    const { backend, parameters } = this.#trainer.model
    this.#trainer.dispose()
    backend.release(parameters.values())
  }

  async #measure(): Promise<void> {
    const train = await this.#trainer.evaluate(this.#plain)
    const validation = await this.#trainer.evaluate(this.#validation)
    this.moments.push({ train: train.loss, validation: validation.loss, accuracy: validation.accuracy! })
  }
}
