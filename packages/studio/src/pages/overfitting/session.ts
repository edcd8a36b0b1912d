/** What the page's worker holds: the digits, the trainings so far, and how far they are to go. */
import { type Backend, type WasmOptions, wasm } from 'gentle-dl'
import { MnistFiles } from '../../engine/mnist.ts'
import { Turns } from '../../engine/turns.ts'
import { type GalleryPicture, type GalleryRequest, gallery, sceneDigits } from './gallery.ts'
import { RemedyRun } from './remedy-run.ts'
import { type Moments, measured, noMoments, type RemedyName, runSettings, type Settings } from './settings.ts'

export interface Report {
  /** Whether digits are being fetched. */
  readonly loading: boolean
  readonly moments: Moments
}

/** Milliseconds from one report to the next. */
const patience = 150

export class Session {
  readonly #files: MnistFiles
  readonly #report: (report: Report) => void
  readonly #options: WasmOptions
  readonly #turns = new Turns()
  readonly #runs = new Map<RemedyName, { readonly key: string; readonly run: RemedyRun }>()
  #backend: Promise<Backend> | undefined
  #reported = 0

  constructor(base: string, report: (report: Report) => void, options: WasmOptions = {}) {
    this.#files = new MnistFiles(base)
    this.#report = report
    this.#options = options
  }

  /** Threads that compute. */
  async open(): Promise<number> {
    return (await this.#computing()).threads
  }

  /**
   * Trains until each of these has so many rounds behind it, those with the fewest first, or another call comes. A training goes on for as long as nothing changes that it
   * depends on.
   * @throws DownloadError for digits that do not come; DivergedTraining.
   */
  train(settings: Settings, names: readonly RemedyName[], rounds: number): Promise<void> {
    return this.#turns.take(async (isLast) => {
      try {
        this.#drop(settings)
        if (rounds > 0)
          while (isLast()) {
            const next = this.#behind(names, rounds)
            if (next === undefined) break
            const known = this.#runs.get(next)
            if (known === undefined) await this.#begin(next, settings)
            else await known.run.round(isLast)
            if (performance.now() - this.#reported >= patience) this.#tell(false)
          }
      } finally {
        this.#tell(false)
      }
    })
  }

  async gallery(request: GalleryRequest): Promise<GalleryPicture[]> {
    return gallery(await this.#files.digits('train', sceneDigits), request)
  }

  async dispose(): Promise<void> {
    await (await this.#backend)?.close()
  }

  /** Forgets the trainings that other settings were for. */
  #drop(settings: Settings): void {
    for (const [name, { key, run }] of this.#runs)
      if (key !== JSON.stringify(runSettings(name, settings))) {
        run.dispose()
        this.#runs.delete(name)
      }
  }

  /** The one that has the fewest rounds; undefined where all have enough. */
  #behind(names: readonly RemedyName[], rounds: number): RemedyName | undefined {
    const done = (name: RemedyName): number => this.#runs.get(name)?.run.rounds ?? -1
    const least = names.toSorted((a, b) => done(a) - done(b)).at(0)
    return least !== undefined && done(least) < rounds ? least : undefined
  }

  async #begin(name: RemedyName, settings: Settings): Promise<void> {
    const own = runSettings(name, settings)
    this.#tell(true)
    const [train, validation] = await Promise.all([
      this.#files.digits('train', own.examples),
      this.#files.digits('validation', measured),
    ])
    const run = await RemedyRun.begin(own, { train, validation }, await this.#computing())
    this.#runs.set(name, { key: JSON.stringify(own), run })
  }

  #tell(loading: boolean): void {
    this.#reported = performance.now()
    const known: Partial<Record<RemedyName, Moments[RemedyName]>> = {}
    for (const [name, { run }] of this.#runs) known[name] = run.moments
    this.#report({ loading, moments: { ...noMoments, ...known } })
  }

  #computing(): Promise<Backend> {
    this.#backend ??= wasm(this.#options)
    return this.#backend
  }
}
