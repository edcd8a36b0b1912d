/** A classifier that learns from pictures: all of it from nothing, or what decides on the features of a trunk. */
import {
  adamW,
  type Backend,
  cosineDecay,
  createModel,
  createTrainer,
  crossEntropy,
  type Layer,
  type Loss,
  type Model,
  predict,
  type Trainer,
  weightsOf,
} from 'gentle-dl'
import { augmented, classWeights, type Dataset, inMemory, policies, randomSplit, resized } from 'gentle-dl/data'
import { summarize } from 'gentle-dl/inspect'
import { pictureRecipe } from 'gentle-dl/models'
import { breathe } from '../../engine/breathe.ts'
import { featuresOf, head, onTrunk, smallNetwork } from './network.ts'
import type { Progress } from './progress.ts'
import { headRate, heldOutCount, rate, type Settings, weightDecay } from './settings.ts'
import { layerOf, type Trunk, valuesOf } from './trunk.ts'

/** Which examples are held out, as `randomSplit` of the library chooses them: of each class its share. */
export function heldOutOf(labels: readonly number[], percent: number, seed: number): ReadonlySet<number> {
  const count = heldOutCount(labels.length, percent)
  if (count === 0) return new Set()
  const numbers = inMemory({
    inputs: Float32Array.from(labels, (_, i) => i),
    inputShape: [1],
    targets: Int32Array.from(labels),
  })
  const [, part] = randomSplit(numbers, count, seed)
  const chosen = new Float32Array(count)
  void part.read(
    Array.from({ length: count }, (_, i) => i),
    chosen,
    new Int32Array(count),
  )
  return new Set(chosen)
}

/** Settings of the library's recipe for small sets that do not depend on how long somebody wants to wait. */
export function batchSizeFor(layer: Layer, train: Dataset): number {
  const classCounts = new Array<number>(train.classes!.length).fill(0)
  for (const label of Array.from(train.labels!)) classCounts[label]++
  const multiplyAdds = summarize(layer, train.inputShape).macs
  return pictureRecipe({ classCounts, validation: 0, multiplyAdds }, rate).batchSize
}

/** Examples whose features are computed at once. */
const featureBatch = 16

/** The features of pictures, as a data set. */
async function featureSet(model: Model, pictures: Dataset, onShare: (share: number) => void): Promise<Dataset> {
  const size = model.inputShape.reduce((a, b) => a * b, 1)
  const [width] = model.outputShape
  const features = new Float32Array(pictures.length * width)
  for (let start = 0; start < pictures.length; start += featureBatch) {
    const count = Math.min(featureBatch, pictures.length - start)
    const inputs = new Float32Array(count * size)
    await pictures.read(
      Array.from({ length: count }, (_, i) => start + i),
      inputs,
      new Int32Array(count),
    )
    features.set((await predict(model, inputs)).data, start * width)
    onShare((start + count) / pictures.length)
    await breathe()
  }
  return inMemory({
    inputs: features,
    inputShape: [width],
    targets: Int32Array.from(pictures.labels!),
    classes: pictures.classes,
  })
}

export class Training {
  /** The whole classifier: pictures [3, side, side] in [0, 1] to scores of classes. */
  readonly model: Model
  readonly epochs: number
  readonly #trainer: Trainer
  readonly #heldOut: Dataset | undefined
  #seconds: number

  private constructor(model: Model, trainer: Trainer, heldOut: Dataset | undefined, seconds: number) {
    this.model = model
    this.epochs = trainer.epochs
    this.#trainer = trainer
    this.#heldOut = heldOut
    this.#seconds = seconds
  }

  /**
   * Begins a training.
   * @param pictures in [0, 1], of the side at which they are kept
   * @param onFeatures is told the share of the features that are there, where there is a trunk
   */
  static async begin(
    pictures: Dataset,
    settings: Settings,
    { backend, trunk, onFeatures }: { backend: Backend; trunk?: Trunk; onFeatures: (share: number) => void },
  ): Promise<Training> {
    const started = performance.now()
    const { seed, heldOut } = settings
    const side = trunk?.side ?? settings.side
    const seen = resized(pictures, { height: side, width: side })
    const shape = [3, side, side]
    const classes = pictures.classes!
    const split = (all: Dataset): [Dataset, Dataset | undefined] => {
      const count = heldOutCount(all.length, heldOut)
      return count === 0 ? [all, undefined] : randomSplit(all, count, seed)
    }
    const begin = async (model: Model, train: Dataset, learned: Dataset, learningRate: number): Promise<Trainer> => {
      const batchSize = batchSizeFor(model.layer, train)
      const weights = classWeights(train)
      const loss: Loss = (logits, labels) => crossEntropy(logits, labels, { classWeights: weights })
      const warmup = Math.round((settings.epochs * Math.ceil(train.length / batchSize)) / 20)
      const optimizer = adamW({ learningRate: cosineDecay(learningRate, { warmup }), weightDecay })
      return createTrainer(model, learned, { optimizer, loss, batchSize, epochs: settings.epochs, seed })
    }
    const seconds = (): number => (performance.now() - started) / 1000
    if (trunk === undefined) {
      const model = await createModel(smallNetwork(classes.length), shape, { seed, backend, classes })
      const [train, rest] = split(seen)
      const learned = settings.augment ? augmented(train, policies.modest, { seed }) : train
      return new Training(model, await begin(model, train, learned, rate), rest, seconds())
    }
    const layer = layerOf(trunk)
    const finder = await createModel(featuresOf(layer), shape, { backend, initialValues: valuesOf(trunk) })
    const [train, rest] = split(await featureSet(finder, seen, onFeatures))
    const decider = await createModel(head(classes.length), finder.outputShape, { seed, backend, classes })
    const model = await createModel(onTrunk(layer, classes.length), shape, {
      backend,
      classes,
      parameters: new Map([...finder.parameters, ...decider.parameters]),
      state: new Map([...finder.state, ...decider.state]),
    })
    return new Training(model, await begin(decider, train, train, headRate), rest, seconds())
  }

  get isOver(): boolean {
    return this.#trainer.history.length >= this.epochs
  }

  get progress(): Progress {
    const { history } = this.#trainer
    return {
      epochs: history.length,
      features: 1,
      losses: history.map(({ train }) => train.loss),
      heldOutLosses: history.flatMap(({ validation }) => (validation === undefined ? [] : [validation.loss])),
      accuracies: history.map(({ train }) => train.accuracy!),
      heldOutAccuracies: history.flatMap(({ validation }) => (validation === undefined ? [] : [validation.accuracy!])),
      seconds: this.#seconds,
    }
  }

  /**
   * One batch; behind the last one of an epoch what is held out is judged.
   * @throws DivergedTraining when the loss becomes NaN or infinite.
   */
  async step(): Promise<void> {
    const started = performance.now()
    await this.#trainer.step()
    if (this.#trainer.epochIsOver)
      await this.#trainer.endEpoch(this.#heldOut && (await this.#trainer.evaluate(this.#heldOut)))
    this.#seconds += (performance.now() - started) / 1000
  }

  dispose(): void {
    this.#trainer.dispose()
    this.model.backend.release(weightsOf(this.model).values())
  }
}
