/** The threads of the wasm backend: workers, and the thread that calls `run`, which computes as thread 0. All share one memory. */
import { BackendError } from '../../core/errors.ts'
import { controlWords } from './control.ts'
import { failureIn, recordFailure } from './failure.ts'
import { type Message, startWorker, type WorkerThread } from './worker.ts'

/** Fewer bytes than this are touched in less time than a message takes. */
const worthTouching = 2 ** 20

/** The workers of one backend. */
export class Threads {
  readonly #workers: readonly WorkerThread[]
  readonly #control: Int32Array
  readonly #maySleep: number
  #ended = false
  /** Why a program failed on the only thread. */
  #failedAlone: string | undefined

  /**
   * Starts `count` - 1 workers beside the calling thread.
   * @throws BackendError when one does not start.
   */
  static async start(count: number, memory: WebAssembly.Memory): Promise<Threads> {
    const control = new Int32Array(memory.buffer, 0, 256)
    const started = await Promise.allSettled(
      Array.from({ length: count - 1 }, (_, i) =>
        startWorker((reason) => recordFailure(control, controlWords, i + 1, reason)),
      ),
    )
    const workers = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const threads = new Threads(workers, memory)
    try {
      const failed = started.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
      if (failed !== undefined)
        throw new BackendError(`wasm: a thread did not start: ${(failed.reason as Error).message}`, {
          cause: failed.reason,
        })
      await threads.#ask('wasm', (thread) => ({
        kind: 'start',
        memory,
        thread,
        words: controlWords,
        timeOrigin: performance.timeOrigin,
      }))
      threads.stalled()
      return threads
    } catch (error) {
      await threads.end()
      throw error
    }
  }

  private constructor(workers: readonly WorkerThread[], memory: WebAssembly.Memory) {
    this.#workers = workers
    this.#control = new Int32Array(memory.buffer, 0, 256)
    // A page's main thread is not allowed to sleep; everywhere else there is no `document`.
    this.#maySleep = typeof document === 'undefined' ? 1 : 0
  }

  /**
   * Gives the workers a program.
   * @throws BackendError when they have ended, or end before they have it.
   */
  async install(id: number, module: WebAssembly.Module): Promise<void> {
    this.#checkOpen('compile')
    await this.#tell('compile', () => ({ kind: 'program', id, module }))
  }

  /**
   * Has the workers touch memory that will be used soon, from one byte to another, while the calling thread does something else: the system gives out a page
   * where it is touched first, which for a step that needs gigabytes takes half a second. What fails is told to whoever needs them next.
   */
  touch(from: number, to: number): void {
    const { length } = this.#workers
    if (length === 0 || to - from < worthTouching || this.#ended || this.#failure() !== undefined) return
    const share = Math.ceil((to - from) / length / 64) * 64
    void this.#tell('compile', (thread) => ({
      kind: 'touch',
      from: from + (thread - 1) * share,
      to: Math.min(from + thread * share, to),
    })).catch(() => {})
  }

  /** Takes a program back. Whether the workers failed meanwhile is told to whoever runs one. */
  async drop(id: number): Promise<void> {
    if (this.#ended || this.#failure() !== undefined) return
    await this.#tell('drop', () => ({ kind: 'drop', id })).catch(() => {})
  }

  /**
   * Runs a program on all threads; the calling one computes as thread 0.
   * @throws BackendError when the others have ended, or a thread fails meanwhile.
   */
  run(id: number, program: (thread: number, maySleep: number) => void): void {
    this.#checkOpen('run')
    if (this.#workers.length > 0) this.#announce(id)
    try {
      program(0, this.#maySleep)
    } catch (error) {
      if (this.#workers.length > 0) recordFailure(this.#control, controlWords, 0, String(error))
      else this.#failedAlone = String(error)
      throw this.#error('run', error)
    }
  }

  /** What a program calls that waits, on the thread that runs it: throws when one of the others is gone. */
  readonly stalled = (): void => {
    const gone = this.#workers.findIndex((worker) => !worker.lives())
    if (gone >= 0) recordFailure(this.#control, controlWords, gone + 1, 'it ended')
    if (this.#failure() !== undefined) throw this.#error('run')
  }

  async end(): Promise<void> {
    this.#ended = true
    if (this.#workers.length > 0) this.#announce(-1)
    await Promise.all(this.#workers.map((worker) => worker.end()))
  }

  #checkOpen(action: string): void {
    if (this.#ended || this.#failure() !== undefined) throw this.#error(action)
  }

  #failure(): { readonly thread: number; readonly reason: string } | undefined {
    if (this.#workers.length > 0) return failureIn(this.#control, controlWords)
    return this.#failedAlone === undefined ? undefined : { thread: 0, reason: this.#failedAlone }
  }

  #error(action: string, cause?: unknown): BackendError {
    const failure = this.#failure()
    if (failure === undefined || this.#ended)
      return new BackendError(`${action}: the backend was closed; open another one`, { cause })
    const { thread, reason } = failure
    const who = thread === 0 ? 'the program' : `worker thread ${thread} of the backend`
    return new BackendError(`${action}: ${who} failed (${reason}); open another backend`, { cause })
  }

  /** Starts a job: workers that watch see it, those that sleep get a message. */
  #announce(program: number): void {
    const control = this.#control
    Atomics.add(control, controlWords.job / 4, 1)
    Atomics.store(control, controlWords.program / 4, program)
    Atomics.add(control, controlWords.job / 4, 1)
    Atomics.notify(control, controlWords.job / 4)
    this.#workers.forEach((worker, i) => {
      if (Atomics.load(control, controlWords.awake / 4 + i + 1) === 0) worker.post({ kind: 'wake' })
    })
  }

  /** Sends each worker a message and waits for all answers; workers that watch are sent to their event loop first. */
  async #tell(action: string, message: (thread: number) => Message): Promise<void> {
    if (this.#workers.length > 0) this.#announce(-1)
    await this.#ask(action, message)
  }

  async #ask(action: string, message: (thread: number) => Message): Promise<void> {
    try {
      await Promise.all(
        this.#workers.map((worker, i) => {
          worker.post(message(i + 1))
          return worker.answer()
        }),
      )
    } catch (error) {
      throw this.#error(action, error)
    }
  }
}
