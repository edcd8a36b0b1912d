import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { Random } from '../../../src/core/random.ts'
import { input } from '../../../src/graph/tensor.ts'
import { matmul } from '../../../src/ops/index.ts'
import { mismatch, summed } from '../closeness.ts'

/** Products whose panels of a are too many for the second-level cache: rows that end within a tile, with it, and alone in the last block. */
const cases = [
  { m: 50, k: 2000, n: 20 },
  { m: 60, k: 2001, n: 9 },
  { m: 31, k: 2050, n: 8 },
  { m: 14, k: 12000, n: 3 },
]

describe('large matrix products', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 3, poison: true })
  })
  afterAll(() => backend?.close())

  it.each(
    cases.flatMap((sizes) => [
      { ...sizes, transposeA: false, transposeB: false },
      { ...sizes, transposeA: true, transposeB: true },
    ]),
  )(
    'are the reference for $m x $k by $k x $n, transposed: $transposeA',
    async ({ m, k, n, transposeA, transposeB }) => {
      const random = new Random(1, 'product')
      const a = input([2, ...(transposeA ? [k, m] : [m, k])])
      const b = input(transposeB ? [n, k] : [k, n])
      const graph = { inputs: { a, b }, outputs: { c: matmul(a, b, { transposeA, transposeB }) } }
      const feed = {
        a: Float32Array.from({ length: 2 * m * k }, () => random.normal() / 8),
        b: Float32Array.from({ length: k * n }, () => random.normal() / 8),
      }
      const run = async (on: Backend) => (await (await on.compile(graph)).run(feed)).c
      const expected = await run(reference({ precision: 'float64' }))
      expect(mismatch(await run(backend), expected, expected, summed)).toBeUndefined()
    },
  )
})
