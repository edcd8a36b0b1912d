/** A training of a small network, step by step, with all that the page shows of it. */
import {
  adam,
  type Backend,
  createTrainer,
  crossEntropy,
  gradients,
  type Input,
  input,
  type Layer,
  LeakyReLU,
  Linear,
  type Model,
  meanSquaredError,
  type NDArray,
  type Program,
  ReLU,
  Scope,
  Sequential,
  Sigmoid,
  sgd,
  stepsOf,
  Tanh,
  type Tensor,
  type Trainer,
  wasm,
} from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { softmax, sum } from 'gentle-dl/ops'
import { boxOf, rowsOf, type Sets, setsOf } from './data.ts'
import { type Edit, maxSteps, NetworkError, predictsNumbers, type Settings, unitsOf } from './settings.ts'

/** Pixels a side of the maps of neurons and outputs. */
export const mapSide = 48

/** Size of a value from which a training is on its way to NaN. */
export const tooLarge = 10_000

/** Numbers of one layer on one example. */
export interface LayerNumbers {
  /** Before the activation, and after it; outputs have no activation. */
  readonly sums: readonly number[]
  readonly values: readonly number[]
  /** Derivatives of the activation at the sums. */
  readonly slopes: readonly number[]
  /** Gradients of the example's loss by values and by sums. */
  readonly byValues: readonly number[]
  readonly bySums: readonly number[]
  /** Gradients by weights, unit by unit, and by biases. */
  readonly byWeights: readonly (readonly number[])[]
  readonly byBiases: readonly number[]
}

export interface ExampleNumbers {
  readonly example: number
  readonly inputs: readonly [number, number]
  /** Class or number. */
  readonly target: number
  readonly loss: number
  readonly layers: readonly LayerNumbers[]
}

export interface LayerWeights {
  /** Unit by unit. */
  readonly weights: readonly (readonly number[])[]
  readonly biases: readonly number[]
}

/** The mean loss, and the share that is classified right, at a step. */
export interface Scores {
  readonly step: number
  readonly trainLoss: number
  readonly validationLoss: number
  /** Undefined where numbers are predicted. */
  readonly trainAccuracy?: number
  readonly validationAccuracy?: number
}

/** Where values first became too large or not a number. */
export interface Excess {
  /** From 0, the outputs last. */
  readonly layer: number
  readonly step: number
  /** The largest value then, and before the first step. */
  readonly value: number
  readonly valueAtStart: number
}

/** Why a training came to an end. */
export interface Divergence {
  /** The step whose loss was not a number. */
  readonly step: number
  readonly excess: Excess
  /** What the library says. */
  readonly message: string
}

export interface Snapshot {
  readonly step: number
  readonly layers: readonly LayerWeights[]
  /** One map for each unit of each layer, the outputs last: 0 to 255, where 128 is 0; rows from above. */
  readonly maps: readonly (readonly Uint8Array[])[]
  /** The answer over the plane: the class and how sure it is (0 to 255); for a number, as in maps, and nothing. */
  readonly answer: { readonly what: Uint8Array; readonly sure: Uint8Array }
  readonly example: ExampleNumbers
  /** Largest size of a value in each layer, on the points that are trained on. */
  readonly largest: readonly number[]
  readonly scores: Scores
  readonly curve: readonly Scores[]
  readonly divergence?: Divergence
}

const activations = { relu: ReLU, tanh: Tanh, sigmoid: Sigmoid, 'leaky-relu': () => LeakyReLU(0.1) } as const

/** The network that settings describe. */
export const networkOf = (settings: Settings): Layer => {
  const { hidden, activation } = settings
  const weightInit = activation === 'relu' || activation === 'leaky-relu' ? 'heNormal' : 'glorotUniform'
  return Sequential(
    ...hidden.flatMap((units) => {
      const linear = Linear(units, { weightInit })
      return activation === 'linear' ? [linear] : [linear, activations[activation]()]
    }),
    Linear(unitsOf(settings).at(-1)!),
  )
}

export const optimizerOf = ({ optimizer, rate: learningRate, weightDecay }: Settings) =>
  optimizer === 'adam'
    ? adam({ learningRate, weightDecay })
    : sgd({ learningRate, weightDecay, momentum: optimizer === 'momentum' ? 0.9 : 0 })

interface Traced {
  readonly x: Input
  /** Of each Linear, and of the activation after it. */
  readonly sums: Tensor[]
  readonly values: Tensor[]
  readonly output: Tensor
}

/** Points a curve has at most; then every other one is dropped. */
const curvePoints = 160

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

/** The largest size of some values; one that is not finite, where there is one. */
function largestOf(values: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i])
    if (!Number.isFinite(size)) return size
    if (size > largest) largest = size
  }
  return largest
}

const isTooLarge = (value: number): boolean => !(value <= tooLarge)

export class Training {
  readonly #settings: Settings
  readonly #validation: Dataset
  readonly #train: Dataset
  readonly #trainer: Trainer
  readonly #rows: readonly (readonly number[])[]
  /** Where each Linear stands among the layers, as its parameters are named. */
  readonly #places: readonly string[]
  readonly #programs = new Map<string, Promise<Program>>()
  readonly #edits: Edit[] = []
  #curve: Scores[] = []
  /** Steps between points of the curve. */
  #every: number

  private constructor(settings: Settings, trainer: Trainer, sets: Sets, rows: readonly number[][]) {
    this.#settings = settings
    this.#trainer = trainer
    this.#train = sets.train
    this.#validation = sets.validation
    this.#rows = rows
    this.#places = range(settings.hidden.length + 1).map((i) => String(settings.activation === 'linear' ? i : 2 * i))
    this.#every = stepsOf(sets.train.length, settings.batchSize)
  }

  /** @throws NetworkError for points that nothing can be learned from. */
  static async begin(settings: Settings): Promise<Training> {
    const sets = setsOf(settings)
    const backend = await wasm({ threads: 1 })
    try {
      const trainer = await createTrainer(networkOf(settings), sets.train, {
        loss: predictsNumbers(settings) ? meanSquaredError : crossEntropy,
        optimizer: optimizerOf(settings),
        batchSize: settings.batchSize,
        epochs: maxSteps,
        seed: settings.seed,
        backend,
      })
      return new Training(settings, trainer, sets, await rowsOf(sets.train))
    } catch (error) {
      await backend.close()
      throw error
    }
  }

  get step(): number {
    return this.#trainer.stepsDone
  }

  get #model(): Model {
    return this.#trainer.model
  }

  /** Whether this training, as it went so far, comes to a step by these edits. */
  leadsTo(step: number, edits: readonly Edit[]): boolean {
    const made = edits.slice(0, this.#edits.length)
    const rest = edits.slice(this.#edits.length)
    return (
      this.step <= step && JSON.stringify(made) === JSON.stringify(this.#edits) && rest.every(([at]) => at >= this.step)
    )
  }

  /**
   * Trains on, up to a step or as far as the time goes.
   * @throws DivergedTraining when the loss is no longer a number; NetworkError for an edit of a weight that there is not.
   */
  async advance(
    to: number,
    edits: readonly Edit[],
    { milliseconds = Infinity, onStep }: { readonly milliseconds?: number; readonly onStep?: () => Promise<void> } = {},
  ): Promise<void> {
    const until = performance.now() + milliseconds
    if (this.#curve.length === 0) await this.#record()
    await this.#edit(edits)
    while (this.step < to && performance.now() < until) {
      await this.#trainer.step()
      if (this.step % this.#every === 0) await this.#record()
      await this.#edit(edits)
      await onStep?.()
    }
  }

  /** All that the page shows, with the numbers of one of the examples that are trained on. */
  async snapshot(example: number): Promise<Snapshot> {
    const last = this.#curve.at(-1)
    const [maps, answer] = await this.#maps()
    return {
      step: this.step,
      layers: await this.#weights(),
      maps,
      answer,
      example: await this.#exampleNumbers(Math.min(example, this.#rows.length - 1)),
      largest: await this.largest(),
      scores: last?.step === this.step && this.#edits.every(([at]) => at < this.step) ? last : await this.#scores(),
      curve: this.#curve,
    }
  }

  /** The largest value of each layer's sums on all points that are trained on. */
  async largest(): Promise<number[]> {
    const { length } = this.#rows
    const program = await this.#program('sums', () => {
      const { x, sums } = this.#trace(length)
      return { inputs: { x }, outputs: named('sums', sums) }
    })
    const results = await program.run({ x: this.#rows.flatMap((point) => point.slice(0, 2)) })
    return this.#places.map((_, layer) => largestOf(results[`sums ${layer}`].data))
  }

  async dispose(): Promise<void> {
    this.#trainer.dispose()
    await this.#model.backend.close()
  }

  /** Sets the weights that are edited after this step. */
  async #edit(edits: readonly Edit[]): Promise<void> {
    for (let next = edits[this.#edits.length]; next?.[0] === this.step; next = edits[this.#edits.length]) {
      const [, layer, unit, from, value] = next
      const inputs = layer === 1 ? 2 : this.#settings.hidden[layer - 2]
      const isBias = from === 0
      const parameter = this.#model.parameters.get(`${this.#places[layer - 1]}.${isBias ? 'bias' : 'weight'}`)
      if (parameter === undefined || !(unit >= 1 && unit <= parameter.shape[0] && from <= inputs))
        throw new NetworkError(
          `An edit is of a weight that this network does not have: layer ${layer}, unit ${unit}, input ${from}.`,
        )
      const values = await this.#model.backend.read(parameter)
      values[isBias ? unit - 1 : (unit - 1) * inputs + from - 1] = value
      await this.#model.backend.write(parameter, values)
      this.#edits.push(next)
    }
  }

  async #scores(): Promise<Scores> {
    const train = await this.#trainer.evaluate(this.#train)
    const validation = await this.#trainer.evaluate(this.#validation)
    return {
      step: this.step,
      trainLoss: train.loss,
      validationLoss: validation.loss,
      trainAccuracy: train.accuracy,
      validationAccuracy: validation.accuracy,
    }
  }

  async #record(): Promise<void> {
    this.#curve = [...this.#curve, await this.#scores()]
    if (this.#curve.length <= curvePoints) return
    this.#every *= 2
    this.#curve = this.#curve.filter(({ step }) => step % this.#every === 0)
  }

  async #weights(): Promise<LayerWeights[]> {
    const { backend, parameters } = this.#model
    const layers: LayerWeights[] = []
    for (const place of this.#places) {
      const weight = parameters.get(`${place}.weight`)!
      layers.push({
        weights: rowsIn(await backend.read(weight), weight.shape[1]),
        biases: [...(await backend.read(parameters.get(`${place}.bias`)!))],
      })
    }
    return layers
  }

  async #maps(): Promise<[maps: Uint8Array[][], answer: Snapshot['answer']]> {
    const pixels = mapSide * mapSide
    const program = await this.#program('maps', () => {
      const { x, values, output } = this.#trace(pixels)
      return { inputs: { x }, outputs: { ...named('values', values), answer: softmax(output) } }
    })
    const { x: across, y: up } = boxOf(this.#settings)
    const at = ([low, high]: readonly [number, number], i: number) => low + ((i + 0.5) / mapSide) * (high - low)
    const x = new Float32Array(2 * pixels)
    for (let i = 0; i < pixels; i++) {
      x[2 * i] = at(across, i % mapSide)
      x[2 * i + 1] = at(up, mapSide - 1 - Math.floor(i / mapSide))
    }
    const results = await program.run({ x })
    const maps = this.#places.map((_, layer) => {
      const { data, shape } = results[`values ${layer}`]
      return range(shape[1]).map((unit) => signedBytes(data, shape[1], unit, 0))
    })
    if (predictsNumbers(this.#settings)) {
      const { data } = results[`values ${this.#places.length - 1}`]
      return [maps, { what: signedBytes(data, 1, 0, 1), sure: new Uint8Array(0) }]
    }
    return [maps, likeliest(results.answer)]
  }

  async #exampleNumbers(example: number): Promise<ExampleNumbers> {
    const [x1, x2, target] = this.#rows[example]
    const numbers = predictsNumbers(this.#settings)
    const program = await this.#program('example', () => {
      const { x, sums, values, output } = this.#trace(1)
      const wanted = numbers ? input([1, 1]) : input([1], 'int32')
      const loss = numbers ? meanSquaredError(output, wanted) : crossEntropy(output, wanted)
      const parameters = this.#places.flatMap((place) => [
        this.#model.parameters.get(`${place}.weight`)!,
        this.#model.parameters.get(`${place}.bias`)!,
      ])
      const byParameters = gradients(loss, parameters)
      return {
        inputs: { x, wanted },
        outputs: {
          loss,
          ...named('sums', sums),
          ...named('values', values),
          ...named(
            'slopes',
            sums.map((each, layer) => gradients(sum(values[layer]), [each])[0]),
          ),
          ...named('byValues', gradients(loss, values)),
          ...named('bySums', gradients(loss, sums)),
          ...named(
            'byWeights',
            byParameters.filter((_, i) => i % 2 === 0),
          ),
          ...named(
            'byBiases',
            byParameters.filter((_, i) => i % 2 === 1),
          ),
        },
      }
    })
    const results = await program.run({ x: [x1, x2], wanted: [target] })
    const list = (what: string, layer: number): number[] => [...results[`${what} ${layer}`].data]
    return {
      example,
      inputs: [x1, x2],
      target,
      loss: results.loss.data[0],
      layers: this.#places.map((_, layer) => ({
        sums: list('sums', layer),
        values: list('values', layer),
        slopes: list('slopes', layer),
        byValues: list('byValues', layer),
        bySums: list('bySums', layer),
        byWeights: rowsIn(results[`byWeights ${layer}`].data, results[`byWeights ${layer}`].shape[1]),
        byBiases: list('byBiases', layer),
      })),
    }
  }

  /** The network on so many points, with all that is between its layers. */
  #trace(examples: number): Traced {
    const { layer, parameters, state } = this.#model
    const x = input([examples, 2])
    const outputs = new Map<string, Tensor>()
    const scope = new Scope({
      parameters,
      state,
      seed: 0,
      training: false,
      onLayer: ({ path, output }) => outputs.set(path, output),
    })
    const output = layer.apply(x, scope)
    const isLinear = this.#settings.activation === 'linear'
    return {
      x,
      output,
      sums: this.#places.map((place) => outputs.get(place)!),
      values: this.#places.map(
        (place) => (isLinear ? undefined : outputs.get(String(Number(place) + 1))) ?? outputs.get(place)!,
      ),
    }
  }

  #program(name: string, trace: () => Parameters<Backend['compile']>[0]): Promise<Program> {
    let program = this.#programs.get(name)
    if (program === undefined) {
      program = this.#model.backend.compile(trace())
      this.#programs.set(name, program)
    }
    return program
  }
}

const named = (what: string, tensors: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(tensors.map((tensor, layer) => [`${what} ${layer}`, tensor]))

const rowsIn = (values: ArrayLike<number>, columns: number): number[][] =>
  range(values.length / columns).map((row) => Array.from(values).slice(row * columns, (row + 1) * columns))

/** A column of a table as bytes, 128 for 0; `limit` is the size that is seen as the strongest, 0 for the column's own largest. */
function signedBytes(table: ArrayLike<number>, columns: number, column: number, limit: number): Uint8Array {
  const bytes = new Uint8Array(table.length / columns)
  let largest = limit
  if (limit === 0)
    for (let i = column; i < table.length; i += columns)
      if (Number.isFinite(table[i])) largest = Math.max(largest, Math.abs(table[i]))
  for (let i = 0; i < bytes.length; i++) {
    const share = largest === 0 ? 0 : table[i * columns + column] / largest
    bytes[i] = 128 + Math.round(127 * Math.max(-1, Math.min(1, Number.isNaN(share) ? 0 : share)))
  }
  return bytes
}

/** The likeliest class of each row of probabilities, and how far its probability is from a mere guess to 1, as bytes. */
function likeliest({ data, shape: [rows, classes] }: NDArray): Snapshot['answer'] {
  const [what, sure] = [new Uint8Array(rows), new Uint8Array(rows)]
  for (let row = 0; row < rows; row++) {
    let best = 0
    for (let i = 1; i < classes; i++) if (data[row * classes + i] > data[row * classes + best]) best = i
    what[row] = best
    sure[row] = Math.round((255 * (data[row * classes + best] - 1 / classes)) / (1 - 1 / classes))
  }
  return { what, sure }
}

/**
 * Trains again up to the last step that had a loss, and looks in which layer values first became too large. Where none did before the loss failed, it is the layer
 * of the largest.
 */
export async function findExcess(training: Training, to: number, edits: readonly Edit[]): Promise<Excess> {
  let atStart: number[] = []
  let found: Excess | undefined
  const look = async (): Promise<void> => {
    if (found !== undefined) return
    const largest = await training.largest()
    if (atStart.length === 0) atStart = largest
    const layer = largest.findIndex(isTooLarge)
    if (layer >= 0) found = { layer, step: training.step, value: largest[layer], valueAtStart: atStart[layer] }
  }
  await look()
  await training.advance(to, edits, { onStep: look })
  if (found !== undefined) return found
  const largest = await training.largest()
  const layer = largest.indexOf(Math.max(...largest))
  return { layer, step: training.step, value: largest[layer], valueAtStart: atStart[layer] }
}
