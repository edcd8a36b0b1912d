/** What Keras' layers do that TensorFlow.js' do not show: numbers by their definition. */
import { expect, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import type { NDArray } from '../../../src/core/ndarray.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import { loadTensorflow } from '../../../src/formats/tensorflow/index.ts'

const backend = reference()

const numbered = (shape: Shape, first = 0): NDArray => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => first + i),
})

interface Given {
  readonly className: string
  readonly config?: object
  /** Shapes of its inputs a, b and so on, without the batch. */
  readonly inputs: readonly Shape[]
  /** Shapes of its weights, which are all 1. */
  readonly weights?: Readonly<Record<string, Shape>>
}

/** A network of one layer. */
function networkOf({ className, config = {}, inputs, weights = {} }: Given) {
  const names = inputs.map((_, i) => 'abc'[i])
  const entry = (name: string, kind: string, settings: object, from: readonly string[]) => ({
    name,
    class_name: kind,
    config: { name, ...settings },
    inbound_nodes: from.length === 0 ? [] : [from.map((each) => [each, 0, 0, {}])],
  })
  const layers = [
    ...names.map((name, i) => entry(name, 'InputLayer', { batch_input_shape: [null, ...inputs[i]] }, [])),
    entry('y', className, config, names),
  ]
  const manifest = Object.entries(weights).map(([name, shape]) => ({ name: `y/${name}`, shape, dtype: 'float32' }))
  const ones = Object.values(weights).reduce((total, shape) => total + sizeOf(shape), 0)
  const json = {
    modelTopology: {
      class_name: 'Functional',
      config: { layers, input_layers: names.map((name) => [name, 0, 0]), output_layers: [['y', 0, 0]] },
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: manifest }],
  }
  return loadTensorflow(json, () => new Uint8Array(new Float32Array(ones).fill(1).buffer), { backend })
}

it.each<[string, Given, number]>([
  [
    'DepthwiseConv2D',
    {
      className: 'DepthwiseConv2D',
      config: { groups: 1, kernel_size: 2, use_bias: false },
      inputs: [[2, 2, 1]],
      weights: { depthwise_kernel: [2, 2, 1, 1] },
    },
    6,
  ],
  [
    'SeparableConv2D',
    {
      className: 'SeparableConv2D',
      config: { groups: 1, filters: 1, kernel_size: 2 },
      inputs: [[2, 2, 1]],
      weights: { depthwise_kernel: [2, 2, 1, 1], pointwise_kernel: [1, 1, 1, 1], bias: [1] },
    },
    7,
  ],
  [
    'Conv2DTranspose',
    {
      className: 'Conv2DTranspose',
      config: { groups: 1, filters: 1, kernel_size: 1 },
      inputs: [[1, 1, 2]],
      weights: { kernel: [1, 1, 1, 2], bias: [1] },
    },
    2,
  ],
])('Keras 2 writes 1 group with %s, which has none', async (_, given, expected) => {
  const model = await networkOf(given)
  const { y } = await model.run({ a: numbered([1, ...given.inputs[0]]) })
  expect([...y.data]).toEqual([expected])
  await expect(networkOf({ ...given, config: { ...given.config, groups: 2 } })).rejects.toThrow(
    /\(\w+\) has groups "2"; expected 1/,
  )
})

it('tensors of fewer axes meet others as examples: behind the batch, where NumPy has the missing axes before it', async () => {
  // Steps as many as examples: one taken for the other would fit.
  const vectors = await networkOf({ className: 'Add', inputs: [[2, 3], [3]] })
  const sums = await vectors.run({ a: numbered([2, 2, 3]), b: numbered([2, 3], 100) })
  expect([...sums.y.data]).toEqual([100, 102, 104, 103, 105, 107, 109, 111, 113, 112, 114, 116])
  const gates = await networkOf({ className: 'Multiply', inputs: [[1, 2, 2], [2]] })
  const products = await gates.run({ a: numbered([2, 1, 2, 2]), b: numbered([2, 2], 1) })
  expect([...products.y.data]).toEqual([0, 2, 2, 6, 12, 20, 18, 28])
})

it('CenterCrop keeps the middle', async () => {
  const model = await networkOf({ className: 'CenterCrop', config: { height: 1, width: 2 }, inputs: [[4, 4, 1]] })
  const { y } = await model.run({ a: numbered([1, 4, 4, 1]) })
  expect([...y.data]).toEqual([5, 6])
})
