import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { type WasmOptions, wasm } from '../../../src/backends/wasm/wasm.ts'
import type { NDArray } from '../../../src/core/ndarray.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { variable } from '../../../src/graph/tensor.ts'
import { conv2d, mul, sum } from '../../../src/ops/index.ts'
import { mismatch, summed } from '../closeness.ts'
import { once } from '../once.ts'
import { lowered } from './lowered.ts'

interface Case {
  readonly x: Shape
  readonly w: Shape
  readonly stride?: number
  readonly padding?: number
  readonly dilation?: number
  readonly groups?: number
}

/** Channels and images left over, one channel and pairs, groups, strides, rows in many strips, sums by block and by channel. */
const cases: readonly Case[] = [
  { x: [9, 3, 17, 19], w: [13, 3, 3, 3], padding: 1 },
  { x: [3, 1, 9, 8], w: [7, 1, 5, 4], padding: 2, stride: 2 },
  { x: [8, 7, 70, 5], w: [5, 7, 2, 3], padding: 1, dilation: 2 },
  { x: [2, 6, 40, 41], w: [8, 3, 3, 3], padding: 1, stride: 2, groups: 2 },
  { x: [17, 5, 30, 9], w: [11, 5, 1, 1] },
  { x: [16, 130, 4, 4], w: [131, 130, 3, 3], stride: 2, padding: 1 },
  { x: [10, 8, 6, 6], w: [8, 1, 3, 3], padding: 1, groups: 8 },
]

/** Filters of 1 x 1: maps in several chunks and chunks of several blocks, panels and tiles left over, panels in several groups, strides. */
const pointwise: readonly Case[] = [
  { x: [17, 20, 7, 11], w: [37, 20, 1, 1] },
  { x: [41, 36, 3, 3], w: [32, 36, 1, 1] },
  { x: [8, 4, 13, 6], w: [40, 4, 1, 1], stride: 2 },
  { x: [9, 300, 5, 5], w: [64, 300, 1, 1] },
]

/** The gradient of the sum of squares of x * w to w. */
function weightGradient({ x: xShape, w: wShape, ...options }: Case): Graph {
  const random = new Random(1, 'weight gradient')
  const normal = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
  const x = variable(xShape, normal(xShape))
  const w = variable(
    wShape,
    normal(wShape).map((value) => value / 8),
  )
  const y = conv2d(x, w, options)
  const [dw] = gradients(sum(mul(y, y)), [w])
  return { inputs: {}, outputs: { dw } }
}

/** Filters of one channel: edges that cut taps off, strides, a row of taps, maps whose lanes stay apart over several blocks, and over one. */
const depthwise: readonly Case[] = [
  { x: [17, 32, 9, 7], w: [32, 1, 3, 3], padding: 1, groups: 32 },
  { x: [9, 33, 24, 25], w: [33, 1, 3, 3], padding: 1, stride: 2, groups: 33 },
  { x: [70, 32, 9, 11], w: [32, 1, 1, 5], padding: 2, dilation: 2, groups: 32 },
  { x: [8, 40, 2, 3], w: [40, 1, 3, 4], padding: 3, groups: 40 },
]

const exact = reference({ precision: 'float64' })
const exactly = once<NDArray>()
const run = async (on: Backend, graph: Graph) => (await (await on.compile(graph)).run()).dw

describe.each<[string, WasmOptions]>([
  ['with fused multiply-add', { threads: 3, poison: true, wideVectors: false }],
  ['without fused multiply-add', { threads: 3, strictNumerics: true }],
  ['for vectors of 256 bits', { threads: 3, wideVectors: true, poison: true }],
])('the gradient of filters %s', (_, options) => {
  let backends: Backend[]
  beforeAll(async () => {
    backends = [await wasm(options), await wasm({ ...options, threads: 1 })]
  })
  afterAll(() => {
    for (const backend of backends ?? []) backend.close()
  })

  it.each([
    ...cases.map((chosen) => ({ kernel: 'conv2dWeightGradient', ...chosen })),
    ...pointwise.map((chosen) => ({ kernel: 'pointwiseWeightGradient', ...chosen })),
    ...depthwise.map((chosen) => ({ kernel: 'depthwiseWeightGradient', ...chosen })),
  ])('is the reference for $x by $w and the same for any number of threads', async ({ kernel, ...chosen }) => {
    const graph = weightGradient(chosen)
    expect((await lowered(graph)).kernels.map(({ name }) => name)).toContain(kernel)
    const [onThree, onOne] = [await run(backends[0], graph), await run(backends[1], graph)]
    const expected = await exactly(chosen, () => run(exact, graph))
    expect(mismatch(onThree, expected, expected, summed)).toBeUndefined()
    expect(onThree.data).toEqual(onOne.data)
  })
})
