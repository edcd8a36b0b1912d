/** What the page's worker holds: the pixels of all pictures, the trunk, and a classifier with its training. */
import {
  type Backend,
  GentleError,
  type Model,
  type Program,
  predict,
  saveModel,
  type WasmOptions,
  wasm,
} from 'gentle-dl'
import { backgroundOf, type Dataset, inMemory, resized } from 'gentle-dl/data'
import { image, type Preprocessing, plainPreprocessing, resizeImage } from 'gentle-dl/vision'
import { breathe } from '../../engine/breathe.ts'
import { programFor } from '../../engine/program-for.ts'
import { Turns } from '../../engine/turns.ts'
import type { Labelled } from './collection.ts'
import { type Judgement, judgementOf } from './judged.ts'
import { noProgress, type Progress } from './progress.ts'
import { keptSide, ownTrunk, type Settings } from './settings.ts'
import { heldOutOf, Training } from './training.ts'
import { readTrunk, type Trunk, trunkOfModel } from './trunk.ts'

/** Something that is asked for before there is a classifier. */
export class SessionError extends GentleError {}

/** Bytes of a picture as it is kept. */
export const keptBytes = 3 * keptSide * keptSide

/** Milliseconds from one report to the next. */
const patience = 100

/** Pictures that are judged at once. */
const judgedAtOnce = 64

/** What the page is told of a trunk. */
export type TrunkFacts = Pick<Trunk, 'file' | 'network' | 'side'>

/** A picture as the worker keeps it: pixels [3, 96, 96]. */
export type Pixels = Uint8Array

export class Session {
  readonly #pictures = new Map<number, Pixels>()
  readonly #report: (progress: Progress) => void
  readonly #options: WasmOptions
  #backend: Promise<Backend> | undefined
  #nextId = 1
  #trunk: Trunk | undefined
  /** How many trunks there were: two may have one name. */
  #trunks = 0
  #training:
    | {
        readonly key: string
        readonly of: Training
        readonly labelled: Labelled
        readonly settings: Settings
        /** For one picture, as a webcam asks many times a second. */
        readonly program: Program<'x', 'y'>
      }
    | undefined
  readonly #turns = new Turns()
  #reported = 0

  constructor(report: (progress: Progress) => void, options: WasmOptions = {}) {
    this.#report = report
    this.#options = options
  }

  async threads(): Promise<number> {
    return (await this.#computing()).threads
  }

  /** Keeps a picture; gives the number by which it is known. */
  add(pixels: Pixels): number {
    if (pixels.length !== keptBytes) throw new SessionError(`a picture has ${pixels.length} bytes, not ${keptBytes}`)
    this.#pictures.set(this.#nextId, pixels)
    return this.#nextId++
  }

  pixels(id: number): Pixels {
    const found = this.#pictures.get(id)
    if (found === undefined) throw new SessionError(`there is no picture ${id}`)
    return found
  }

  /**
   * Trains a classifier until so many epochs are done, or `pause` is called: the one under way where pictures and settings are the same, else another.
   * @throws DivergedTraining when the loss becomes NaN or infinite.
   */
  train(labelled: Labelled, settings: Settings, epochs: number): Promise<void> {
    return this.#turns.take(async (isLast) => {
      const key = JSON.stringify([labelled, settings, settings.start === 'trunk' ? this.#trunks : 0])
      if (this.#training?.key !== key) await this.#begin(key, labelled, settings)
      const { of } = this.#training!
      while (isLast() && of.progress.epochs < Math.min(epochs, of.epochs)) {
        await of.step()
        if (performance.now() - this.#reported >= patience) this.#tell(of.progress)
        await breathe()
      }
      this.#tell(of.progress)
    })
  }

  pause(): void {
    this.#turns.interrupt()
  }

  /** Forgets the classifier. */
  restart(): Promise<void> {
    return this.#turns.take(async () => {
      this.#forget()
      this.#tell(noProgress)
    })
  }

  /** What the classifier makes of all the pictures it has, under the labels that it learned by. */
  judge(): Promise<Judgement> {
    return this.#turns.after(async () => {
      const { labelled, of, settings } = this.#trained()
      const { classes, ids, labels } = labelled
      const probabilities = new Float32Array(ids.length * classes.length)
      for (let start = 0; start < ids.length; start += judgedAtOnce) {
        const some = ids.slice(start, start + judgedAtOnce)
        probabilities.set(await this.#probabilities(of.model, some), start * classes.length)
        await breathe()
      }
      return judgementOf(labelled, probabilities, heldOutOf(labels, settings.heldOut, settings.seed))
    })
  }

  /** The probability of each class for a picture. */
  async classify(pixels: Pixels): Promise<{ readonly classes: readonly string[]; readonly probabilities: number[] }> {
    const { of, labelled, program } = this.#trained()
    const side = of.model.inputShape[1]
    const whole = image(
      3,
      keptSide,
      keptSide,
      Float32Array.from(pixels, (byte) => byte / 255),
    )
    const { data } = resizeImage(whole, { height: side, width: side })
    const { y } = await program.run({ x: data })
    return { classes: labelled.classes, probabilities: [...y.data] }
  }

  /** Opens a trunk from a file. @throws as `readTrunk`. */
  openTrunk(bytes: Uint8Array, file: string): Promise<TrunkFacts> {
    return this.#turns.after(async () => {
      const backend = await this.#computing()
      return this.#take(await readTrunk(bytes, file, backend))
    })
  }

  /** Makes the classifier's features the trunk of the next one. Gives its file, too. */
  keepTrunk(): Promise<TrunkFacts & { readonly bytes: Uint8Array }> {
    return this.#turns.after(async () => {
      const { model } = this.#trained().of
      const bytes = await this.safetensors()
      return { ...this.#take(await trunkOfModel(model, ownTrunk)), bytes }
    })
  }

  /** The classifier as a file that Gentle opens. */
  async safetensors(): Promise<Uint8Array<ArrayBuffer>> {
    const { of, labelled } = this.#trained()
    const pictures = this.#dataset(labelled)
    return saveModel(of.model, {
      preprocessing: preprocessingOf(of.model),
      task: 'classify',
      background: await backgroundOf(pictures),
    })
  }

  /** The classifier as an ONNX file: pictures in [0, 1] to scores. */
  async onnx(): Promise<Uint8Array<ArrayBuffer>> {
    const { exportOnnx } = await import('gentle-dl/onnx')
    return exportOnnx(this.#trained().of.model)
  }

  async close(): Promise<void> {
    await (await this.#backend)?.close()
  }

  #take(trunk: Trunk): TrunkFacts {
    this.#trunk = trunk
    this.#trunks++
    const { file, network, side } = trunk
    return { file, network, side }
  }

  #trained() {
    if (this.#training === undefined) throw new SessionError('There is no classifier yet: train one first.')
    return this.#training
  }

  async #begin(key: string, labelled: Labelled, settings: Settings): Promise<void> {
    const backend = await this.#computing()
    const trunk = settings.start === 'trunk' ? this.#trunk : undefined
    if (settings.start === 'trunk' && trunk === undefined)
      throw new SessionError(
        'There is no trunk yet: open a file, or train a network from nothing and keep it as a trunk.',
      )
    this.#forget()
    const onFeatures = (features: number): void => this.#tell({ ...noProgress, features })
    const of = await Training.begin(this.#dataset(labelled), settings, { backend, trunk, onFeatures })
    this.#training = { key, of, labelled, settings, program: await programFor(of.model, { probabilities: true }) }
  }

  #forget(): void {
    this.#training?.program.dispose()
    this.#training?.of.dispose()
    this.#training = undefined
  }

  #dataset({ classes, ids, labels }: Labelled): Dataset {
    const inputs = new Uint8Array(ids.length * keptBytes)
    for (const [i, id] of ids.entries()) inputs.set(this.pixels(id), i * keptBytes)
    return inMemory({
      name: 'your pictures',
      inputs,
      inputShape: [3, keptSide, keptSide],
      targets: Int32Array.from(labels),
      classes,
    })
  }

  async #probabilities(model: Model, ids: readonly number[]): Promise<Float32Array> {
    const [, side] = model.inputShape
    const pictures = resized(this.#dataset({ classes: ['any'], ids, labels: ids.map(() => 0) }), {
      height: side,
      width: side,
    })
    const inputs = new Float32Array(ids.length * 3 * side * side)
    await pictures.read([...ids.keys()], inputs, new Int32Array(ids.length))
    return (await predict(model, inputs, { probabilities: true })).data
  }

  #tell(progress: Progress): void {
    this.#reported = performance.now()
    this.#report(progress)
  }

  #computing(): Promise<Backend> {
    this.#backend ??= wasm(this.#options)
    return this.#backend
  }
}

/** What is done to a picture of any size before a classifier sees it: the middle of it, in [0, 1]. */
export function preprocessingOf({ inputShape }: Model): Preprocessing {
  return { ...plainPreprocessing(inputShape)!, fit: { shorterSide: inputShape[1] } }
}
