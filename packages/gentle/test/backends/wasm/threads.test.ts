import { afterEach, describe, expect, it, vi } from 'vitest'
import { call, drop, i32, Module } from '../../../src/backends/wasm/assembler/index.ts'
import { controlBytes, defineBarrier } from '../../../src/backends/wasm/control.ts'
import { Threads } from '../../../src/backends/wasm/threads.ts'

/** A program in which every thread counts, at the first free address, and waits for the others. */
async function counting(threads: number, memory: WebAssembly.Memory) {
  const module = new Module({ memory: { initialPages: 1, maximumPages: 1, shared: true } })
  const barrier = defineBarrier(module, threads)
  module.function(
    'run',
    { thread: 'i32', maySleep: 'i32' } as const,
    undefined,
    ({ maySleep }) => [drop(i32.atomicAdd(controlBytes, 1)), call(barrier, maySleep)],
    { export: true },
  )
  const compiled = await WebAssembly.compile(module.emit())
  const { exports } = await WebAssembly.instantiate(compiled, { env: { memory } })
  return { compiled, run: exports['run'] as (thread: number, maySleep: number) => void }
}

describe('threads', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('run each job once, though another was announced just before it', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const threads = await Threads.start(2, memory)
    const { compiled, run } = await counting(2, memory)
    await threads.install(1, compiled)
    const counter = new Int32Array(memory.buffer, controlBytes, 1)
    // The thread that announces a job is held up between its words: workers are sure to look at them just then.
    const { store } = Atomics
    const slowStore = (array: Int32Array, index: number, value: number): number => {
      const stored = store(array, index, value)
      for (let turn = 0; turn < 5000; turn++) Atomics.load(array, index)
      return stored
    }
    vi.spyOn(Atomics, 'store').mockImplementation(slowStore as typeof Atomics.store)
    try {
      for (let job = 1; job <= 2000; job++) {
        void threads.drop(2)
        threads.run(1, run)
        expect(Atomics.load(counter, 0)).toBe(2 * job)
      }
    } finally {
      await threads.end()
    }
  })
})
