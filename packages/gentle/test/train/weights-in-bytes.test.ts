import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { Random } from '../../src/core/random.ts'
import { sizeOf } from '../../src/core/shape.ts'
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../src/formats/safetensors.ts'
import { input } from '../../src/graph/tensor.ts'
import { inspectFile } from '../../src/inspect/inspect-file.ts'
import { tensorValues } from '../../src/inspect/tensor-values.ts'
import {
  BatchNorm,
  Conv2d,
  createModel,
  DepthwiseConv2d,
  Flatten,
  type Layer,
  Linear,
  type Model,
  ReLU,
  Sequential,
} from '../../src/nn/index.ts'
import { Quantized, quantizedPlaces } from '../../src/nn/layers/quantized.ts'
import { readWeights, traceInference, writeWeights } from '../../src/nn/model.ts'
import { add, matmul, sum } from '../../src/ops/index.ts'
import { loadModel, loadWeights, saveModel } from '../../src/train/index.ts'
import { readWeightsFile } from '../../src/train/weights-file.ts'

const inputShape = [8, 6, 6]
const range = { scale: 0.05, zeroPoint: 40 }

let backend: Backend
beforeAll(async () => {
  backend = await wasm({ threads: 1 })
})
afterAll(() => backend?.close())

async function inBytes(layer: Layer, shape = inputShape): Promise<Model> {
  const model = await createModel(layer, shape, { backend })
  const x = input([1, ...shape])
  const places = quantizedPlaces(traceInference(model, x), x)
  return { ...model, layer: Quantized(layer, { ranges: Object.fromEntries(places.map(({ name }) => [name, range])) }) }
}

const network = (): Layer =>
  Sequential(
    Conv2d(16, 3, { padding: 1 }),
    BatchNorm(),
    ReLU(),
    DepthwiseConv2d(3, { padding: 1 }),
    Flatten(),
    Linear(40),
    ReLU(),
    Linear(3),
  )

async function outputs(model: Model): Promise<Float32Array> {
  const random = new Random(5, 'inputs')
  const x = input([4, ...model.inputShape])
  const program = await backend.compile({ inputs: { x }, outputs: { y: traceInference(model, x) } })
  const { y } = await program.run({ x: Float32Array.from({ length: sizeOf(x.shape) }, () => random.normal()) })
  program.dispose()
  return y.data as Float32Array
}

/** A file whose tensors have been changed, without its checksum. */
function changed(file: Uint8Array, change: (tensors: Map<string, StoredTensor>) => void): Uint8Array {
  const { tensors, metadata } = readSafetensors(file)
  const all = new Map(tensors)
  change(all)
  return writeSafetensors(all, metadata)
}

describe('a file of a network in 8 bits', () => {
  it('has a byte for each weight, and gives the same network and the same file to the bit', async () => {
    const model = await inBytes(network())
    const file = await saveModel(model)
    const again = await loadModel(file, { backend })
    expect(await outputs(again)).toEqual(await outputs(model))
    expect(await saveModel(again)).toEqual(file)
    const { tensors } = readSafetensors(file)
    expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toMatchObject({
      '0.weight': [16, 8, 3, 3],
      '0.weight.scale': [16, 1, 1, 1],
      '3.weight.scale': [16, 1, 1, 1],
      '5.weight': [40, 576],
      '5.weight.scale': [40, 1],
    })
    expect([...tensors].filter(([, { dtype }]) => dtype === 'int32').map(([name]) => name)).toEqual([
      '0.weight',
      '3.weight',
      '5.weight',
      '7.weight',
    ])
    const floats = await saveModel({ ...model, layer: network() })
    expect(file.length).toBeLessThan(0.32 * floats.length)
  })

  it.each([
    ['of zeros', [0, 0, 0]],
    ['too small to have a scale of their own', [1e-25, -1.27e-18, 3e-20]],
    ['that end at the largest float32', [3.4028234e38, -1e37, 0]],
    ['between two numbers', [127, 0.5, 1.5]],
    ['of many that are the largest', [1, 0.9999, -1]],
  ])('gives the same bytes again for weights %s', async (_, weights) => {
    const model = await inBytes(Sequential(Linear(1, { bias: false })), [3])
    await writeWeights(model, new Map([['0.weight', Float32Array.from(weights)]]))
    const file = await saveModel(model)
    const again = await loadModel(file, { backend })
    expect(await outputs(again)).toEqual(await outputs(model))
    expect(await saveModel(again)).toEqual(file)
  })

  it('keeps weights as floats that are not finite, and those that something else reads, too', async () => {
    const model = await inBytes(Sequential(Linear(2, { bias: false })), [2])
    await writeWeights(model, new Map([['0.weight', Float32Array.of(1, 2, Number.NaN, 3)]]))
    expect(readSafetensors(await saveModel(model)).tensors.get('0.weight')!.dtype).toBe('float32')
    const shared: Layer = {
      description: { type: 'shared' },
      apply(x, scope) {
        const weight = scope.parameter('weight', [4, 4], (shape) => new Float32Array(sizeOf(shape)).fill(0.3))
        return add(matmul(x, weight, { transposeB: true }), sum(weight))
      },
    }
    const both = await inBytes(shared, [4])
    expect([...readSafetensors(await saveModel(both)).tensors.keys()]).toEqual(['weight'])
  })

  it('has the scales of weights [inputs, outputs] along their second axis', async () => {
    const product: Layer = {
      description: { type: 'product' },
      apply: (x, scope) =>
        matmul(
          x,
          scope.parameter('weight', [3, 2], () => Float32Array.of(1, 20, 2, 30, 3, 40)),
        ),
    }
    const { tensors } = readSafetensors(await saveModel(await inBytes(product, [3])))
    expect(tensors.get('weight.scale')!.shape).toEqual([1, 2])
    expect([...tensors.get('weight')!.data]).toEqual([42, 64, 85, 95, 127, 127])
  })

  it('is listed with its bytes, and its weights are what they stand for', async () => {
    const model = await inBytes(network())
    const place = { name: 'small.safetensors', bytes: await saveModel(model) }
    const content = await inspectFile(place)
    expect(content.tensors.find(({ name }) => name === '0.weight')?.type).toBe('int8')
    expect(content.use).toEqual({ as: 'model' })
    const own = (await readWeights(model)).get('0.weight')!
    const other = await createModel(network(), inputShape, { backend, seed: 1 })
    await loadWeights(other, place.bytes)
    const found = [
      (await readWeightsFile(place)).tensors.get('0.weight')!.data,
      (await tensorValues(place)).get('0.weight')!.data,
      (await readWeights(other)).get('0.weight')!,
    ]
    const step = Math.max(...own) / 127
    for (const values of found)
      for (const [i, value] of own.entries()) expect(Math.abs(values[i] - value)).toBeLessThan(step)
    expect((await tensorValues(place)).has('0.weight.scale')).toBe(true)
  })

  it.each<[string, (tensors: Map<string, StoredTensor>) => void, string]>([
    [
      'without scales',
      (tensors) => tensors.delete('0.weight.scale'),
      'weights does not fit its own description; 0.weight is in bytes, and 0.weight.scale is missing',
    ],
    [
      'with scales of other filters',
      (tensors) => tensors.set('0.weight.scale', { shape: [3, 1], dtype: 'float32', data: new Float32Array(3) }),
      'weights: tensor "0.weight.scale" is float32 [3, 1]; expected a number for each filter of [2, 3]',
    ],
    ...[-1, 0, Number.NaN, Number.POSITIVE_INFINITY, 1e37].map(
      (scale): [string, (tensors: Map<string, StoredTensor>) => void, string] => [
        `with the scale ${scale}`,
        (tensors) => tensors.get('0.weight.scale')!.data.fill(scale),
        `weights: tensor "0.weight.scale" holds ${Math.fround(scale)}, which is the 127th part of no weight`,
      ],
    ),
    [
      'with a byte that no weight has',
      (tensors) => tensors.get('0.weight')!.data.fill(-128),
      'weights: tensor "0.weight" has a filter whose largest byte is 128; expected 127, which its scale is for',
    ],
    [
      'with bytes that its scale is not for',
      (tensors) => tensors.get('0.weight')!.data.fill(100),
      'weights: tensor "0.weight" has a filter whose largest byte is 100; expected 127, which its scale is for',
    ],
    [
      'with scales of floats',
      (tensors) => tensors.set('0.weight', { shape: [2, 3], dtype: 'float32', data: new Float32Array(6) }),
      'weights does not fit its own description; not in the model: 0.weight.scale',
    ],
  ])('is refused %s', async (_, change, message) => {
    const file = await saveModel(await inBytes(Sequential(Linear(2, { bias: false })), [3]))
    await expect(loadModel(changed(file, change), { backend })).rejects.toThrow(message)
  })
})
