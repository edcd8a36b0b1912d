/**
 * The workers behind the wasm backend. All threads share one memory; the thread that calls `run` computes as thread 0. A worker
 * watches the job counter for some milliseconds after each job, then goes back to its event loop, where a message wakes it.
 */
import { GentleError } from '../../core/errors.ts'
import { controlWords } from './control.ts'

/** What a worker is told. */
type Message =
  | {
      readonly kind: 'start'
      readonly memory: WebAssembly.Memory
      readonly thread: number
      readonly words: typeof controlWords
      /** Of the thread that calls `run`: where its clock is 0, in milliseconds. */
      readonly timeOrigin: number
    }
  | { readonly kind: 'program'; readonly id: number; readonly module: WebAssembly.Module }
  | { readonly kind: 'drop'; readonly id: number }
  | { readonly kind: 'wake' }

/** The ends of a message channel that Node's workers and the browsers' have in common. */
interface Port {
  post(message: unknown): void
  listen(handler: (message: Message) => void): void
}

/**
 * The whole program of a worker. It is handed over as text, so that no bundler has to find a file: it must not use anything from outside.
 */
function workerMain(port: Port): void {
  const programs = new Map<number, (thread: number, maySleep: number) => void>()
  let memory: WebAssembly.Memory
  let control: Int32Array
  let words: Record<keyof typeof controlWords, number>
  let thread = 0
  let lastJob = 0
  // Clocks of browsers' workers begin with the worker; times are told by that of the thread that calls `run`.
  let clockShift = 0
  const now = (): number => performance.now() + clockShift
  const patience = 20

  const workUntilIdle = (): void => {
    for (;;) {
      const deadline = performance.now() + patience
      while (Atomics.load(control, words.job) === lastJob) {
        for (let i = 0; i < 200 && Atomics.load(control, words.job) === lastJob; i++);
        const rest = deadline - performance.now()
        if (rest < patience - 0.2) Atomics.wait(control, words.job, lastJob, Math.max(rest, 0))
        if (rest <= 0 && Atomics.load(control, words.job) === lastJob) return
      }
      const job = Atomics.load(control, words.job)
      const program = Atomics.load(control, words.program)
      // Odd while a job is being written, changed when another was: then the two words do not belong together.
      if (job & 1 || Atomics.load(control, words.job) !== job) continue
      lastJob = job
      if (program < 0) return
      programs.get(program)?.(thread, 1)
    }
  }

  const awake = (): void => {
    const word = words.awake + thread
    do {
      Atomics.store(control, word, 1)
      workUntilIdle()
      Atomics.store(control, word, 0)
      // A job may have come between the last look and the word: whoever posted it then sent no message.
    } while (Atomics.load(control, words.job) !== lastJob)
  }

  port.listen((message) => {
    if (message.kind === 'start') {
      memory = message.memory
      thread = message.thread
      clockShift = performance.timeOrigin - message.timeOrigin
      control = new Int32Array(memory.buffer, 0, 256)
      words = Object.fromEntries(
        Object.entries(message.words).map(([name, address]) => [name, address / 4]),
      ) as typeof words
      lastJob = Atomics.load(control, words.job)
    } else if (message.kind === 'program') {
      const { exports } = new WebAssembly.Instance(message.module, { env: { memory, now } })
      programs.set(message.id, exports.run as (thread: number, maySleep: number) => void)
    } else if (message.kind === 'drop') programs.delete(message.id)
    else return awake()
    port.post('done')
  })
}

/** A worker thread of Node or of a browser. */
interface Thread {
  post(message: Message): void
  /** Resolves at the next answer. */
  answer(): Promise<void>
  end(): Promise<void>
}

async function startThread(): Promise<Thread> {
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  const answered = (): void => waiting.shift()?.resolve()
  const failed = (reason: unknown): void => {
    const error = new GentleError(`a worker thread failed: ${reason}`)
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  const answer = (): Promise<void> => new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  if (typeof process !== 'undefined' && process.versions?.node !== undefined) {
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    const port = `{ post: (m) => parentPort.postMessage(m), listen: (handler) => parentPort.on('message', handler) }`
    const source = `const { parentPort } = require('node:worker_threads');(${workerMain})(${port})`
    const worker = new Worker(source, { eval: true, execArgv: [] })
    worker.on('message', answered)
    worker.on('error', failed)
    worker.unref()
    let ended = false
    return {
      post: (message) => worker.postMessage(message),
      answer: () => {
        worker.ref()
        return answer().finally(() => {
          if (waiting.length === 0 && !ended) worker.unref()
        })
      },
      end: async () => {
        ended = true
        worker.ref()
        await worker.terminate()
      },
    }
  }
  const port = `{ post: (m) => postMessage(m), listen: (handler) => { onmessage = (event) => handler(event.data) } }`
  const url = URL.createObjectURL(new Blob([`(${workerMain})(${port})`], { type: 'text/javascript' }))
  const worker = new Worker(url)
  worker.onmessage = answered
  worker.onerror = (event) => failed(event.message)
  return {
    post: (message) => worker.postMessage(message),
    answer,
    end: async () => {
      worker.terminate()
      URL.revokeObjectURL(url)
    },
  }
}

/** The workers of one backend. */
export class Threads {
  readonly #workers: readonly Thread[]
  readonly #control: Int32Array
  readonly #maySleep: number
  #ended = false

  /** Starts `count` - 1 workers beside the calling thread. */
  static async start(count: number, memory: WebAssembly.Memory): Promise<Threads> {
    const workers = await Promise.all(Array.from({ length: count - 1 }, startThread))
    const threads = new Threads(workers, memory)
    await threads.#ask((thread) => ({
      kind: 'start',
      memory,
      thread,
      words: controlWords,
      timeOrigin: performance.timeOrigin,
    }))
    return threads
  }

  private constructor(workers: readonly Thread[], memory: WebAssembly.Memory) {
    this.#workers = workers
    this.#control = new Int32Array(memory.buffer, 0, 256)
    // A page's main thread is not allowed to sleep; everywhere else there is no `document`.
    this.#maySleep = typeof document === 'undefined' ? 1 : 0
  }

  /**
   * Gives the workers a program.
   * @throws GentleError when they have ended.
   */
  async install(id: number, module: WebAssembly.Module): Promise<void> {
    this.#checkOpen('compile')
    await this.#tell(() => ({ kind: 'program', id, module }))
  }

  async drop(id: number): Promise<void> {
    if (!this.#ended) await this.#tell(() => ({ kind: 'drop', id }))
  }

  /**
   * Runs a program on all threads; the calling one computes as thread 0.
   * @throws GentleError when the others have ended.
   */
  run(id: number, program: (thread: number, maySleep: number) => void): void {
    this.#checkOpen('run')
    if (this.#workers.length > 0) this.#announce(id)
    program(0, this.#maySleep)
  }

  async end(): Promise<void> {
    this.#ended = true
    if (this.#workers.length > 0) this.#announce(-1)
    await Promise.all(this.#workers.map((worker) => worker.end()))
  }

  #checkOpen(action: string): void {
    if (this.#ended) throw new GentleError(`${action}: the backend was closed; open another one`)
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
  async #tell(message: (thread: number) => Message): Promise<void> {
    if (this.#workers.length > 0) this.#announce(-1)
    await this.#ask(message)
  }

  async #ask(message: (thread: number) => Message): Promise<void> {
    await Promise.all(
      this.#workers.map((worker, i) => {
        worker.post(message(i + 1))
        return worker.answer()
      }),
    )
  }
}
