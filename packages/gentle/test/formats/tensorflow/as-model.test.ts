/** Networks of TensorFlow.js as models of ours. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { sizeOf } from '../../../src/core/shape.ts'
import { inMemory } from '../../../src/data/memory.ts'
import '../../../src/entries/tensorflow.ts'
import { loadTensorflow } from '../../../src/formats/tensorflow/index.ts'
import { meanSquaredError } from '../../../src/nn/losses.ts'
import { readWeights } from '../../../src/nn/model.ts'
import { summarize } from '../../../src/nn/summary.ts'
import { sgd } from '../../../src/optim/sgd.ts'
import { fit } from '../../../src/train/fit.ts'
import { predict } from '../../../src/train/predict.ts'
import { loadModel, saveModel } from '../../../src/train/weights.ts'
import { type Golden, shardOf } from './golden.ts'

const cases = (name: string): Readonly<Record<string, Golden>> =>
  JSON.parse(readFileSync(new URL(`../../goldens/${name}.json`, import.meta.url), 'utf8'))

const layers = cases('tensorflow-layers')
const graphs = cases('tensorflow-graphs')
const backend = reference()

/** Pictures [N, H, W, C] as [N, C, H, W]. */
function channelsFirst(data: readonly number[], [batch, height, width, channels]: readonly number[]): Float32Array {
  const result = new Float32Array(data.length)
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < height * width; i++)
      for (let c = 0; c < channels; c++)
        result[(n * channels + c) * height * width + i] = data[(n * height * width + i) * channels + c]
  return result
}

it.each([
  ['layers', layers['Sequential, Dense after Flatten']],
  ['a graph', graphs['Mean of rows and columns']],
])('a picture comes channels first to %s, and the numbers are the same', async (_, golden) => {
  const [input] = Object.values(golden.inputs)
  const model = await (await loadTensorflow(golden.model, shardOf(golden), { backend })).asModel()
  const [, height, width, channels] = input.shape
  expect(model.inputShape).toEqual([channels, height, width])
  const { data } = await predict(model, channelsFirst(input.data, input.shape))
  golden.outputs[0].data.forEach((value, i) => {
    expect(data[i]).toBeCloseTo(value, 5)
  })
})

it('an output that is a picture leaves channels first', async () => {
  const golden = layers['UpSampling2D bilinear']
  const [input] = Object.values(golden.inputs)
  const model = await (await loadTensorflow(golden.model, shardOf(golden), { backend })).asModel()
  expect(model.outputShape).toEqual([2, 6, 6])
  const { data } = await predict(model, channelsFirst(input.data, input.shape))
  const [{ data: expected, shape }] = golden.outputs
  channelsFirst(expected, shape).forEach((value, i) => {
    expect(data[i]).toBeCloseTo(value, 5)
  })
})

it('one of several outputs is chosen by its name', async () => {
  const golden = layers['A shared layer, two outputs, a network within']
  const opened = await loadTensorflow(golden.model, shardOf(golden), { backend })
  expect(opened.outputs).toHaveLength(2)
  expect((await opened.asModel()).outputShape).toEqual([4])
  const other = await opened.asModel({ output: opened.outputs[1] })
  expect(other.outputShape).toEqual([3])
  // What only the first output needs is not part of the second's model.
  expect([...other.parameters.keys()]).toEqual(['conv2d_Conv2D20.kernel', 'conv2d_Conv2D20.bias'])
  await expect(opened.asModel({ output: 'none' })).rejects.toThrow(
    /it has no output 'none'; expected sequential_1, glob/,
  )
})

it('several inputs are a model of inputs by their names', async () => {
  const golden = layers['Dot of vectors']
  const opened = await loadTensorflow(golden.model, shardOf(golden), { backend })
  await expect(opened.asModel()).rejects.toThrow(/it has inputs .*; expected one, or use asInputsModel/)
  const model = await opened.asInputsModel()
  expect(Object.values(model.inputs)).toEqual([
    { dtype: 'float32', shape: [5] },
    { dtype: 'float32', shape: [5] },
  ])
})

it('what is handed in is checked', async () => {
  const golden = graphs.Relu
  const opened = await loadTensorflow(golden.model, shardOf(golden), { backend })
  const x = { shape: [2, 6], dtype: 'float32' as const, data: new Float32Array(12) }
  await expect(opened.run({ y: x })).rejects.toThrow(/there is no input 'y'; expected x/)
  await expect(opened.run({})).rejects.toThrow(/input 'x' is missing; expected \[N, 6\] of float32/)
  await expect(opened.run({ x: { ...x, shape: [3, 4] } })).rejects.toThrow(
    /input 'x' is \[3, 4\] of float32, 12 values; expected \[N, 6\]/,
  )
  await expect(opened.run({ x: new Float32Array(12) as never })).rejects.toThrow(
    /input 'x' is not an array \{ data, shape, dtype \}; expected \[N, 6\] of float32/,
  )
  const words = graphs['GatherV2 of words']
  const embedding = await loadTensorflow(words.model, shardOf(words), { backend })
  const data = Float32Array.of(0, 1.5, 1, 2)
  await expect(embedding.run({ words: { shape: [1, 4], dtype: 'int32', data } })).rejects.toThrow(
    /input 'words' holds 1\.5; expected whole numbers of 32 bits/,
  )
})

it('runs at once, of more shapes than programs are kept, give their own numbers each', async () => {
  const golden = graphs.Relu
  const opened = await loadTensorflow(golden.model, shardOf(golden), { backend })
  const runs = Array.from({ length: 60 }, async (_, i) => {
    const examples = 1 + (i % 30)
    const data = new Float32Array(6 * examples).fill(i)
    const [y] = Object.values(await opened.run({ x: { shape: [examples, 6], dtype: 'float32', data } }))
    expect(y.shape).toEqual([examples, 6])
    expect([...y.data]).toEqual([...data])
  })
  await Promise.all(runs)
})

it('a network that makes other rows than examples is not a model', async () => {
  const layer = (name: string, className: string, config: object, from: readonly string[]) => ({
    name,
    class_name: className,
    config: { name, ...config },
    inbound_nodes: from.length === 0 ? [] : [from.map((each) => [each, 0, 0, {}])],
  })
  const layers = [
    layer('a', 'InputLayer', { batch_input_shape: [null, 2] }, []),
    layer('b', 'InputLayer', { batch_input_shape: [null, 2] }, []),
    layer('y', 'Concatenate', { axis: 0 }, ['a', 'b']),
  ]
  const ends = [
    ['a', 0, 0],
    ['b', 0, 0],
  ]
  const config = { layers, input_layers: ends, output_layers: [['y', 0, 0]] }
  const json = { modelTopology: { class_name: 'Functional', config }, weightsManifest: [] }
  const opened = await loadTensorflow(json, () => new Uint8Array(), { backend })
  await expect(opened.asInputsModel()).rejects.toThrow(/makes \[2, 2\] of 1 examples; expected one row per example/)
})

it('a network is summarised by the names of its layers', async () => {
  const golden = layers['A shared layer, two outputs, a network within']
  const { layer, inputShape } = await (await loadTensorflow(golden.model, shardOf(golden), { backend })).asModel()
  const rows = summarize(layer, inputShape).layers.map(({ name, type, outputShape }) => [name, type, outputShape])
  expect(rows.slice(0, 3)).toEqual([
    ['conv2d_Conv2D20', 'Conv2D', [3, 6, 6]],
    ['conv2d_Conv2D20', 'Conv2D', [3, 6, 6]],
    ['add_Add2', 'Add', [3, 6, 6]],
  ])
  expect(rows[3]).toEqual(['sequential_1.conv2d_Conv2D21', 'Conv2D', [2, 2, 2]])
})

it.each([
  ['layers', layers['A shared layer, two outputs, a network within']],
  ['a graph', graphs['_FusedConv2D with BiasAdd and Relu']],
])('%s is saved and opened again, and predicts the same', async (_, golden) => {
  const model = await (await loadTensorflow(golden.model, shardOf(golden), { backend })).asModel()
  const pixels = Float32Array.from({ length: 2 * sizeOf(model.inputShape) }, (_, i) => Math.sin(i))
  const again = await loadModel(await saveModel(model), { backend })
  expect([...(await predict(again, pixels)).data]).toEqual([...(await predict(model, pixels)).data])
})

it('a network is trained further, and its moving variance follows that of the population', async () => {
  const golden = layers['BatchNormalization of images']
  const [{ data, shape }] = Object.values(golden.inputs)
  const model = await (await loadTensorflow(golden.model, shardOf(golden), { backend })).asModel()
  const [name] = [...model.state.keys()].filter((key) => key.endsWith('moving_variance'))
  const before = (await readWeights(model)).get(name)!
  const inputs = channelsFirst(data, shape)
  const targets = inputs.map((x) => 2 * x + 1)
  const set = inMemory({ inputs, inputShape: model.inputShape, targets, targetShape: model.outputShape })
  const options = { loss: meanSquaredError, optimizer: sgd({ learningRate: 0.1 }), batchSize: 2, keep: 'last' as const }
  await fit(model, set, { ...options, epochs: 1 })
  const after = (await readWeights(model)).get(name)!
  for (let c = 0; c < 3; c++) {
    const values = data.filter((_, i) => i % 3 === c)
    const mean = values.reduce((a, b) => a + b) / values.length
    const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length
    expect(after[c]).toBeCloseTo(0.99 * before[c] + 0.01 * variance, 5)
  }
  const { history } = await fit(model, set, { ...options, epochs: 20 })
  expect(history.at(-1)!.train.loss).toBeLessThan(0.1 * history[0].train.loss)
})
