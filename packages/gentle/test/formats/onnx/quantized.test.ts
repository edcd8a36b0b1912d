/** Files as quantizers of others write them: unsigned bytes as activations, weights with a scale for each filter. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { toIntegers } from '../../../src/compile/integers.ts'
import { loadOnnx } from '../../../src/formats/onnx/index.ts'
import { dataTypes, type OnnxNode, type OnnxTensor } from '../../../src/formats/onnx/messages.ts'
import { writeGraph } from '../../../src/formats/onnx/write-graph.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../../src/graph/graph.ts'

const [examples, channels, size, filters] = [2, 3, 4, 5]

interface Numbers {
  readonly type: 'int8' | 'uint8'
  readonly zeroPoint: number
}

interface File {
  readonly activations: Numbers & { readonly scale: number }
  readonly weights: Numbers & { readonly data: readonly number[] }
}

const scales = Float32Array.of(0.002, 0.003, 0.001, 0.004, 0.0025)

const tensor = (name: string, shape: number[], type: keyof typeof dataTypes, values: readonly number[]): OnnxTensor => {
  const data = { int8: Int8Array, uint8: Uint8Array, float: Float32Array }[type as 'int8'].from(values)
  return { name, shape, dataType: dataTypes[type], data: data as unknown as Float32Array }
}

const node = (
  operator: string,
  inputs: string[],
  output: string,
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({
  name: output,
  operator,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
})

/** Pictures and filters of 3 x 3, both in bytes. */
const convolution = ({ activations, weights }: File): Uint8Array<ArrayBuffer> =>
  writeGraph({
    name: 'convolution',
    nodes: [
      node('QuantizeLinear', ['x', 'scale', 'zero'], 'q'),
      node('DequantizeLinear', ['q', 'scale', 'zero'], 'images'),
      node('DequantizeLinear', ['bytes', 'scales', 'zeros'], 'weights', { axis: 0 }),
      node('Conv', ['images', 'weights'], 'y', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    ],
    initializers: [
      tensor('scale', [], 'float', [activations.scale]),
      tensor('zero', [], activations.type, [activations.zeroPoint]),
      tensor('bytes', [filters, channels, 3, 3], weights.type, weights.data),
      tensor('scales', [filters], 'float', [...scales]),
      tensor('zeros', [filters], weights.type, new Array<number>(filters).fill(weights.zeroPoint)),
    ],
    inputs: [{ name: 'x', shape: ['N', channels, size, size], dataType: dataTypes.float }],
    outputs: [{ name: 'y', shape: ['N', filters, size, size], dataType: dataTypes.float }],
  })

const pictures = Float32Array.from({ length: examples * channels * size * size }, (_, i) => 6 * Math.sin(1 + i * i))

/** What the operators are defined to give, one number after the other. */
function expected({ activations: { type, scale, zeroPoint }, weights }: File): number[] {
  const [low, high] = type === 'int8' ? [-128, 127] : [0, 255]
  const value = (n: number, c: number, i: number, j: number): number => {
    if (Math.min(i, j) < 0 || Math.max(i, j) >= size) return 0
    const x = pictures[((n * channels + c) * size + i) * size + j]
    return scale * (Math.max(low, Math.min(Math.round(x / scale) + zeroPoint, high)) - zeroPoint)
  }
  const results: number[] = []
  for (let n = 0; n < examples; n++)
    for (let o = 0; o < filters; o++)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) {
          let sum = 0
          for (let c = 0; c < channels; c++)
            for (let tap = 0; tap < 9; tap++)
              sum +=
                value(n, c, i + Math.floor(tap / 3) - 1, j + (tap % 3) - 1) *
                scales[o] *
                (weights.data[(o * channels + c) * 9 + tap] - weights.zeroPoint)
          results.push(sum)
        }
  return results
}

const bytesFrom = (low: number, high: number): number[] =>
  Array.from({ length: filters * channels * 9 }, (_, i) => low + ((i * 7919) % (high - low + 1)))

describe('a file in 8 bits that others wrote', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 1 })
  })
  afterAll(() => backend?.close())

  const unsigned = { type: 'uint8', zeroPoint: 100, scale: 0.043 } as const
  const signed = { type: 'int8', zeroPoint: -28, scale: 0.043 } as const
  const around0 = { type: 'int8', zeroPoint: 0, data: bytesFrom(-127, 127) } as const

  it.each<[string, File, boolean]>([
    ['unsigned activations', { activations: unsigned, weights: around0 }, true],
    ['signed activations', { activations: signed, weights: around0 }, true],
    ['weights around another number', { activations: unsigned, weights: { ...around0, zeroPoint: 5 } }, false],
    [
      'unsigned weights',
      { activations: unsigned, weights: { type: 'uint8', zeroPoint: 128, data: bytesFrom(0, 255) } },
      false,
    ],
    ['weights of -128', { activations: unsigned, weights: { ...around0, data: bytesFrom(-128, 127) } }, false],
  ])('gives what its operators are defined to give, by integers or floats: %s', async (_, file, byIntegers) => {
    let traced: Graph | undefined
    const watched: Backend = {
      ...backend,
      compile(graph) {
        traced = graph
        return backend.compile(graph)
      },
    }
    const model = await loadOnnx(convolution(file), { backend: watched })
    const { y } = await model.run({ x: { data: pictures, shape: [examples, channels, size, size] } })
    model.dispose()
    const order = topologicalOrder(rootsOf(toIntegers(traced!)))
    expect(order.some(({ op }) => op.name === 'integerConv2d')).toBe(byIntegers)
    const numbers = expected(file)
    const largest = Math.max(...numbers.map(Math.abs))
    for (const [i, number] of numbers.entries())
      expect(Math.abs(Number(y.data[i]) - number) / largest, `number ${i}`).toBeLessThan(1e-6)
  })
})
