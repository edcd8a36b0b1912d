/** A worker of the wasm backend: it watches the job counter for some milliseconds after each job, then goes back to its event loop, where a message wakes it. */
import type { controlWords } from './control.ts'
import { recordFailure } from './failure.ts'

/** What a worker is told. */
export type Message =
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
  /** Bytes of memory that nobody has touched yet. */
  | { readonly kind: 'touch'; readonly from: number; readonly to: number }
  | { readonly kind: 'wake' }

type RecordFailure = typeof recordFailure

/** The ends of a message channel that Node's workers and the browsers' have in common. */
interface Port {
  post(message: unknown): void
  listen(handler: (message: Message) => void): void
}

/**
 * The whole program of a worker. It is handed over as text, so that no bundler has to find a file: it must not use anything from outside.
 */
function workerMain(port: Port, recordFailure: RecordFailure): void {
  const programs = new Map<number, (thread: number, maySleep: number) => void>()
  let memory: WebAssembly.Memory
  let control: Int32Array
  let addresses: typeof controlWords
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
      compute(program)
    }
  }

  /** A job that fails here would leave the other threads waiting. */
  const compute = (id: number): void => {
    try {
      const program = programs.get(id)
      if (program === undefined) throw new Error(`it has no program ${id}`)
      program(thread, 1)
    } catch (error) {
      recordFailure(control, addresses, thread, String(error))
    }
  }

  /** Called where a thread waits for others: one that failed never comes. */
  const stalled = (): void => {
    if (Atomics.load(control, words.failed) !== 0) throw new Error('another thread failed')
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

  /** Has the system give its pages to a stretch of memory, whose values stay. */
  const touch = (from: number, to: number): void => {
    const numbers = new Int32Array(memory.buffer)
    // Memory that grew just now may be longer than is known here yet.
    for (let at = from / 4; at < Math.min(to / 4, numbers.length); at += 1024)
      Atomics.compareExchange(numbers, at, 0, 0)
  }

  port.listen((message) => {
    if (message.kind === 'start') {
      memory = message.memory
      thread = message.thread
      clockShift = performance.timeOrigin - message.timeOrigin
      control = new Int32Array(memory.buffer, 0, 256)
      addresses = message.words
      words = Object.fromEntries(
        Object.entries(message.words).map(([name, address]) => [name, address / 4]),
      ) as typeof words
      lastJob = Atomics.load(control, words.job)
    } else if (message.kind === 'program') {
      const { exports } = new WebAssembly.Instance(message.module, { env: { memory, now, stalled } })
      programs.set(message.id, exports.run as (thread: number, maySleep: number) => void)
    } else if (message.kind === 'drop') programs.delete(message.id)
    else if (message.kind === 'touch') touch(message.from, message.to)
    else return awake()
    port.post('done')
  })
}

/** A worker thread of Node or of a browser. */
export interface WorkerThread {
  post(message: Message): void
  /** Resolves at the next answer; is rejected when the worker ends before it. */
  answer(): Promise<void>
  /** Whether it still exists, as far as one can know without going back to the event loop; Node tells, once it has answered. */
  lives(): boolean
  end(): Promise<void>
}

/** What is waited for from a worker: answers, in the order of the messages. */
class Answers {
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  #over: Error | undefined

  get none(): boolean {
    return this.#waiting.length === 0
  }

  next(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) reject(this.#over)
      else this.#waiting.push({ resolve, reject })
    })
  }

  arrived(): void {
    this.#waiting.shift()?.resolve()
  }

  /** No more will come. */
  end(reason: string): void {
    this.#over ??= new Error(reason)
    for (const { reject } of this.#waiting.splice(0)) reject(this.#over)
  }
}

/** @param failed called when the worker ends by itself, with the reason */
export async function startWorker(failed: (reason: string) => void): Promise<WorkerThread> {
  const answers = new Answers()
  let ended = false
  const lost = (reason: string): void => {
    if (!ended) failed(reason)
    ended = true
    answers.end(reason)
  }
  if (typeof process !== 'undefined' && process.versions?.node !== undefined) {
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    const port = `{ post: (m) => parentPort.postMessage(m), listen: (handler) => parentPort.on('message', handler) }`
    const source = `const { parentPort } = require('node:worker_threads');(${workerMain})(${port}, ${recordFailure})`
    const worker = new Worker(source, { eval: true, execArgv: [] })
    worker.on('message', () => answers.arrived())
    worker.on('error', (error) => lost(error instanceof Error ? error.message : String(error)))
    worker.on('exit', () => lost('it ended'))
    worker.unref()
    return {
      post: (message) => worker.postMessage(message),
      answer: () => {
        worker.ref()
        return answers.next().finally(() => {
          if (answers.none && !ended) worker.unref()
        })
      },
      // Of a worker that is gone, Node gives -1 for the time that its event loop was idle: all else about it is only known in ours. Deno has no such figure.
      lives: () => worker.performance.eventLoopUtilization?.().idle !== -1,
      end: async () => {
        ended = true
        answers.end('it was ended')
        worker.ref()
        await worker.terminate()
      },
    }
  }
  const port = `{ post: (m) => postMessage(m), listen: (handler) => { onmessage = (event) => handler(event.data) } }`
  const source = `(${workerMain})(${port}, ${recordFailure})`
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  const worker = new Worker(url)
  worker.onmessage = () => answers.arrived()
  worker.onerror = (event) => lost(event.message)
  return {
    post: (message) => worker.postMessage(message),
    answer: () => answers.next(),
    lives: () => true,
    end: async () => {
      ended = true
      answers.end('it was ended')
      worker.terminate()
      URL.revokeObjectURL(url)
    },
  }
}
