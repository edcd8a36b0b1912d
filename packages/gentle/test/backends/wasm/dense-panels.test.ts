import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { kernelsOf, schedule } from '../../../src/backends/wasm/schedule.ts'
import { type WasmOptions, wasm } from '../../../src/backends/wasm/wasm.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import { input, type Tensor, variable } from '../../../src/graph/tensor.ts'
import { add, matmul, scan, tanh } from '../../../src/ops/index.ts'
import { mismatch, summed } from '../closeness.ts'
import { lowered } from './lowered.ts'

/** Batches that fill their blocks and that do not; inner sizes and outputs on both sides of what is unrolled and of a tile. */
const cases = [
  { rows: 16, inner: 8, outputs: 24 },
  { rows: 17, inner: 5, outputs: 13 },
  { rows: 19, inner: 33, outputs: 7 },
  { rows: 16, inner: 1, outputs: 25 },
].flatMap((sizes) => [false, true].map((transposed) => ({ ...sizes, transposed })))

/** A loop with two products within each step, one of them with an epilogue, and one for all steps at once. */
function looped({ rows, inner, outputs, transposed }: (typeof cases)[number]) {
  const random = new Random(1, 'dense panels')
  const normal = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => random.normal() / 4)
  const drawn = (...shape: number[]) => variable(shape, normal(shape))
  const weights = (from: number, to: number) => (transposed ? drawn(to, from) : drawn(from, to))
  const [u, v, w, bias] = [weights(inner, outputs), weights(outputs, inner), weights(inner, outputs), drawn(outputs)]
  const x = input([9, rows, inner])
  const begin = input([rows, inner])
  const times = (a: Tensor, b: Tensor): Tensor => matmul(a, b, { transposeB: transposed })
  const { state, outputs: y } = scan(
    (h: Tensor, slice: Tensor) => {
      const output = tanh(add(add(times(h, u), bias), times(slice, w)))
      return { state: times(output, v), output }
    },
    begin,
    x,
  )
  const graph = { inputs: { x, begin }, outputs: { state, y: y as Tensor } }
  return { graph, feed: { x: normal(x.shape), begin: normal(begin.shape) } }
}

const run = async (backend: Backend, { graph, feed }: ReturnType<typeof looped>) =>
  (await backend.compile(graph)).run(feed)

describe.each<[string, WasmOptions]>([
  ['with fused multiply-add, on 3 threads', { threads: 3, poison: true, wideVectors: false }],
  ['without fused multiply-add, on 1 thread', { threads: 1, strictNumerics: true }],
  ['with vectors of 256 bits', { threads: 2, wideVectors: true, poison: true }],
])('products with the same weights in all steps %s', (_, options) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm(options)
  })
  afterAll(() => backend?.close())

  it.each(cases)(
    'are the reference for $rows x $inner, $outputs outputs, weights transposed: $transposed',
    async (sizes) => {
      const problem = looped(sizes)
      const expected = await run(reference({ precision: 'float64' }), problem)
      const actual = await run(backend, problem)
      for (const name of ['state', 'y'] as const)
        expect(mismatch(actual[name], expected[name], expected[name], summed)).toBeUndefined()
    },
  )
})

it('gives the same bits on any number of threads, and with vectors of 256 bits', async () => {
  const backends = await Promise.all([
    wasm({ threads: 1, wideVectors: false }),
    wasm({ threads: 3, wideVectors: false }),
    wasm({ threads: 2, wideVectors: true }),
  ])
  for (const sizes of cases) {
    const problem = looped(sizes)
    const [first, ...others] = await Promise.all(backends.map((backend) => run(backend, problem)))
    for (const other of others) expect(other).toEqual(first)
  }
  await Promise.all(backends.map((backend) => backend.close()))
})

it('packs weights once, before the loop', async () => {
  const { graph } = looped(cases[0])
  const packing = kernelsOf(schedule(await lowered(graph))).filter(({ kernel }) => kernel.name === 'pack weights')
  expect(packing.map(({ runs }) => runs)).toEqual([1, 1, 1])
})

it('leaves work for many threads in a product outside of the loop, however little its rows read', async () => {
  const { graph } = looped(cases[0])
  const x = input([256, 4])
  const y = matmul(x, variable([4, 24], 1))
  const kernels = kernelsOf(
    schedule(await lowered({ inputs: { ...graph.inputs, rows: x }, outputs: { ...graph.outputs, y } })),
  )
  const { split } = kernels.find(({ kernel }) => kernel.multiplyAdds === 256 * 4 * 24)!.kernel
  expect(split).toEqual({ by: 'items', count: 16 })
})
