import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { type WasmOptions, wasm } from '../../../src/backends/wasm/wasm.ts'
import type { NDArray } from '../../../src/core/ndarray.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { input, variable } from '../../../src/graph/tensor.ts'
import { conv2d, matmul, mul, reshape, sum } from '../../../src/ops/index.ts'
import { mismatch, summed } from '../closeness.ts'
import { lowered } from './lowered.ts'

const random = new Random(1, 'product')
const normal = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => random.normal() / 8)

/** A graph with what to compute it from. */
interface Problem {
  readonly graph: Graph
  readonly feed: Readonly<Record<string, Float32Array>>
}

/**
 * Products whose panels of a are too many for the second-level cache: rows that end within a tile, with it, and alone in the last block; and sides
 * that are less than a tile, or a vector, or a few more than tiles.
 */
const sizes = [
  { m: 50, k: 2000, n: 20 },
  { m: 60, k: 2001, n: 9 },
  { m: 31, k: 2050, n: 8 },
  { m: 14, k: 12000, n: 3 },
  { m: 13, k: 7, n: 33 },
  { m: 5, k: 2, n: 16 },
  { m: 6, k: 3, n: 31 },
  { m: 1, k: 5, n: 6 },
  { m: 3, k: 1, n: 1 },
]

function product({ m, k, n }: (typeof sizes)[number], transposed: boolean): Problem {
  const a = input([2, ...(transposed ? [k, m] : [m, k])])
  const b = input(transposed ? [n, k] : [k, n])
  const c = matmul(a, b, { transposeA: transposed, transposeB: transposed })
  return { graph: { inputs: { a, b }, outputs: { c } }, feed: { a: normal(a.shape), b: normal(b.shape) } }
}

/** The gradient to the weights of a dense layer whose batch, after a convolution, is in lanes. */
function weightGradient(images: number, features: number, outputs: number): Problem {
  const x = input([images, 2, 3, 4])
  const filters = variable([features / 2, 2, 3, 3], normal([features / 2, 2, 3, 3]))
  const weights = variable([features, outputs], normal([features, outputs]))
  const y = matmul(reshape(conv2d(x, filters), [images, features]), weights)
  const [dWeights, dFilters] = gradients(sum(mul(y, y)), [weights, filters])
  return { graph: { inputs: { x }, outputs: { dWeights, dFilters } }, feed: { x: normal(x.shape) } }
}

const run = async (backend: Backend, { graph, feed }: Problem): Promise<Record<string, NDArray>> =>
  (await backend.compile(graph)).run(feed)

async function expectReference(backend: Backend, problem: Problem): Promise<void> {
  const actual = await run(backend, problem)
  for (const [name, expected] of Object.entries(await run(reference({ precision: 'float64' }), problem)))
    expect(mismatch(actual[name], expected, expected, summed), name).toBeUndefined()
}

const modes: readonly [string, WasmOptions][] = [
  ['with fused multiply-add, on 3 threads', { threads: 3, poison: true, wideVectors: false }],
  ['with vectors of 256 bits', { threads: 2, wideVectors: true, poison: true }],
]

describe.each(modes)('matrix products %s', (_, options) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm(options)
  })
  afterAll(() => backend?.close())

  it.each(sizes.flatMap((of) => [false, true].map((transposed) => ({ ...of, transposed }))))(
    'are the reference for $m x $k by $k x $n, transposed: $transposed',
    ({ transposed, ...of }) => expectReference(backend, product(of, transposed)),
  )

  it.each([
    [11, 14, 33],
    [8, 6, 16],
    [3, 4, 7],
    [17, 10, 2],
  ])('of %i images are the reference for %i features and %i outputs', async (images, features, outputs) => {
    const problem = weightGradient(images, features, outputs)
    expect((await lowered(problem.graph)).kernels.map(({ name }) => name)).toContain('imageProduct')
    await expectReference(backend, problem)
  })
})

it('does not round otherwise with vectors of 256 bits', async () => {
  const { graph, feed } = weightGradient(11, 14, 33)
  const { dWeights } = graph.outputs
  const problems = [...sizes.map((of) => product(of, false)), { graph: { ...graph, outputs: { dWeights } }, feed }]
  const [narrow, wide] = await Promise.all([
    wasm({ threads: 1, wideVectors: false }),
    wasm({ threads: 1, wideVectors: true }),
  ])
  for (const problem of problems) expect(await run(wide, problem)).toEqual(await run(narrow, problem))
  await Promise.all([narrow.close(), wide.close()])
})
