import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { type WasmOptions, wasm } from '../../../src/backends/wasm/wasm.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { input, variable } from '../../../src/graph/tensor.ts'
import { add, conv2d, mul, relu, relu6 } from '../../../src/ops/index.ts'
import { lowered } from './lowered.ts'
import { againstReference } from './same-as-reference.ts'

interface Case {
  readonly x: Shape
  readonly kernel: readonly [number, number]
  readonly stride?: number | readonly [number, number]
  readonly padding?: number | readonly [number, number]
  readonly dilation?: number | readonly [number, number]
}

/**
 * Rows of one tile and of many, of strips and whole planes, channels left over, strides, taps that are left out at both ends of a row, above and below, in whole rows and
 * columns, distances between taps, and more taps in a row than have registers.
 */
const cases: readonly Case[] = [
  { x: [1, 32, 28, 28], kernel: [3, 3], padding: 1 },
  { x: [1, 8, 57, 57], kernel: [3, 3], stride: 2, padding: 1 },
  { x: [2, 24, 14, 15], kernel: [3, 3], stride: 2, padding: 1 },
  { x: [3, 20, 7, 7], kernel: [3, 3], padding: 1 },
  { x: [1, 16, 14, 14], kernel: [5, 5], padding: 2 },
  { x: [1, 12, 29, 30], kernel: [5, 5], stride: 2, padding: [2, 1] },
  { x: [1, 9, 21, 19], kernel: [3, 3], padding: 4, dilation: 4 },
  { x: [2, 16, 9, 25], kernel: [2, 4], stride: [3, 2], padding: [1, 3], dilation: [3, 2] },
  { x: [1, 8, 5, 40], kernel: [1, 17], padding: [0, 8] },
  { x: [1, 16, 6, 3], kernel: [3, 3], padding: 3 },
  { x: [1, 10, 4, 2], kernel: [1, 1], stride: [5, 3], padding: [3, 2] },
]

/** relu6(x * w + b + r s), the residual r of the output's shape. */
function convolution({ x: xShape, kernel, stride = 1, padding = 0, dilation = 1 }: Case) {
  const random = new Random(1, 'depthwise')
  const normal = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
  const channels = xShape[1]
  const x = input(xShape)
  const w = variable([channels, 1, ...kernel], normal([channels, 1, ...kernel]))
  const b = variable([channels, 1, 1], normal([channels, 1, 1]))
  const convolved = conv2d(x, w, { stride, padding, dilation, groups: channels })
  const r = input(convolved.shape)
  const s = input([])
  const y = relu6(mul(add(add(convolved, b), mul(r, s)), 3))
  const graph: Graph = { inputs: { x, r, s }, outputs: { y } }
  return { graph, feed: { x: normal(xShape), r: normal(r.shape), s: Float32Array.of(0.5) } }
}

const expectReference = againstReference()

describe.each<[string, WasmOptions]>([
  ['with fused multiply-add', { poison: true, wideVectors: false }],
  ['without fused multiply-add', { strictNumerics: true }],
  ['for vectors of 256 bits', { wideVectors: true, poison: true }],
])('filters of each channel alone, %s', (_, options) => {
  let backends: Backend[]
  beforeAll(async () => {
    backends = [await wasm({ ...options, threads: 1 }), await wasm({ ...options, threads: 3 })]
  })
  afterAll(() => {
    for (const backend of backends ?? []) backend.close()
  })

  it.each(cases)('are the reference for $x by $kernel, the same on 1 thread and 3', async (chosen) => {
    const { graph, feed } = convolution(chosen)
    const names = (await lowered(graph, options)).kernels.map(({ name }) => name)
    expect(names.some((name) => name.startsWith('conv2d depthwise'))).toBe(true)
    expect(names).not.toContain('frame')
    await expectReference(backends, chosen, { graph, feed })
  })

  it('read nothing beside an image, where numbers may be that are none', async () => {
    const x = input([1, 16, 6, 10])
    const inner = relu(x)
    const y = conv2d(inner, variable([16, 1, 3, 3], 1), { padding: 1, groups: 16 })
    // The planes of other channels stand beside one in memory: every second block of channels is NaN.
    const feed = { x: Float32Array.from({ length: 960 }, (_, i) => (i < 480 ? 1 : Number.NaN)) }
    const { y: result } = await (await backends[0].compile({ inputs: { x }, outputs: { y } })).run(feed)
    const first = [...result.data].slice(0, 480)
    expect(first.every((value) => [4, 6, 9].includes(value))).toBe(true)
    expect([...result.data].slice(480).every(Number.isNaN)).toBe(true)
  })
})
