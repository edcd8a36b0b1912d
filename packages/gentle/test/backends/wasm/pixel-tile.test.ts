import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { type WasmOptions, wasm } from '../../../src/backends/wasm/wasm.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { input, variable } from '../../../src/graph/tensor.ts'
import { add, conv2d, mul, relu } from '../../../src/ops/index.ts'
import { lowered } from './lowered.ts'
import { againstReference } from './same-as-reference.ts'

interface Case {
  readonly x: Shape
  readonly w: Shape
  readonly stride?: number
  readonly padding?: number
  readonly dilation?: number
  readonly groups?: number
}

/** Rows that are short and long, blocks of channels in pairs and not, channels left over, strides, groups, and maps of several strips. */
const cases: readonly Case[] = [
  { x: [1, 3, 37, 31], w: [16, 3, 7, 7], stride: 2, padding: 3 },
  { x: [2, 3, 29, 29], w: [20, 3, 5, 5], stride: 3, padding: 1 },
  { x: [3, 20, 14, 14], w: [32, 20, 3, 3], stride: 2, padding: 1 },
  { x: [1, 24, 7, 7], w: [40, 24, 1, 1], stride: 2 },
  { x: [2, 40, 13, 13], w: [24, 40, 5, 4], padding: 2 },
  { x: [2, 12, 9, 14], w: [13, 12, 3, 2], dilation: 2 },
  { x: [1, 32, 14, 14], w: [64, 8, 3, 3], padding: 1, groups: 4 },
  { x: [1, 32, 27, 27], w: [32, 16, 3, 3], stride: 2, padding: 1, groups: 2 },
  { x: [3, 256, 28, 28], w: [48, 256, 1, 1] },
  { x: [1, 512, 9, 31], w: [16, 512, 3, 3], stride: 2, padding: 1 },
]

/** relu(x * w + b + r s), the residual r of the output's shape. */
function convolution({ x: xShape, w: wShape, stride = 1, padding = 0, dilation = 1, groups = 1 }: Case) {
  const random = new Random(1, 'pixel tile')
  const normal = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
  const x = input(xShape)
  const w = variable(
    wShape,
    normal(wShape).map((value) => value / 8),
  )
  const b = variable([wShape[0], 1, 1], normal([wShape[0], 1, 1]))
  const convolved = conv2d(x, w, { stride, padding, dilation, groups })
  const r = input(convolved.shape)
  const s = input([])
  const y = relu(add(add(convolved, b), mul(r, s)))
  const graph: Graph = { inputs: { x, r, s }, outputs: { y } }
  return { graph, feed: { x: normal(xShape), r: normal(r.shape), s: Float32Array.of(0.5) } }
}

const expectReference = againstReference()

describe.each<[string, WasmOptions]>([
  ['with fused multiply-add', { poison: true, wideVectors: false }],
  ['without fused multiply-add', { strictNumerics: true }],
  ['for vectors of 256 bits', { wideVectors: true, poison: true }],
])('convolutions in channels %s', (_, options) => {
  let backends: Backend[]
  beforeAll(async () => {
    backends = [await wasm({ ...options, threads: 1 }), await wasm({ ...options, threads: 3 })]
  })
  afterAll(() => {
    for (const backend of backends ?? []) backend.close()
  })

  it.each(cases)('are the reference for $x by $w, the same on 1 thread and 3', async (chosen) => {
    const { graph, feed } = convolution(chosen)
    const names = (await lowered(graph, options)).kernels.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['packFilters']))
    await expectReference(backends, chosen, { graph, feed })
  })
})

it('gives 0 for windows that see padding alone, whatever stands beside the frame, with any number of threads', async () => {
  for (const threads of [1, 2]) {
    const backend = await wasm({ threads })
    for (const [batch, attributes] of [
      [2, { stride: [3, 1], padding: [1, 0] }],
      [5, { stride: [1, 4], padding: [0, 2] }],
    ] as const) {
      const x = input([batch, 1, 1, 1])
      const y = conv2d(x, variable([1, 1, 1, 1], 2), attributes)
      const beside = mul(x, 3)
      const program = await backend.compile({ inputs: { x }, outputs: { y, beside } })
      const feed = Float32Array.from({ length: batch }, (_, i) => i + 5)
      const results = await program.run({ x: feed })
      const expected = await (await reference().compile({ inputs: { x }, outputs: { y } })).run({ x: feed })
      expect([...results.y.data]).toEqual([...expected.y.data])
      expect([...results.beside.data]).toEqual([...feed.map((value) => 3 * value)])
      program.dispose()
    }
    await backend.close()
  }
})
