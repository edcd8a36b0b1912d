import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { MemoryError } from '../../src/core/errors.ts'
import { input, variable } from '../../src/graph/tensor.ts'
import { avgPool2d, conv2d, mean, mul, reshape, sub, tanh } from '../../src/ops/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A step of training of a small convolution, with its loss. */
function smallStep() {
  const x = input([8, 1, 8, 8])
  const weight = variable(
    [4, 1, 3, 3],
    Array.from({ length: 36 }, (_, i) => Math.sin(i) / 3),
  )
  const y = reshape(avgPool2d(tanh(conv2d(x, weight, { padding: 1 })), 8), [8, 4])
  const loss = mean(mul(y, y))
  const [gradient] = gradients(loss, [weight])
  return { inputs: { x }, outputs: { loss }, updates: [[weight, sub(weight, mul(gradient, 0.001))] as const] }
}

const Memory = WebAssembly.Memory
afterEach(() => {
  WebAssembly.Memory = Memory
})

/** The memories that backends make from here on. */
function watchMemories(): WebAssembly.Memory[] {
  const made: WebAssembly.Memory[] = []
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor)
      made.push(this)
    }
  }
  return made
}

describe('memory', () => {
  it('does not grow over 10,000 steps, neither WebAssembly nor the heap', async () => {
    const memories = watchMemories()
    const backend = await wasm({ threads: 2 })
    const program = await backend.compile(smallStep())
    const x = Float32Array.from({ length: 512 }, (_, i) => Math.cos(i))
    const used = async (steps: number): Promise<{ heap: number; wasm: number }> => {
      for (let i = 0; i < steps; i++) await program.run({ x })
      collectGarbage()
      return { heap: process.memoryUsage().heapUsed, wasm: memories.at(-1)!.buffer.byteLength }
    }
    const before = await used(1000)
    const after = await used(9000)
    expect(after.wasm).toBe(before.wasm)
    expect(after.heap - before.heap).toBeLessThan(500_000)
    await backend.close()
  })

  it('is given back when a program is disposed of', async () => {
    const memories = watchMemories()
    const backend = await wasm({ threads: 1 })
    const cycle = async (): Promise<number> => {
      const x = input([64, 64, 32, 32])
      const program = await backend.compile({ inputs: { x }, outputs: { y: mean(mul(x, x)) } })
      program.dispose()
      return memories.at(-1)!.buffer.byteLength
    }
    const first = await cycle()
    for (let i = 0; i < 20; i++) expect(await cycle()).toBe(first)
  })

  it('that WebAssembly cannot give is refused before the first step, with the number', async () => {
    const backend = await wasm({ threads: 1 })
    const x = input([512, 64, 224, 224])
    const weight = variable([64, 64, 3, 3])
    const loss = mean(mul(conv2d(x, weight), 1))
    await expect(backend.compile({ inputs: { x }, outputs: { loss } })).rejects.toThrow(MemoryError)
    await expect(backend.compile({ inputs: { x }, outputs: { loss } })).rejects.toThrow(/needs \d+ MiB.*smaller batch/)
  })
})
