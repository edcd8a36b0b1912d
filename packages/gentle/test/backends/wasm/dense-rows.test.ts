import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { type WasmOptions, wasm } from '../../../src/backends/wasm/wasm.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import { input, variable } from '../../../src/graph/tensor.ts'
import { matmul } from '../../../src/ops/index.ts'
import { mismatch, summed } from '../closeness.ts'

/** Batches on both sides of those that share a tile, in one block of images and in several; outputs that are less than a tile, or do not divide. */
const cases = [
  { rows: 1, inner: 50, outputs: 33 },
  { rows: 3, inner: 7, outputs: 5 },
  { rows: 4, inner: 9, outputs: 18 },
  { rows: 5, inner: 9, outputs: 18 },
  { rows: 7, inner: 3, outputs: 4 },
  { rows: 8, inner: 1025, outputs: 7 },
  { rows: 9, inner: 64, outputs: 13 },
  { rows: 17, inner: 6, outputs: 1 },
].flatMap((sizes) => [false, true].map((transposed) => ({ ...sizes, transposed })))

function dense({ rows, inner, outputs, transposed }: (typeof cases)[number]) {
  const random = new Random(1, 'dense rows')
  const normal = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => random.normal() / 8)
  const x = input([rows, inner])
  const shape = transposed ? [outputs, inner] : [inner, outputs]
  const y = matmul(x, variable(shape, normal(shape)), { transposeB: transposed })
  return { graph: { inputs: { x }, outputs: { y } }, feed: { x: normal(x.shape) } }
}

const run = async (backend: Backend, { graph, feed }: ReturnType<typeof dense>) =>
  (await (await backend.compile(graph)).run(feed)).y

describe.each<[string, WasmOptions]>([
  ['with fused multiply-add, on 3 threads', { threads: 3, poison: true, wideVectors: false }],
  ['without fused multiply-add, on 1 thread', { threads: 1, strictNumerics: true }],
  ['with vectors of 256 bits', { threads: 2, wideVectors: true, poison: true }],
])('dense layers on a few rows %s', (_, options) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm(options)
  })
  afterAll(() => backend?.close())

  it.each(cases)(
    'are the reference for $rows x $inner, $outputs outputs, weights transposed: $transposed',
    async (sizes) => {
      const problem = dense(sizes)
      const expected = await run(reference({ precision: 'float64' }), problem)
      expect(mismatch(await run(backend, problem), expected, expected, summed)).toBeUndefined()
    },
  )
})

it('does not round otherwise with vectors of 256 bits', async () => {
  const [narrow, wide] = await Promise.all([
    wasm({ threads: 1, wideVectors: false }),
    wasm({ threads: 1, wideVectors: true }),
  ])
  for (const sizes of cases) {
    const problem = dense(sizes)
    expect(await run(wide, problem)).toEqual(await run(narrow, problem))
  }
  await Promise.all([narrow.close(), wide.close()])
})
