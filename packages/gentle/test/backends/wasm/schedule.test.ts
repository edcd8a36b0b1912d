import { describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import { lower } from '../../../src/backends/wasm/lower.ts'
import { schedule } from '../../../src/backends/wasm/schedule.ts'
import { simplify } from '../../../src/compile/simplify.ts'
import { input, variable } from '../../../src/graph/tensor.ts'
import { conv2d, mean, mul, sub, tanh } from '../../../src/ops/index.ts'

/** A step of two convolutions on 32 images; between them, 4 maps of 16 x 16 pixels an image. */
function plan() {
  const images = input([32, 1, 16, 16])
  const [first, second] = [variable([4, 1, 3, 3], 0.1), variable([1, 4, 3, 3], 0.1)]
  const y = conv2d(tanh(conv2d(images, first, { padding: 1 })), second, { padding: 1 })
  const loss = mean(mul(y, y))
  const [dFirst, dSecond] = gradients(loss, [first, second])
  const updates = [[first, sub(first, dFirst)] as const, [second, sub(second, dSecond)] as const]
  return schedule(lower(simplify({ inputs: { images }, outputs: { loss }, updates })))
}

describe('the bytes that have to live in a schedule', () => {
  it('are no more than what it plans, for any number of threads', () => {
    const { liveBytes, arenaBytes, scratchBytes } = plan()
    for (const threads of [1, 2, 16]) {
      expect(liveBytes(threads)).toBeGreaterThan(0)
      expect(liveBytes(threads)).toBeLessThanOrEqual(arenaBytes + threads * scratchBytes)
    }
  })

  it('are those of every thread that goes block by block: the maps of 8 images each', () => {
    const { liveBytes } = plan()
    expect(liveBytes(2) - liveBytes(1)).toBeGreaterThanOrEqual(8 * 4 * 16 * 16 * 4)
  })
})
