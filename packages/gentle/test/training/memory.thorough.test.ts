import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { type WasmOptions, wasm } from '../../src/backends/wasm/wasm.ts'
import { BackendError, GentleError, MemoryError } from '../../src/core/errors.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { input, type Tensor, type Variable, variable } from '../../src/graph/tensor.ts'
import { avgPool2d, conv2d, matmul, mean, mul, reshape, sub, tanh } from '../../src/ops/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const x = Float32Array.from({ length: 512 }, (_, i) => Math.cos(i))

/** A step of training of a small convolution, with its loss; its input is `x`. */
function smallStep(): { weight: Variable; graph: Graph } {
  const images = input([8, 1, 8, 8])
  const weight = variable(
    [4, 1, 3, 3],
    Array.from({ length: 36 }, (_, i) => Math.sin(i) / 3),
  )
  const y = reshape(avgPool2d(tanh(conv2d(images, weight, { padding: 1 })), 8), [8, 4])
  const loss = mean(mul(y, y))
  const [gradient] = gradients(loss, [weight])
  return {
    weight,
    graph: { inputs: { x: images }, outputs: { loss }, updates: [[weight, sub(weight, mul(gradient, 0.001))]] },
  }
}

const { Memory } = WebAssembly
let opened: Backend | undefined
afterEach(() => opened?.close())

/** A backend, and how many bytes its memory has. */
async function open(options: WasmOptions): Promise<{ backend: Backend; wasmBytes: () => number }> {
  const made: WebAssembly.Memory[] = []
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor)
      made.push(this)
    }
  }
  try {
    opened = await wasm(options)
  } finally {
    WebAssembly.Memory = Memory
  }
  return { backend: opened, wasmBytes: () => made.reduce((total, { buffer }) => total + buffer.byteLength, 0) }
}

/** Bytes that live on the heap, and in array buffers outside WebAssembly's memory. */
function hostBytes(): { heap: number; buffers: number } {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, buffers: arrayBuffers }
}

describe('memory', () => {
  it('does not grow over 10,000 steps, neither WebAssembly nor the heap', async () => {
    const { backend, wasmBytes } = await open({ threads: 2 })
    const program = await backend.compile(smallStep().graph)
    const after = async (steps: number) => {
      for (let i = 0; i < steps; i++) await program.run({ x })
      return { ...hostBytes(), wasm: wasmBytes() }
    }
    const first = await after(1000)
    const last = await after(9000)
    expect(last.wasm).toBe(first.wasm)
    // The least object kept from each step would take 500,000 bytes.
    expect(last.heap - first.heap).toBeLessThan(100_000)
    expect(last.buffers - first.buffers).toBeLessThan(100_000)
  })

  it('is given back when programs are disposed of and variables released', async () => {
    const { backend, wasmBytes } = await open({ threads: 2 })
    const kept: WeakRef<object>[] = []
    const cycles = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i++) {
        const features = input([8, 128])
        const weight = variable([128, 128], 0.1)
        const y = matmul(features, weight)
        const loss = mean(mul(y, y))
        const updates = [[weight, sub(weight, gradients(loss, [weight])[0])] as const]
        const program = await backend.compile({ inputs: { features }, outputs: { loss }, updates })
        await program.run({ features: new Float32Array(8 * 128) })
        program.dispose()
        backend.release([weight])
        kept.push(new WeakRef(program), new WeakRef(weight))
      }
      return wasmBytes()
    }
    const first = await cycles(1)
    expect(await cycles(199)).toBe(first)
    await new Promise((resolve) => setTimeout(resolve, 50))
    collectGarbage()
    // What the last cycles used may still lie on the stack.
    expect(kept.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(10)
  })

  it('of a program that was disposed of goes to the next, however large', async () => {
    const { backend, wasmBytes } = await open({ threads: 1 })
    for (const gibibytes of [1, 3, 2]) {
      const wide = input([gibibytes, 2 ** 27])
      const y = mean(mul(wide, variable([gibibytes, 1])))
      const program = await backend.compile({ inputs: { wide }, outputs: { y } })
      program.dispose()
    }
    expect(wasmBytes()).toBeLessThan(3.1 * 2 ** 30)
  })
})

describe('a model that needs more memory than WebAssembly has', () => {
  const tooLarge: [string, number, () => Graph][] = [
    [
      'activations',
      6272,
      () => {
        const [left, right] = [input([256, 64, 224, 224]), input([256, 64, 224, 224])]
        const loss = (images: Tensor): Tensor => mean(conv2d(images, variable([64, 64, 3, 3])))
        return { inputs: { left, right }, outputs: { loss: loss(left).add(loss(right)) } }
      },
    ],
    [
      'parameters',
      20 * 256,
      () => {
        const zeros = new Float32Array(2 ** 26)
        const features = input([8, 2 ** 13])
        let y: Tensor = features
        for (let layer = 0; layer < 20; layer++) y = matmul(y, variable([2 ** 13, 2 ** 13], zeros))
        return { inputs: { features }, outputs: { loss: mean(y) } }
      },
    ],
  ]

  it.each(tooLarge)('is refused for its %s at once, with what it needs in all', async (_, mebibytes, trace) => {
    const { backend, wasmBytes } = await open({ threads: 1 })
    const before = wasmBytes()
    const graph = trace()
    const began = performance.now()
    const error = await backend.compile(graph).catch((reason) => reason)
    expect(performance.now() - began).toBeLessThan(500)
    expect(error).toBeInstanceOf(MemoryError)
    const needed = Number(error.message.match(/needs (\d+) MiB, but only 4096 MiB .*; use a smaller batch/)?.[1])
    expect(needed).toBeGreaterThanOrEqual(mebibytes)
    expect(needed).toBeLessThan(1.1 * mebibytes)
    expect(wasmBytes()).toBe(before)
    const { graph: small } = smallStep()
    expect((await (await backend.compile(small)).run({ x })).loss.data[0]).toBeGreaterThan(0)
  })
})

describe('a program', () => {
  it.each([1, 2])('does not run when it was disposed of, on %i threads', async (threads) => {
    const { backend } = await open({ threads })
    const program = await backend.compile(smallStep().graph)
    program.dispose()
    program.dispose()
    await expect(program.run({ x })).rejects.toThrow(
      new GentleError('run: the program was disposed of; compile its graph again'),
    )
  })

  it.each([1, 2])('does not run when its backend was closed, on %i threads', async (threads) => {
    const { backend } = await open({ threads })
    const program = await backend.compile(smallStep().graph)
    await backend.close()
    await expect(program.run({ x })).rejects.toThrow(new BackendError('run: the backend was closed; open another one'))
    await expect(backend.compile(smallStep().graph)).rejects.toThrow(/^compile: the backend was closed/)
    program.dispose()
  })
})
