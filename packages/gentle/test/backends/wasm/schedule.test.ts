import { describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import { storageOf } from '../../../src/backends/wasm/buffer.ts'
import { schedule } from '../../../src/backends/wasm/schedule.ts'
import { input, type Tensor, variable } from '../../../src/graph/tensor.ts'
import { conv2d, mean, mul, relu, sub, tanh } from '../../../src/ops/index.ts'
import { lowered } from './lowered.ts'

/** A step of two convolutions on 32 images; between them, 4 maps of 16 x 16 pixels an image. */
async function plan() {
  const images = input([32, 1, 16, 16])
  const [first, second] = [variable([4, 1, 3, 3], 0.1), variable([1, 4, 3, 3], 0.1)]
  const y = conv2d(tanh(conv2d(images, first, { padding: 1 })), second, { padding: 1 })
  const loss = mean(mul(y, y))
  const [dFirst, dSecond] = gradients(loss, [first, second])
  const updates = [[first, sub(first, dFirst)] as const, [second, sub(second, dSecond)] as const]
  return schedule(await lowered({ inputs: { images }, outputs: { loss }, updates }))
}

describe('the bytes that have to live in a schedule', () => {
  it('are no more than what it plans, for any number of threads', async () => {
    const { liveBytes, arenaBytes, scratchBytes } = await plan()
    for (const threads of [1, 2, 16]) {
      expect(liveBytes(threads)).toBeGreaterThan(0)
      expect(liveBytes(threads)).toBeLessThanOrEqual(arenaBytes + threads * scratchBytes)
    }
  })

  it('are those of every thread that goes block by block: the maps of 8 images each', async () => {
    const { liveBytes } = await plan()
    expect(liveBytes(2) - liveBytes(1)).toBeGreaterThanOrEqual(8 * 4 * 16 * 16 * 4)
  })
})

describe('a training step of many large layers', () => {
  const [layers, channels, side] = [12, 64, 64]

  /** A step on a batch: every layer gives maps of the size of its input. */
  async function plan(batch: number, order: (updates: unknown[]) => void = () => {}) {
    const images = input([batch, channels, side, side])
    const weights = Array.from({ length: layers }, () => variable([channels, channels, 3, 3], 0.1))
    const y = weights.reduce((x: Tensor, w) => relu(conv2d(x, w, { padding: 1 })), images)
    const loss = mean(mul(y, y))
    const updates = gradients(loss, weights).map((dw, i) => [weights[i], sub(weights[i], dw)] as const)
    order(updates)
    const graph = await lowered({ inputs: { images }, outputs: { loss }, updates })
    return { graph, ...schedule(graph) }
  }
  const activationBytes = (batch: number): number => 4 * batch * channels * side * side * layers

  it.each([
    [8, 2],
    [32, 2],
  ])('on %i images takes at most twice the memory of its activations', async (batch, threads) => {
    const { arenaBytes, scratchBytes } = await plan(batch)
    expect(arenaBytes + threads * scratchBytes).toBeLessThan(2 * activationBytes(batch))
  })

  it('takes as much in whatever order the weights are listed', async () => {
    const reversed = await plan(8, (updates) => updates.reverse())
    expect(reversed.arenaBytes).toBe((await plan(8)).arenaBytes)
  })

  it('overwrites the weights that a gradient still passes through only after it has passed', async () => {
    const { graph, places } = await plan(8)
    for (const { next } of graph.updates) expect(places.get(storageOf(next))).toMatchObject({ in: 'store' })
  })
})
