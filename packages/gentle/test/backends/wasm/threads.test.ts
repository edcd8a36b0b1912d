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
