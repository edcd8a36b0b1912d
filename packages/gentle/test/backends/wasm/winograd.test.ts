import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import type { Kernel } from '../../../src/backends/wasm/kernel.ts'
import { type WasmOptions, wasm } from '../../../src/backends/wasm/wasm.ts'
import type { NDArray } from '../../../src/core/ndarray.ts'
import { Random } from '../../../src/core/random.ts'
import { sizeOf } from '../../../src/core/shape.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { input, type Tensor, type Variable, variable } from '../../../src/graph/tensor.ts'
import { abs, add, conv2d, mul, relu, sub, sum } from '../../../src/ops/index.ts'
import { randomCases, thorough } from '../../random-cases.ts'
import { once } from '../once.ts'
import { lowered } from './lowered.ts'

interface Sizes {
  /** Whether a run changes the filters, so that nothing computed from them is kept. */
  readonly updated?: boolean
  readonly batch: number
  readonly inChannels: number
  readonly outChannels: number
  readonly height: number
  readonly width: number
  readonly padding: number
  /** Of the filters: 3 unless given. */
  readonly side?: number
}

const sizes: fc.Arbitrary<Sizes> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  inChannels: fc.constantFrom(64, 72),
  outChannels: fc.constantFrom(48, 64),
  height: fc.integer({ min: 3, max: 18 }),
  width: fc.integer({ min: 3, max: 18 }),
  padding: fc.constantFrom(0, 1),
})

/** Tiles that the image fills and not, frames wider than a tile needs, and one tile that sees little but zeros. */
const fiveByFive: readonly Sizes[] = [
  { side: 5, batch: 1, inChannels: 64, outChannels: 64, height: 16, width: 16, padding: 2 },
  { side: 5, batch: 3, inChannels: 64, outChannels: 48, height: 13, width: 10, padding: 2 },
  { side: 5, batch: 2, inChannels: 72, outChannels: 64, height: 9, width: 15, padding: 0 },
  { side: 5, batch: 2, inChannels: 64, outChannels: 64, height: 7, width: 6, padding: 4 },
]

const trainingSizes: fc.Arbitrary<Sizes> = fc.record({
  updated: fc.boolean(),
  batch: fc.integer({ min: 1, max: 17 }),
  inChannels: fc.constantFrom(16, 20),
  outChannels: fc.constantFrom(13, 16),
  height: fc.integer({ min: 3, max: 10 }),
  width: fc.integer({ min: 3, max: 10 }),
  padding: fc.constantFrom(0, 1),
})

const examples: [Sizes][] = [
  [{ batch: 1, inChannels: 64, outChannels: 64, height: 16, width: 16, padding: 1 }],
  [{ batch: 3, inChannels: 64, outChannels: 64, height: 14, width: 2, padding: 1 }],
]
// The reference takes seconds for these.
if (thorough)
  examples.push(
    [{ batch: 1, inChannels: 256, outChannels: 256, height: 7, width: 7, padding: 1 }],
    [{ batch: 1, inChannels: 64, outChannels: 64, height: 29, width: 30, padding: 1 }],
  )

/** Of which each method is chosen by one. */
const trainingExamples: [Sizes][] = [
  [{ batch: 8, inChannels: 16, outChannels: 16, height: 8, width: 8, padding: 1 }],
  [{ batch: 17, inChannels: 32, outChannels: 36, height: 8, width: 7, padding: 1 }],
  [{ batch: 5, inChannels: 40, outChannels: 44, height: 9, width: 6, padding: 1 }],
  [{ batch: 9, inChannels: 64, outChannels: 64, height: 2, width: 2, padding: 1 }],
  // The gradient of filters in slices: halves of blocks, the second of one image, which make a slice each; a chunk of several rows.
  [{ batch: 13, inChannels: 16, outChannels: 24, height: 5, width: 31, padding: 1 }],
  [{ batch: 2, inChannels: 24, outChannels: 16, height: 16, width: 9, padding: 0 }],
  [{ updated: true, batch: 3, inChannels: 64, outChannels: 68, height: 7, width: 4, padding: 1 }],
  [{ updated: true, batch: 17, inChannels: 64, outChannels: 64, height: 3, width: 4, padding: 1 }],
  // Few tiles for so many filters: these go from tiles to gradients in one kernel, by 4, and a block of input channels is left over.
  [{ batch: 4, inChannels: 72, outChannels: 44, height: 4, width: 4, padding: 1 }],
]

// Slices of two blocks; filters by 16.
if (thorough)
  trainingExamples.push(
    [{ batch: 17, inChannels: 128, outChannels: 128, height: 4, width: 2, padding: 1 }],
    [{ batch: 2, inChannels: 288, outChannels: 320, height: 4, width: 4, padding: 1 }],
  )

/** relu(x * w + b + r), the residual r of the output's shape, and Σ |x| |w|, in which errors are measured. */
function convolution({ batch, inChannels, outChannels, height, width, padding, side = 3 }: Sizes) {
  const x = input([batch, inChannels, height, width])
  const random = new Random(1, 'winograd')
  const w = variable(
    [outChannels, inChannels, side, side],
    Float32Array.from({ length: outChannels * inChannels * side * side }, () => random.normal()),
  )
  const b = variable([outChannels, 1, 1], 0.5)
  const y = conv2d(x, w, { padding })
  const r = input(y.shape)
  const finished = (sum: Tensor): Tensor => relu(add(add(sum, b), r))
  const feed = {
    x: Float32Array.from({ length: sizeOf(x.shape) }, () => random.normal()),
    r: Float32Array.from({ length: sizeOf(r.shape) }, () => random.normal()),
  }
  const graph: Graph = { inputs: { x, r }, outputs: { y: finished(y) } }
  const scale: Graph = { inputs: { x, r }, outputs: { y: finished(conv2d(abs(x), abs(w), { padding })) } }
  return { graph, scale, feed }
}

/** How the kernels whose names begin so convolve; Winograd's gradient of filters has kernels of other names. */
const methodOf = async (graph: Graph, options: WasmOptions, kernel = 'conv2d '): Promise<string> => {
  const { kernels } = await lowered(graph, options)
  const name = kernels.find(({ name }) => `${name} `.startsWith(kernel))?.name ?? gradientMethodOf(kernels)
  return name.match(/winograd4 (in slices|by filters)|winograd\d( of 5 x 5)?/)?.[0] ?? 'direct'
}

const gradientMethodOf = (kernels: readonly Kernel[]): string => {
  const names = kernels.map(({ name }) => name)
  if (names.includes('winogradGradient by slice')) return 'winograd4 in slices'
  return names.includes('winogradGradient by filters') ? 'winograd4 by filters' : 'winograd4'
}

const isStreamed = async (graph: Graph, options: WasmOptions): Promise<boolean> =>
  (await lowered(graph, options)).kernels.some(({ name }) => name === 'winogradTiles')

/** Stated in docs/performance.md: the largest error, in units of the sum of the absolute products. */
const bounds: Record<string, number> = {
  direct: 5e-7,
  winograd2: 5e-7,
  winograd4: 5e-6,
  'winograd2 of 5 x 5': 5e-6,
  'winograd4 in slices': 5e-6,
  'winograd4 by filters': 5e-6,
}

const exact = reference({ precision: 'float64' })
const exactly = once<Record<string, NDArray>>()

async function errorOf(
  backend: Backend,
  chosen: Sizes,
  options: WasmOptions,
): Promise<{ method: string; error: number }> {
  const { graph, scale, feed } = convolution(chosen)
  const run = async (on: Backend, what: Graph) => (await on.compile(what)).run(feed)
  const { expected, scales } = await exactly(chosen, async () => ({
    expected: (await run(exact, graph)).y,
    scales: (await run(exact, scale)).y,
  }))
  const actual = (await run(backend, graph)).y.data
  const error = Math.max(...actual.map((value, i) => Math.abs(value - expected.data[i]) / (scales.data[i] + 1)))
  return { method: await methodOf(graph, options), error }
}

describe.each<[string, WasmOptions]>([
  ['with fused multiply-add, on 2 threads', { threads: 2, poison: true, wideVectors: false }],
  ['without fused multiply-add, on 1 thread', { threads: 1, strictNumerics: true }],
  ['with vectors of 256 bits', { threads: 2, wideVectors: true, poison: true }],
])("Winograd's convolution %s", (_, options) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm(options)
  })
  afterAll(() => backend?.close())

  it('is chosen in both of its sizes and stays within the bound of its error, whatever the image', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(sizes, async (chosen) => {
        const { method, error } = await errorOf(backend, chosen, options)
        seen.add(method)
        expect(error, method).toBeLessThan(bounds[method])
      }),
      {
        seed: 1,
        numRuns: examples.length + randomCases(5),
        examples,
      },
    )
    expect([...seen]).toEqual(expect.arrayContaining(['winograd2', 'winograd4']))
  })

  it.each(fiveByFive)(
    'has tiles of 2 x 2 for filters of 5 x 5, the bound of 4 x 4: $height x $width, padding $padding',
    async (chosen) => {
      const { method, error } = await errorOf(backend, chosen, options)
      expect(method).toBe('winograd2 of 5 x 5')
      expect(error).toBeLessThan(bounds[method])
    },
  )

  it('in training has the gradients of the direct one within the bound, for full blocks of images and others', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(trainingSizes, async ({ updated, batch, inChannels, outChannels, height, width, padding }) => {
        const random = new Random(2, 'winograd')
        const normal = (shape: readonly number[]) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
        const [xShape, wShape] = [
          [batch, inChannels, height, width],
          [outChannels, inChannels, 3, 3],
        ]
        const [xValues, wValues] = [normal(xShape), normal(wShape)]
        const trace = (x: Tensor, w: Tensor, of: (y: Tensor) => Tensor): Graph => {
          const y = of(conv2d(x, w, { padding }))
          const [dx, dw] = gradients(sum(mul(y, y)), [x, w])
          return { inputs: {}, outputs: { y, dx, dw }, updates: updated ? [[w as Variable, sub(w, dw)]] : [] }
        }
        const graph = trace(variable(xShape, xValues), variable(wShape, wValues), (y) => relu(add(y, 0.5)))
        const magnitude = trace(
          variable(xShape, xValues.map(Math.abs)),
          variable(wShape, wValues.map(Math.abs)),
          (y) => y,
        )
        const run = async (on: Backend, what: Graph) => (await on.compile(what)).run()
        const of = [xShape, wShape, padding]
        const [actual, expected, scale] = [
          await run(backend, graph),
          await exactly(['gradients', of], () => run(exact, graph)),
          await exactly(['their magnitude', of], () => run(exact, magnitude)),
        ]
        for (const [name, kernel] of [
          ['y', 'conv2d '],
          ['dx', 'conv2dInputGradient '],
          ['dw', 'conv2dWeightGradient '],
        ]) {
          const method = await methodOf(graph, options, kernel)
          if (await isStreamed(graph, options)) seen.add('filters transformed where they are used')
          seen.add(`${name} by ${method}`)
          const errors = [...actual[name].data].map(
            (value, i) => Math.abs(value - expected[name].data[i]) / (scale[name].data[i] + 1),
          )
          expect(
            errors.reduce((a, b) => Math.max(a, b)),
            `${name} by ${method}`,
          ).toBeLessThan(bounds[method])
        }
      }),
      {
        seed: 1,
        numRuns: Math.max(trainingExamples.length, randomCases(4)),
        examples: trainingExamples,
      },
    )
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'y by winograd2',
        'y by winograd4',
        'dx by winograd2',
        'dx by winograd4',
        'dw by winograd4',
        'dw by winograd4 in slices',
        'filters transformed where they are used',
        'dw by winograd4 by filters',
      ]),
    )
  })
})
