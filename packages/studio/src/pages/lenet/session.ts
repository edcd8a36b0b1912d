/** What the page's worker holds: the digits, both networks, their training, and how far it is to go. */
import { type Backend, type Model, type WasmOptions, wasm, weightsOf } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { breathe } from '../../engine/breathe.ts'
import { drawnDigit } from '../../engine/drawn-digit.ts'
import { MnistFiles, shardSize } from '../../engine/mnist.ts'
import { shifted } from '../../engine/shifted.ts'
import { Turns } from '../../engine/turns.ts'
import { type Insight, insight, type Picture } from './insight.ts'
import { LookPrograms } from './look-programs.ts'
import {
  type NetworkName,
  noProgress,
  type OfEach,
  type Progress,
  type Settings,
  Training,
  untrained,
} from './training.ts'

/** How a training stands, as the page is told while it goes on. */
export interface Report {
  /** Files that are there, of those that the training needs; undefined when it has them. */
  readonly loading: readonly [loaded: number, files: number] | undefined
  readonly progress: Progress
  /** Grows when what the networks say is worth another look. */
  readonly version: number
}

/** Test digits that can be chosen. */
export const rowLength = 20

/** Validation digits. */
const validated = 5000

/** Test digits that tell how many are right when all are shifted. */
const judged = 512

/** Milliseconds from one report to the next: the page has other things to do. */
const patience = 150

/** Milliseconds from one look at the networks to the next while they learn. */
const lookPatience = 2000

export interface LookRequest {
  /** A stroke's points, see `drawnDigit`; the test digit where there are none. */
  readonly drawing: readonly (readonly number[])[]
  /** Of the row. */
  readonly digit: number
  readonly right: number
  readonly down: number
  readonly network: NetworkName
}

/** A test digit, a byte a pixel. */
export interface TestDigit {
  readonly pixels: Float32Array
  readonly label: number
}

/** The test digits that are looked at. */
interface TestDigits {
  readonly row: readonly TestDigit[]
  /** Those that tell how many are right. */
  readonly all: Dataset
}

export class Session {
  readonly #files: MnistFiles
  readonly #report: (report: Report) => void
  readonly #options: WasmOptions
  #backend: Promise<Backend> | undefined
  #settings: Settings | undefined
  #models: Promise<OfEach<Model>> | undefined
  #programs: Promise<LookPrograms> | undefined
  /** The looks under way. */
  readonly #looks = new Turns()
  #training: Training | undefined
  #test: TestDigits | undefined
  readonly #turns = new Turns()
  #version = 0
  #reported = 0
  #looked = 0

  constructor(base: string, report: (report: Report) => void, options: WasmOptions = {}) {
    this.#files = new MnistFiles(base)
    this.#report = report
    this.#options = options
  }

  /** The test digits to choose from, two of each, and the threads that compute. */
  async open(): Promise<{ readonly row: readonly TestDigit[]; readonly threads: number }> {
    const { threads } = await this.#computing()
    return { row: (await this.#testDigits()).row, threads }
  }

  /**
   * Trains until so many epochs are done, goes back where there are more, and gives up where another call comes. An epoch under way stays as it is where as many
   * are done as are wanted.
   * @throws DownloadError for digits that do not come; DivergedTraining, and then it is back at the last epoch.
   */
  train(settings: Settings, epochs: number): Promise<void> {
    return this.#inTurn(async (isLast) => {
      await this.#prepare(settings)
      if ((this.#training?.epochs ?? 0) > epochs) await this.#training!.goBack(epochs)
      if (epochs > 0) await this.#begin(settings)
      while (isLast() && this.#training !== undefined && this.#training.epochs < epochs) {
        await this.#step(this.#training)
        await breathe()
      }
    })
  }

  /** One batch for each network. */
  step(settings: Settings): Promise<void> {
    return this.#inTurn(async () => {
      await this.#prepare(settings)
      await this.#step(await this.#begin(settings))
    })
  }

  /** Both networks as they were before they learned. */
  restart(): Promise<void> {
    return this.#inTurn(async () => this.#training?.goBack(0))
  }

  /** What the networks make of a picture now. */
  async look({ drawing, digit, right, down, network }: LookRequest): Promise<Insight> {
    const { row, all } = await this.#testDigits()
    const own = drawing.length > 0
    const picture: Picture = {
      pixels: shifted(own ? drawnDigit(drawing) : row[digit].pixels, right, down),
      label: own ? undefined : row[digit].label,
    }
    await this.#busyModels()
    return this.#looks.after(async () => insight(await this.#programs!, picture, { digits: all, right, down, network }))
  }

  /** Calls follow each other. After one that failed it is back at the last epoch. */
  #inTurn(work: (isLast: () => boolean) => Promise<void>): Promise<void> {
    return this.#turns.take(async (isLast) => {
      try {
        await work(isLast)
      } catch (error) {
        await this.#training?.goBack(this.#training.epochs)
        throw error
      } finally {
        this.#version++
        this.#tell(undefined)
      }
    })
  }

  async #prepare(settings: Settings): Promise<void> {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return
    const backend = await this.#computing()
    const old = await this.#models
    await this.#looks.rest
    await (await this.#programs)?.dispose()
    this.#training?.dispose()
    this.#training = undefined
    if (old !== undefined) for (const model of Object.values(old)) backend.release(weightsOf(model).values())
    this.#settings = settings
    this.#models = untrained(settings.seed, backend)
    this.#programs = this.#models.then((models) => new LookPrograms(models))
    await this.#models
  }

  async #begin(settings: Settings): Promise<Training> {
    if (this.#training !== undefined) return this.#training
    const files = (settings.digits + validated) / shardSize
    let loaded = 0
    const tell = (count: number): void => {
      if (count > 0) this.#tellSeldom([++loaded, files])
    }
    this.#tell([0, files])
    const [train, validation] = await Promise.all([
      this.#files.digits('train', settings.digits, tell),
      this.#files.digits('validation', validated, tell),
    ])
    this.#training = await Training.begin(await this.#models!, { train, validation }, settings)
    return this.#training
  }

  async #step(training: Training): Promise<void> {
    const { epochs } = training
    await training.step()
    const now = performance.now()
    if (training.epochs > epochs || now - this.#looked >= lookPatience) {
      this.#version++
      this.#looked = now
    }
    this.#tellSeldom(undefined)
  }

  #tellSeldom(loading: Report['loading']): void {
    if (performance.now() - this.#reported >= patience) this.#tell(loading)
  }

  #tell(loading: Report['loading']): void {
    this.#reported = performance.now()
    this.#report({ loading, progress: this.#training?.progress ?? noProgress, version: this.#version })
  }

  #computing(): Promise<Backend> {
    this.#backend ??= wasm(this.#options)
    return this.#backend
  }

  /** There are models as soon as a training was asked for. */
  async #busyModels(): Promise<void> {
    if (this.#models === undefined) await this.#turns.rest
  }

  async #testDigits(): Promise<TestDigits> {
    if (this.#test !== undefined) return this.#test
    const all = await this.#files.digits('test', judged)
    const labels = Array.from(all.labels!)
    const indices = Array.from({ length: 10 }, (_, digit) =>
      labels.flatMap((label, i) => (label === digit ? [i] : [])).slice(0, rowLength / 10),
    ).flat()
    const row = await Promise.all(
      indices.map(async (index): Promise<TestDigit> => {
        const pixels = new Float32Array(28 * 28)
        await all.read([index], pixels, new Int32Array(1))
        return { pixels, label: labels[index] }
      }),
    )
    this.#test = { row, all }
    return this.#test
  }
}
