/**
 * Threads that make pictures beside the one that trains, in Node. They write into memory that is shared with it. Which thread makes a picture changes nothing of it.
 * All sets share the threads, which end when nothing was asked of them for a while.
 */
import { DataError, type GentleError, InternalError, MemoryError } from '../core/errors.ts'
import type { PictureSize } from './augmentation/drawing.ts'
import type { PictureJob } from './picture-maker.ts'
import type { PictureChange } from './picture-source.ts'

/** What a thread has to know of a set. */
export interface PictureSettings {
  readonly size: PictureSize & { readonly channels: 1 | 3 }
  readonly changes: readonly PictureChange[]
}

/** A picture, and its place in the batch. */
export type AskedPicture = PictureJob & { readonly place: number }

export interface AskedPictures {
  readonly ask: number
  readonly settings: number
  readonly memory: SharedArrayBuffer
  /** Values of a picture. */
  readonly values: number
  readonly pictures: readonly AskedPicture[]
}

export type ToPictureThread = (PictureSettings & { readonly number: number }) | AskedPictures

/** The first picture that could not be made, if any. */
export interface MadePictures {
  readonly ask: number
  readonly failed: { readonly place: number; readonly name: string; readonly message: string } | undefined
}

/** Threads without work are ended after so many milliseconds. */
const patience = 30_000

/** What an error of a thread is here. */
const errors: Readonly<Record<string, new (message: string) => GentleError>> = { DataError, MemoryError }

class PictureThread {
  readonly #worker: import('node:worker_threads').Worker
  readonly #known = new Set<number>()
  readonly #asked = new Map<number, (made: MadePictures | Error) => void>()
  #ended: Error | undefined

  constructor(file: string) {
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    this.#worker = new Worker(file, { execArgv: [] })
    this.#worker.on('message', (made: MadePictures) => this.#settle(made.ask, made))
    this.#worker.on('error', (error: Error) => this.#end(error.message))
    this.#worker.on('exit', () => this.#end('it ended'))
    this.#worker.unref()
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined
  }

  /** @throws InternalError where the thread ends before it has answered. */
  async make(asked: AskedPictures, settings: PictureSettings): Promise<MadePictures> {
    if (this.#ended !== undefined) throw this.#ended
    if (!this.#known.has(asked.settings)) this.#worker.postMessage({ ...settings, number: asked.settings })
    this.#known.add(asked.settings)
    const made = await new Promise<MadePictures | Error>((resolve) => {
      this.#asked.set(asked.ask, resolve)
      this.#worker.ref()
      this.#worker.postMessage(asked)
    })
    if (made instanceof Error) throw made
    return made
  }

  end(): void {
    void this.#worker.terminate()
  }

  #settle(ask: number, made: MadePictures | Error): void {
    this.#asked.get(ask)?.(made)
    this.#asked.delete(ask)
    if (this.#asked.size === 0) this.#worker.unref()
  }

  #end(reason: string): void {
    this.#ended ??= new InternalError(
      `a thread that decodes pictures ended (${reason}); start again, with workers 0 to decode on the thread that trains`,
    )
    for (const ask of this.#asked.keys()) this.#settle(ask, this.#ended)
  }
}

/** Where the threads' program is; undefined in a program that is bundled without it. */
function programFile(): string | undefined {
  const { createRequire } = process.getBuiltinModule('node:module')
  try {
    return createRequire(import.meta.url).resolve('gentle-dl/picture-thread')
  } catch {
    return undefined
  }
}

const threads: PictureThread[] = []
const numbers = new WeakMap<PictureSettings, number>()
let settingsGiven = 0
let asksMade = 0
let underWay = 0
let rest: NodeJS.Timeout | undefined

function endAll(): void {
  for (const thread of threads.splice(0)) thread.end()
}

/** So many threads; fewer where there is no program for them. */
function started(count: number): PictureThread[] {
  const file = programFile()
  if (file === undefined) return []
  for (let i = threads.length - 1; i >= 0; i--) if (threads[i].hasEnded) threads.splice(i, 1)
  while (threads.length < count) threads.push(new PictureThread(file))
  return threads.slice(0, count)
}

/**
 * Makes pictures on so many threads, each into its place of `inputs`. Gives whether there are threads; nothing is done where there are none.
 * @throws DataError for the first picture, by its place, that is missing or broken; InternalError where a thread ends meanwhile.
 */
export async function makeOnThreads(
  count: number,
  settings: PictureSettings,
  pictures: readonly AskedPicture[],
  inputs: Float32Array,
  values: number,
): Promise<boolean> {
  const team = started(count)
  if (team.length === 0) return false
  const number = numbers.get(settings) ?? settingsGiven++
  numbers.set(settings, number)
  // Memory that is not shared cannot be written by others.
  const isShared = inputs.buffer instanceof SharedArrayBuffer && inputs.byteOffset === 0
  const memory = isShared ? (inputs.buffer as SharedArrayBuffer) : new SharedArrayBuffer(4 * values * pictures.length)
  clearTimeout(rest)
  underWay++
  try {
    const asks = team.map((thread, t) => {
      const own = pictures.filter((_, i) => i % team.length === t)
      return thread.make({ ask: asksMade++, settings: number, memory, values, pictures: own }, settings)
    })
    const outcomes = await Promise.allSettled(asks)
    const [first] = outcomes
      .flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value.failed ?? []) : []))
      .sort((a, b) => a.place - b.place)
    if (first !== undefined) throw new (errors[first.name] ?? InternalError)(first.message)
    const ended = outcomes.find((outcome) => outcome.status === 'rejected')
    if (ended !== undefined) throw ended.reason
  } finally {
    underWay--
    if (underWay === 0) rest = setTimeout(endAll, patience).unref()
  }
  if (!isShared) inputs.set(new Float32Array(memory))
  return true
}
