import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { kernelsOf, schedule } from '../../../src/backends/wasm/schedule.ts'
import { type WasmOptions, wasm } from '../../../src/backends/wasm/wasm.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import { input, variable } from '../../../src/graph/tensor.ts'
import { add, conv2d, matmul, mean, mul, relu, reshape } from '../../../src/ops/index.ts'
import { mismatch, summed } from '../closeness.ts'
import { lowered } from './lowered.ts'

/** One block of images, two, and three, full or not; inner sizes and outputs on both sides of chunks and tiles, all of more than a megabyte. */
const cases = [
  { images: 8, inner: 514, outputs: 521 },
  { images: 16, inner: 1026, outputs: 257 },
  { images: 19, inner: 129, outputs: 2049 },
]

/** A convolution, which keeps its batch in lanes, and a dense layer with bias and activation behind it; all their gradients. */
function trained({ images, inner, outputs }: (typeof cases)[number]) {
  const random = new Random(1, 'dense streamed')
  const normal = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => random.normal() / 4)
  const drawn = (...shape: number[]) => variable(shape, normal(shape))
  const [filters, weights, bias] = [drawn(1, 1, 1, 1), drawn(outputs, inner), drawn(outputs)]
  const x = input([images, 1, 1, inner])
  const features = reshape(conv2d(x, filters), [images, inner])
  const y = relu(add(matmul(features, weights, { transposeB: true }), bias))
  const [ofFilters, ofWeights, ofBias] = gradients(mean(mul(y, y)), [filters, weights, bias])
  return { graph: { inputs: { x }, outputs: { y, ofFilters, ofWeights, ofBias } }, feed: { x: normal(x.shape) } }
}

const run = async (backend: Backend, { graph, feed }: ReturnType<typeof trained>) =>
  (await backend.compile(graph)).run(feed)

const problems = cases.map((sizes) => {
  const problem = trained(sizes)
  return { ...sizes, problem, expected: run(reference({ precision: 'float64' }), problem) }
})

describe.each<[string, WasmOptions]>([
  ['with fused multiply-add, on 3 threads', { threads: 3, poison: true, wideVectors: false }],
  ['without fused multiply-add, on 1 thread', { threads: 1, strictNumerics: true }],
  ['with vectors of 256 bits', { threads: 2, wideVectors: true, poison: true }],
])('a large dense layer %s', (_, options) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm(options)
  })
  afterAll(() => backend?.close())

  it.each(problems)('is the reference for $images images, $inner to $outputs, and so are its gradients', async (of) => {
    const [actual, expected] = [await run(backend, of.problem), await of.expected]
    for (const name of ['y', 'ofFilters', 'ofWeights', 'ofBias'] as const)
      expect(mismatch(actual[name], expected[name], expected[name], summed)).toBeUndefined()
  })
})

it('gives the same bits on any number of threads', async () => {
  const backends = await Promise.all([1, 3].map((threads) => wasm({ threads, wideVectors: false })))
  for (const { problem } of problems) {
    const [one, three] = await Promise.all(backends.map((backend) => run(backend, problem)))
    expect(three).toEqual(one)
  }
  await Promise.all(backends.map((backend) => backend.close()))
})

it('reads weights that no cache keeps once for all images', async () => {
  expect((await splitsOf(cases[2])).map(({ by }) => by)).toEqual(['items', 'items'])
})

it('has work for eight threads where there are few outputs, and leaves to blocks of images what has too few', async () => {
  for (const { count } of await splitsOf({ images: 16, inner: 2049, outputs: 128 }))
    expect(count).toBeGreaterThanOrEqual(8)
  expect((await splitsOf({ images: 16, inner: 26300, outputs: 10 })).map(({ by }) => by)).toEqual(['blocks', 'blocks'])
})

/** How the products of a layer, forward and to its input, are shared among threads. */
async function splitsOf(sizes: (typeof cases)[number]) {
  const kernels = kernelsOf(schedule(await lowered(trained(sizes).graph)))
  return kernels.flatMap(({ kernel }) => (kernel.name.startsWith('matmul') ? [kernel.split] : []))
}
