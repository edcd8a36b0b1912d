import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { emitProgram } from '../../../src/backends/wasm/emit.ts'
import { schedule } from '../../../src/backends/wasm/schedule.ts'
import { type WasmOptions, wasm } from '../../../src/backends/wasm/wasm.ts'
import type { NDArray } from '../../../src/core/ndarray.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { input, variable } from '../../../src/graph/tensor.ts'
import { add, conv2d, mul, relu, sum } from '../../../src/ops/index.ts'
import { mismatch, summed } from '../closeness.ts'
import { once } from '../once.ts'
import { lowered } from './lowered.ts'

/** Convolutions whose maps are too large for the second-level cache: strips of rows that do not divide, strides, channels left over, odd windows. */
const cases: readonly { x: Shape; w: Shape; stride: number; padding: number }[] = [
  { x: [9, 34, 23, 23], w: [13, 34, 1, 1], stride: 1, padding: 0 },
  { x: [8, 36, 23, 22], w: [8, 36, 1, 1], stride: 2, padding: 0 },
  { x: [3, 33, 23, 23], w: [7, 33, 3, 3], stride: 2, padding: 1 },
  { x: [8, 64, 17, 16], w: [6, 64, 2, 3], stride: 3, padding: 1 },
  { x: [2, 640, 6, 5], w: [8, 640, 4, 4], stride: 1, padding: 2 },
  { x: [1, 600, 6, 5], w: [36, 600, 5, 2], stride: 2, padding: 0 },
]

/** relu(x * w + b + r) and the gradients of the sum of its squares; both channels are large enough for one direction or the other. */
function convolution({ x: xShape, w: wShape, stride, padding }: (typeof cases)[number]) {
  const random = new Random(1, 'packed tile')
  const normal = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
  const x = variable(xShape, normal(xShape))
  const w = variable(
    wShape,
    normal(wShape).map((value) => value / 8),
  )
  const b = variable([wShape[0], 1, 1], 0.5)
  const convolved = conv2d(x, w, { stride, padding })
  const r = input(convolved.shape)
  const y = relu(add(add(convolved, b), r))
  const [dx, dw] = gradients(sum(mul(y, y)), [x, w])
  const graph: Graph = { inputs: { r }, outputs: { y, dx, dw } }
  return { graph, feed: { r: normal(r.shape) } }
}

const exact = reference({ precision: 'float64' })
const exactly = once<Record<string, NDArray>>()

describe.each<[string, WasmOptions]>([
  ['with fused multiply-add, on 3 threads', { threads: 3, poison: true, wideVectors: false }],
  ['without fused multiply-add, on 1 thread', { threads: 1, strictNumerics: true }],
  ['with vectors of 256 bits', { threads: 2, wideVectors: true, poison: true }],
])('convolutions on packed operands %s', (_, options) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm(options)
  })
  afterAll(() => backend?.close())

  it.each(cases)('are the reference for $x by $w, stride $stride, padding $padding', async (chosen) => {
    const { graph, feed } = convolution(chosen)
    expect((await lowered(graph)).kernels.map(({ name }) => name)).toContain('packWeights')
    const run = async (on: Backend) => (await on.compile(graph)).run(feed)
    const [actual, float64] = [await run(backend), await exactly(chosen, () => run(exact))]
    for (const [name, expected] of Object.entries(float64))
      expect(mismatch(actual[name], expected, expected, summed), name).toBeUndefined()
  })

  it('share the functions of their tiles, whatever the sizes of images, filters and channels', async () => {
    const layers = [
      convolution({ x: [8, 64, 23, 21], w: [12, 64, 1, 1], stride: 1, padding: 0 }),
      convolution({ x: [8, 48, 29, 19], w: [18, 48, 3, 2], stride: 2, padding: 1 }),
    ]
    const graph: Graph = {
      inputs: Object.fromEntries(layers.map(({ graph }, i) => [`r${i}`, graph.inputs['r']])),
      outputs: Object.fromEntries(
        layers.flatMap(({ graph: { outputs } }, i) => Object.entries(outputs).map(([name, x]) => [`${name}${i}`, x])),
      ),
    }
    const feed = Object.fromEntries(layers.map(({ feed }, i) => [`r${i}`, feed.r]))
    const run = async (on: Backend) => (await on.compile(graph)).run(feed)
    const [actual, float64] = [await run(backend), await run(exact)]
    for (const [name, expected] of Object.entries(float64))
      expect(mismatch(actual[name], expected, expected, summed), name).toBeUndefined()
    expect((await codeOf(graph)).split('packed tile 6').length - 1).toBe(1)
  })
})

/** A program's bytes as text, with the names of its functions. */
async function codeOf(graph: Graph): Promise<string> {
  const program = await lowered(graph)
  const plan = schedule(program)
  const options = { threads: 1, fusedMultiplyAdd: true, wideVectors: false, shared: false, poison: undefined }
  const code = emitProgram(plan, {
    ...options,
    maximumPages: 65536,
    arena: 65536,
    scratch: 65536 + plan.arenaBytes,
    stale: 0,
    storeAddress: () => 64,
  })
  return Buffer.from(code).toString('latin1')
}

it('packs what the gradient to the input reads, too', async () => {
  const { graph } = convolution({ x: [8, 8, 23, 23], w: [40, 8, 1, 1], stride: 1, padding: 0 })
  const names = (await lowered(graph)).kernels.map(({ name }) => name)
  expect(names[names.indexOf('packWeights') + 1]).toContain('conv2dInputGradient')
})
