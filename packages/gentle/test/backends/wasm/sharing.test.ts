import { describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import { storageOf } from '../../../src/backends/wasm/buffer.ts'
import type { Kernel } from '../../../src/backends/wasm/kernel.ts'
import { schedule } from '../../../src/backends/wasm/schedule.ts'
import { giveToOneThread, shareBlocks } from '../../../src/backends/wasm/sharing.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { input, type Tensor, type Variable, variable } from '../../../src/graph/tensor.ts'
import {
  add,
  conv2d,
  div,
  matmul,
  maxPool2d,
  mean,
  mul,
  relu,
  reshape,
  sqrt,
  sub,
  tanh,
} from '../../../src/ops/index.ts'
import { lowered } from './lowered.ts'

const ramp = (count: number, scale: number): number[] =>
  Array.from({ length: count }, (_, i) => scale * Math.sin(i * 1.7))

/** A step of training on so many images: convolutions of 5 x 5 with stride 2, of 3 x 3 and of 1 x 1 in groups, pooling, a dense layer. */
function step(batch: number) {
  const images = input([batch, 3, 32, 32])
  const weights = [
    variable([24, 3, 5, 5], ramp(24 * 75, 0.1)),
    variable([32, 24, 3, 3], ramp(32 * 216, 0.05)),
    variable([32, 16, 1, 1], ramp(32 * 16, 0.2)),
    variable([10, 32 * 16], ramp(10 * 512, 0.05)),
  ]
  const [first, second, third, dense] = weights
  let x: Tensor = relu(conv2d(images, first, { stride: 2, padding: 2 }))
  x = tanh(conv2d(x, second, { padding: 1 }))
  x = maxPool2d(add(x, conv2d(x, third, { groups: 2 })), 4)
  const y = matmul(reshape(x, [batch, -1]), dense, { transposeB: true })
  const loss = mean(mul(y, y))
  const updates = gradients(loss, weights).map((dw, i) => [weights[i], sub(weights[i], mul(dw, 0.1))] as const)
  return { graph: { inputs: { images }, outputs: { loss, y }, updates }, weights, images }
}

interface Step {
  readonly graph: Graph
  readonly weights: readonly Variable[]
}

/** Makes two steps on each number of threads, and compares what the second gives and all weights then. */
async function expectSameBits(make: () => Step, elements: number, threadCounts: readonly number[]): Promise<void> {
  const feed = Float32Array.from(ramp(elements, 1))
  const results = await Promise.all(
    threadCounts.map(async (threads) => {
      const { graph, weights } = make()
      const backend = await wasm({ threads })
      const program = await backend.compile(graph)
      await program.run({ images: feed })
      const outputs = await program.run({ images: feed })
      const after = await Promise.all(weights.map((weight) => backend.read(weight)))
      await backend.close()
      return { outputs, after }
    }),
  )
  for (const result of results) expect(result).toEqual(results[0])
}

const isConvolution = ({ name }: Kernel): boolean => name.startsWith('conv2d')

describe('kernels of fewer blocks than threads', () => {
  it('are shared by channels, rows or tiles where they are much work', async () => {
    const { kernels } = await lowered(step(8).graph)
    const shared = shareBlocks(kernels, 2)
    const convolutions = shared.filter((kernel) => isConvolution(kernel) && (kernel.multiplyAdds ?? 0) > 1e6)
    expect(convolutions.length).toBeGreaterThanOrEqual(4)
    for (const { split } of convolutions) {
      expect(split.by).toBe('items')
      expect(split.count).toBeGreaterThan(1)
    }
  })

  it('are left whole where they are little work, and where each thread has a block', async () => {
    const x = input([8, 4, 4, 4])
    const small = await lowered({ inputs: { x }, outputs: { y: maxPool2d(tanh(x), 2) } })
    expect(shareBlocks(small.kernels, 2)).toEqual(small.kernels)
    expect(shareBlocks(small.kernels, 2, true)).not.toEqual(small.kernels)
    const { kernels } = await lowered(step(16).graph)
    expect(shareBlocks(kernels, 2)).toEqual(kernels)
    expect(shareBlocks(kernels, 3)).not.toEqual(kernels)
  })

  it.each([1, 8, 20])('compute the same bits with any number of threads, %i images', (batch) =>
    expectSameBits(() => step(batch), batch * 3 * 32 * 32, [1, 2, 3, 5]),
  )

  it('take little more memory', async () => {
    const graph = await lowered(step(8).graph)
    const bytes = (kernels: readonly Kernel[]): number => {
      const { arenaBytes, scratchBytes } = schedule({ ...graph, kernels: [...kernels] })
      return arenaBytes + 2 * scratchBytes
    }
    expect(bytes(shareBlocks(graph.kernels, 2))).toBeLessThan(1.25 * bytes(graph.kernels))
  })
})

describe('kernels of little work', () => {
  /** A step of two layers with statistics over the batch, as batch norm takes them, and a dense one. */
  function normalised(batch: number) {
    const images = input([batch, 3, 16, 16])
    const weights = [
      variable([8, 3, 3, 3], ramp(8 * 27, 0.2)),
      variable([8, 1, 1], ramp(8, 1)),
      variable([8, 8, 3, 3], ramp(8 * 72, 0.2)),
      variable([8, 1, 1], ramp(8, 2)),
      variable([10, 8 * 16 * 16], ramp(10 * 8 * 256, 0.05)),
    ]
    const [first, scale, second, other, dense] = weights
    const norm = (x: Tensor, scale: Tensor): Tensor => {
      const centred = sub(x, mean(x, [0, 2, 3], { keepDims: true }))
      const variance = mean(mul(centred, centred), [0, 2, 3], { keepDims: true })
      return mul(centred, div(scale, sqrt(add(variance, 1e-5))))
    }
    let x: Tensor = relu(norm(conv2d(images, first, { padding: 1 }), scale))
    x = relu(norm(conv2d(x, second, { padding: 1 }), other))
    const y = matmul(reshape(x, [batch, -1]), dense, { transposeB: true })
    const loss = mean(mul(y, y))
    const updates = gradients(loss, weights).map((dw, i) => [weights[i], sub(weights[i], mul(dw, 0.1))] as const)
    return { graph: { inputs: { images }, outputs: { loss, y }, updates }, weights }
  }

  it('are left to one thread, and follow each other without a barrier', async () => {
    const graph = await lowered(normalised(24).graph)
    const kernels = giveToOneThread(graph.kernels)
    const ofOne = kernels.filter((kernel, i) => kernel !== graph.kernels[i])
    expect(ofOne.length).toBeGreaterThan(10)
    for (const { split, multiplyAdds = 0 } of ofOne) {
      expect(split).toEqual({ by: 'items', count: 1 })
      expect(multiplyAdds).toBeLessThan(100_000)
    }
    const waits = schedule({ ...graph, kernels }).phases.length
    expect(waits).toBeLessThan(0.8 * schedule(graph).phases.length)
  })

  it('read what was computed before: in an earlier phase, by one thread, or block by block', async () => {
    for (const batch of [1, 8, 24]) {
      const graph = await lowered(normalised(batch).graph, { threads: 2 })
      const { phases } = schedule(graph)
      const written = new Map<unknown, { phase: number; kernel: Kernel }>()
      for (const [phase, kernels] of phases.entries())
        for (const kernel of kernels) {
          for (const buffer of kernel.reads) {
            const writer = written.get(storageOf(buffer))
            if (writer === undefined || writer.phase < phase) continue
            const counts = [kernel, writer.kernel].map(({ split }) => split.count)
            expect(counts[0]).toBe(counts[1])
            if (counts[0] > 1) expect([kernel.split.by, writer.kernel.split.by]).toEqual(['blocks', 'blocks'])
          }
          for (const buffer of kernel.writes) written.set(storageOf(buffer), { phase, kernel })
        }
    }
  })

  it('update weights where they are, also where what reads the old ones comes later', async () => {
    const graph = await lowered(normalised(1).graph, { threads: 2 })
    const { places } = schedule(graph)
    for (const { next } of graph.updates) expect(places.get(storageOf(next))).toMatchObject({ in: 'store' })
  })

  it.each([1, 24])('compute the same bits with any number of threads, %i images', (batch) =>
    expectSameBits(() => normalised(batch), batch * 3 * 16 * 16, [1, 2, 3]),
  )
})
