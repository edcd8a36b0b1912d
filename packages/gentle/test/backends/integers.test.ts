import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { defineIntegerKernels } from '../../src/backends/wasm/kernels/integers/index.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { Random } from '../../src/core/random.ts'
import { type Shape, sizeOf } from '../../src/core/shape.ts'
import { constant, type Tensor, variable } from '../../src/graph/tensor.ts'
import { dequantize, quantize } from '../../src/ops/integers/convert.ts'
import { type IntegerConv2dAttributes, integerConv2d } from '../../src/ops/integers/convolution.ts'
import { packFilters } from '../../src/ops/integers/filters.ts'
import { frame } from '../../src/ops/integers/frame.ts'
import { integerMaxPool } from '../../src/ops/integers/max-pool.ts'
import { randomCases } from '../random-cases.ts'

/** Small random programs on integers. */
class Cases {
  readonly #random: Random
  constructor(seed: number) {
    this.#random = new Random(seed, 'integers')
  }
  between = (low: number, high: number): number => low + Math.floor(this.#random.uniform() * (high - low + 1))
  flag = (share = 0.5): boolean => this.#random.uniform() < share
  floats = (shape: Shape, scale = 1): Tensor =>
    variable(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => scale * this.#random.normal()),
    )
}

const sevenBits = { low: 0, high: 127 }
const eightBits = { low: -128, high: 127 }

function convolution(cases: Cases): Tensor {
  const { between, flag, floats } = cases
  const depthwise = flag(0.3)
  const channels = between(1, 20)
  const outputs = depthwise ? channels : between(1, 36)
  const isSeven = flag(0.7)
  const range = { scale: 0.03, zeroPoint: between(isSeven ? 0 : -128, 127), ...(isSeven ? sevenBits : eightBits) }
  const kernel = [between(1, 4), between(1, 4)] as const
  const stride = [between(1, 3), between(1, 3)] as const
  const dilation = [between(1, 2), between(1, 2)] as const
  const size = flag(0.2) ? ([1, 1] as const) : ([between(1, 5), between(1, 15)] as const)
  const frameSize = [0, 1].map(
    (axis) => (size[axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1,
  ) as unknown as readonly [number, number]
  const batch = between(1, 9)
  const images = floats([batch, channels, between(1, frameSize[0] + 1), between(1, frameSize[1] + 1)], 2)
  const before = [between(0, Math.min(1, frameSize[0] - 1)), between(0, Math.min(2, frameSize[1] - 1))] as const
  const framed = frame(quantize(images, range), { before, size: frameSize, value: range.zeroPoint })
  const weights = floats([outputs, depthwise ? 1 : channels, ...kernel])
  const filters = packFilters(
    weights,
    constant(
      Float32Array.from({ length: outputs }, () => 0.02 + 0.01 * between(0, 3)),
      [outputs],
    ),
    {
      depthwise,
      sevenBits: isSeven,
    },
  )
  const whole = 8 * Math.ceil(outputs / 8)
  const numbers = (make: (i: number) => number) => Array.from({ length: whole }, (_, i) => (i < outputs ? make(i) : 0))
  const start = constant(
    numbers(() => between(-9999, 9999)),
    [whole],
    'int32',
  )
  const factor = constant(
    numbers(() => 0.0002 * between(-2, 9)),
    [whole],
  )
  const offset = constant(
    numbers(() => between(-20, 20) / 4),
    [whole],
  )
  const rounded = flag(0.8) ? { zeroPoint: between(0, 9), ...(flag() ? sevenBits : eightBits) } : undefined
  const addend = flag(0.4) ? { factor: 0.37, zeroPoint: between(-2, 9) } : undefined
  const attributes: IntegerConv2dAttributes = {
    channels,
    outputs,
    depthwise,
    kernel,
    stride,
    dilation,
    size,
    sevenBits: isSeven,
    ...(rounded && { rounded }),
    ...(addend && { addend }),
  }
  const added = addend && quantize(floats([batch, outputs, ...size], 3), { scale: 0.1, zeroPoint: 0, ...eightBits })
  return integerConv2d([framed, filters, start, factor, offset, ...(added ? [added] : [])], attributes)
}

function pooling({ between, flag, floats }: Cases): Tensor {
  const channels = between(1, 20)
  const [size, stride] = [between(1, 3), between(1, 3)]
  const output = [between(1, 5), between(1, 9)] as const
  const images = floats([between(1, 3), channels, (output[0] - 1) * stride + size, (output[1] - 1) * stride + size], 2)
  const range = { scale: 0.02, zeroPoint: 3, ...(flag() ? sevenBits : eightBits) }
  const pooled = integerMaxPool(quantize(images, range), {
    size: [size, size],
    stride: [stride, stride],
    dilation: [1, 1],
    output,
  })
  return dequantize(pooled, channels, range)
}

async function expectSameBits(backend: Backend, y: Tensor): Promise<void> {
  const graph = { inputs: {}, outputs: { y } }
  const [known, made] = await Promise.all([reference(), backend].map((each) => each.compile(graph)))
  const expected = (await known.run()).y.data
  const actual = (await made.run()).y.data
  made.dispose()
  expect(new Uint8Array(actual.buffer, actual.byteOffset, actual.byteLength)).toEqual(
    new Uint8Array(expected.buffer, expected.byteOffset, expected.byteLength),
  )
}

describe.each([
  ['vectors of 128 bits', { threads: 1 }],
  ['two threads', { threads: 2, wideVectors: process.arch === 'x64' ? undefined : false }],
])('integers on wasm with %s', (_, options) => {
  let backend: Backend
  beforeAll(async () => {
    defineIntegerKernels()
    backend = await wasm({
      ...(options.threads === 1 ? { wideVectors: false } : {}),
      threads: options.threads,
      poison: true,
    })
  })
  afterAll(() => backend?.close())

  it('convolves to the bit as the reference does', async () => {
    for (let seed = 0; seed < randomCases(40); seed++) await expectSameBits(backend, convolution(new Cases(seed)))
  })

  it('pools, quantises and dequantises to the bit as the reference does', async () => {
    for (let seed = 0; seed < randomCases(10); seed++) await expectSameBits(backend, pooling(new Cases(seed)))
  })
})
