import { describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Kernel } from '../../../src/backends/wasm/kernel.ts'
import { schedule } from '../../../src/backends/wasm/schedule.ts'
import { shareBlocks } from '../../../src/backends/wasm/share-blocks.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { input, type Tensor, variable } from '../../../src/graph/tensor.ts'
import { add, conv2d, matmul, maxPool2d, mean, mul, relu, reshape, sub, tanh } from '../../../src/ops/index.ts'
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

  it.each([1, 8, 20])('compute the same bits with any number of threads, %i images', async (batch) => {
    const feed = Float32Array.from(ramp(batch * 3 * 32 * 32, 1))
    const results = await Promise.all(
      [1, 2, 3, 5].map(async (threads) => {
        const { graph, weights } = step(batch)
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
  })

  it('take little more memory', async () => {
    const graph = await lowered(step(8).graph)
    const bytes = (kernels: readonly Kernel[]): number => {
      const { arenaBytes, scratchBytes } = schedule({ ...graph, kernels: [...kernels] })
      return arenaBytes + 2 * scratchBytes
    }
    expect(bytes(shareBlocks(graph.kernels, 2))).toBeLessThan(1.25 * bytes(graph.kernels))
  })
})
