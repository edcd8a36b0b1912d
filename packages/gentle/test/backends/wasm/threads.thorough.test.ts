import { expect, it } from 'vitest'
import { controlWords } from '../../../src/backends/wasm/control.ts'
import { Threads } from '../../../src/backends/wasm/threads.ts'
import { late } from './late-thread.ts'

it('threads that spun in vain spin long again once spinning helps', { timeout: 60_000 }, async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const threads = await Threads.start(2, memory)
  const vainWaits = new Int32Array(memory.buffer, controlWords.vainWaits, 1)
  try {
    const { compiled, run } = await late(0, threads, memory)
    await threads.install(1, compiled)
    Atomics.store(vainWaits, 0, 9)
    // Where something else computes on a core, both may have to share the other one for a while.
    while (Atomics.load(vainWaits, 0) > 0) {
      for (let i = 0; i < 100 && Atomics.load(vainWaits, 0) > 0; i++) threads.run(1, run)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(Atomics.load(vainWaits, 0)).toBe(0)
  } finally {
    await threads.end()
  }
})
