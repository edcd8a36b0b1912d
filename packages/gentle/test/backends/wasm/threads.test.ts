import { afterEach, describe, expect, it, vi } from 'vitest'
import { call, drop, i32, ifThen, Module } from '../../../src/backends/wasm/assembler/index.ts'
import { controlBytes, controlWords, defineBarrier } from '../../../src/backends/wasm/control.ts'
import { Threads } from '../../../src/backends/wasm/threads.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { BackendError } from '../../../src/core/errors.ts'
import { moons } from '../../../src/data/points.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { variable } from '../../../src/graph/tensor.ts'
import * as nn from '../../../src/nn/index.ts'
import { add } from '../../../src/ops/index.ts'
import { sgd } from '../../../src/optim/index.ts'
import { fit } from '../../../src/train/index.ts'
import { late } from './late-thread.ts'

/** A program in which every thread counts, at the first free address, and waits for the others. */
async function counting(threads: number, memory: WebAssembly.Memory) {
  const module = new Module({ memory: { initialPages: 1, maximumPages: 1024, shared: true } })
  const barrier = defineBarrier(module, threads)
  module.function(
    'run',
    { thread: 'i32', maySleep: 'i32' } as const,
    undefined,
    ({ maySleep }) => [drop(i32.atomicAdd(controlBytes, 1)), call(barrier, maySleep)],
    { export: true },
  )
  const compiled = await WebAssembly.compile(module.emit())
  const { exports } = await WebAssembly.instantiate(compiled, { env: { memory, stalled: () => {} } })
  return { compiled, run: exports['run'] as (thread: number, maySleep: number) => void }
}

/** A program in which one thread reads far outside of the memory, and then all wait for each other. */
async function failingOn(failing: number, threads: Threads, memory: WebAssembly.Memory) {
  const module = new Module({ memory: { initialPages: 1, maximumPages: 1, shared: true } })
  const barrier = defineBarrier(module, 2)
  module.function(
    'run',
    { thread: 'i32', maySleep: 'i32' } as const,
    undefined,
    ({ thread, maySleep }) => [
      ifThen(i32.eq(thread, failing), [drop(i32.load(i32.const(2 ** 30)))]),
      call(barrier, maySleep),
    ],
    { export: true },
  )
  const compiled = await WebAssembly.compile(module.emit())
  const { exports } = await WebAssembly.instantiate(compiled, { env: { memory, stalled: threads.stalled } })
  await threads.install(1, compiled)
  return exports['run'] as (thread: number, maySleep: number) => void
}

/** The workers that are started until `restore`. */
function spiedWorkers() {
  const module = process.getBuiltinModule('node:worker_threads')
  const { Worker } = module
  const started: InstanceType<typeof Worker>[] = []
  module.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args)
      started.push(this)
    }
  }
  return {
    started,
    restore: () => {
      module.Worker = Worker
    },
  }
}

describe('threads', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('run each job once, though another was announced just before it', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const threads = await Threads.start(2, memory)
    const { compiled, run } = await counting(2, memory)
    const program = 7
    await threads.install(program, compiled)
    const counter = new Int32Array(memory.buffer, controlBytes, 1)
    const pause = (milliseconds: number): void => {
      for (const end = performance.now() + milliseconds; performance.now() < end; );
    }
    // The worker is woken by the first announcement, and looks while the second is half made: its program is there, its number not.
    const { store } = Atomics
    const slowStore = (array: Int32Array, index: number, value: number): number => {
      const stored = store(array, index, value)
      if (value === program) pause(0.3)
      return stored
    }
    vi.spyOn(Atomics, 'store').mockImplementation(slowStore as typeof Atomics.store)
    try {
      for (let job = 1; job <= 400; job++) {
        pause(0.5)
        void threads.drop(program + 1)
        threads.run(program, run)
        expect(Atomics.load(counter, 0)).toBe(2 * job)
      }
    } finally {
      await threads.end()
    }
  })
})

describe('threads that wait', () => {
  it('do so in each run, though there be nothing to compute', async () => {
    const started = vi.spyOn(Threads, 'start')
    const ran = vi.spyOn(Threads.prototype, 'run')
    const backend = await wasm({ threads: 2 })
    try {
      const weight = variable([2], [1, 2], 'weight')
      // Only prepared, and only passed on.
      for (const outputs of [{ y: add(weight, 1) }, { y: weight }]) {
        const program = await backend.compile({ inputs: {}, outputs })
        await program.run()
        await program.run()
      }
      const { buffer } = started.mock.calls[0][1]
      const entries = new Set(ran.mock.calls.map(([, entry]) => entry))
      expect(entries.size).toBe(2)
      // Who waits is told that another thread failed.
      Atomics.store(new Int32Array(buffer), controlWords.failed / 4, 1)
      for (const entry of entries) expect(() => entry(0, 0)).toThrow(BackendError)
    } finally {
      await backend.close()
      vi.restoreAllMocks()
    }
  })

  it('count how often spinning did not help', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const threads = await Threads.start(2, memory)
    const vainWaits = new Int32Array(memory.buffer, controlWords.vainWaits, 1)
    try {
      const { compiled, run } = await late(1_000_000, threads, memory)
      await threads.install(1, compiled)
      for (let i = 0; i < 200 && Atomics.load(vainWaits, 0) < 10; i++) threads.run(1, run)
      expect(Atomics.load(vainWaits, 0)).toBeGreaterThanOrEqual(10)
    } finally {
      await threads.end()
    }
  })
})

describe('a thread that fails', () => {
  it.each([
    [0, /^run: the program failed \(RuntimeError: memory access out of bounds\); open another backend$/],
    [
      1,
      /^run: worker thread 1 of the backend failed \(RuntimeError: memory access out of bounds\); open another backend$/,
    ],
  ])('ends the run on all others: thread %i', async (failing, message) => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const threads = await Threads.start(2, memory)
    try {
      const run = await failingOn(failing, threads, memory)
      const attempt = (): void => threads.run(1, run)
      expect(attempt).toThrow(BackendError)
      expect(attempt).toThrow(message)
      await expect(threads.install(2, {} as WebAssembly.Module)).rejects.toThrow(/^compile: .* failed/)
    } finally {
      await threads.end()
    }
  })

  const w = variable([2], 1)
  const graph: Graph = { inputs: {}, outputs: { y: w }, updates: [[w, add(w, 1)]] }

  it('need not be seen by the event loop: a run at once after a worker ended is refused', async () => {
    const { started, restore } = spiedWorkers()
    const backend = await wasm({ threads: 2 })
    restore()
    const program = await backend.compile(graph)
    await program.run()
    void started[0].terminate()
    await expect(program.run()).rejects.toThrow(/^run: worker thread 1 of the backend failed \(it ended\)/)
    await expect(backend.compile(graph)).rejects.toThrow(BackendError)
    // What the runs before it computed is still there.
    expect([...(await backend.read(w))]).toEqual([2, 2])
    program.dispose()
    await backend.close()
  })

  it('while it gets a program ends the compilation', async () => {
    const { started, restore } = spiedWorkers()
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const threads = await Threads.start(2, memory)
    restore()
    const { compiled } = await counting(2, memory)
    // It ends where the program would come, before it could answer.
    started[0].postMessage = () => void started[0].terminate()
    await expect(threads.install(1, compiled)).rejects.toThrow(
      /^compile: worker thread 1 of the backend failed \(it ended\)/,
    )
    await threads.end()
  })

  it('ends a training', async () => {
    const { started, restore } = spiedWorkers()
    const backend = await wasm({ threads: 2 })
    restore()
    const training = fit(nn.Linear(2), moons({ examples: 64 }), {
      backend,
      epochs: 1000,
      batchSize: 8,
      optimizer: sgd({ learningRate: 0.1 }),
      onEpoch: ({ epoch }) => {
        if (epoch === 2) void started[0].terminate()
      },
    })
    await expect(training).rejects.toThrow(BackendError)
    await backend.close()
  })
})

describe('a backend that is closed', () => {
  it.each([1, 2])('rejects what is under way, on %i threads', async (threads) => {
    const outcomes = new Set<string>()
    for (const turns of [0, 1, 2, 4, 8]) {
      const backend = await wasm({ threads })
      const working = backend
        .compile({ inputs: {}, outputs: { y: add(variable([2]), 1) } })
        .then((program) => program.run())
        .then(
          () => 'computed',
          (error) => {
            expect(error).toBeInstanceOf(BackendError)
            expect(error.message).toMatch(/^(compile|run): the backend was closed; open another one$/)
            return 'refused'
          },
        )
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
      await backend.close()
      outcomes.add(await working)
    }
    expect(outcomes).toContain('refused')
  })
})

it('memory that the workers touch has its pages before a program runs, and keeps its values', async () => {
  const pages = 1024
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const threads = await Threads.start(3, memory)
  try {
    const numbers = new Int32Array(memory.buffer)
    const places = [controlBytes / 4, numbers.length / 2, numbers.length / 2 - 1024, numbers.length - 1024]
    for (const place of places) numbers[place] = place
    const before = process.memoryUsage.rss()
    threads.touch(controlBytes, memory.buffer.byteLength)
    await threads.install(1, (await counting(3, memory)).compiled)
    expect(process.memoryUsage.rss() - before).toBeGreaterThan(0.75 * memory.buffer.byteLength)
    expect(places.map((place) => numbers[place])).toEqual(places)
  } finally {
    await threads.end()
  }
})
