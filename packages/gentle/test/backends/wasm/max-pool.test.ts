import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { range } from '../../../src/core/range.ts'
import { input } from '../../../src/graph/tensor.ts'
import { maxPool2d, sum } from '../../../src/ops/index.ts'

describe.each([false, true])('max pooling with a NaN, wide vectors %s', (wideVectors) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 1, wideVectors })
  })
  afterAll(() => backend?.close())

  it.each([
    { size: 2, stride: 2 },
    { size: 3, stride: 1 },
  ])(
    'of windows of $size has one wherever it is, and gives the gradient to one pixel of the window',
    async (pooling) => {
      const { size, stride } = pooling
      const x = input([9, 1, size, size])
      const y = maxPool2d(x, size, { stride })
      const program = await backend.compile({ inputs: { x }, outputs: { y, dx: gradients(sum(y), [x])[0] } })
      const pixels = size * size
      // Of image i pixel i is one; the other pixels rise and fall.
      const images = Float32Array.from({ length: 9 * pixels }, (_, i) =>
        i % pixels === Math.floor(i / pixels) ? Number.NaN : Math.sin(i),
      )
      const { y: largest, dx } = await program.run({ x: images })
      for (const image of range(9)) {
        const own = Array.from(dx.data.subarray(image * pixels, (image + 1) * pixels))
        expect(own.toSorted((a, b) => b - a)).toEqual([1, ...range(pixels - 1).map(() => 0)])
        expect(Number.isNaN(largest.data[image])).toBe(image < pixels)
      }
    },
  )
})
