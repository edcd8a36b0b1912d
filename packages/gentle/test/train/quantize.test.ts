import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { toIntegers } from '../../src/compile/integers.ts'
import { Random } from '../../src/core/random.ts'
import { sizeOf } from '../../src/core/shape.ts'
import { inMemory } from '../../src/data/index.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../src/graph/graph.ts'
import { constant, input, variable } from '../../src/graph/tensor.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import {
  BatchNorm,
  Concat,
  Conv2d,
  createModel,
  DepthwiseConv2d,
  Flatten,
  type Layer,
  Linear,
  MaxPool2d,
  type Model,
  ReLU,
  ReLU6,
  Residual,
  Sequential,
} from '../../src/nn/index.ts'
import { Quantized } from '../../src/nn/layers/quantized.ts'
import { traceInference } from '../../src/nn/model.ts'
import { Scope } from '../../src/nn/scope.ts'
import { fakeQuantize, sum } from '../../src/ops/index.ts'
import { type QuantizedLayerError, quantize } from '../../src/train/index.ts'

const inputShape = [3, 12, 12]

/** Blocks with a shortcut that convolves, branches, a filter for each channel, pooling, and dense layers behind a flattened picture. */
const network = (): Layer =>
  Sequential(
    Conv2d(16, 3, { padding: 1, bias: false }),
    BatchNorm(),
    ReLU(),
    MaxPool2d(2),
    Residual(Sequential(Conv2d(24, 3, { padding: 1, stride: 2 }), BatchNorm(), ReLU(), Conv2d(24, 3, { padding: 1 })), {
      shortcut: Sequential(Conv2d(24, 1, { stride: 2 }), BatchNorm()),
      activation: ReLU(),
    }),
    Concat({ a: Sequential(Conv2d(8, 1), ReLU()), b: Sequential(DepthwiseConv2d(3, { padding: 1 }), ReLU6()) }),
    Flatten(),
    Linear(20),
    ReLU(),
    Linear(10),
  )

const pictures = (count: number): Float32Array => {
  const random = new Random(3, 'pictures')
  return Float32Array.from({ length: count * sizeOf(inputShape) }, () => random.normal())
}

const graphOf = (model: Model, examples: number) => {
  const x = input([examples, ...inputShape])
  return { inputs: { x }, outputs: { y: traceInference(model, x) } }
}

describe('a network in 8 bits', () => {
  let backend: Backend
  let model: Model
  let small: Model
  let layers: readonly QuantizedLayerError[]
  const examples = inMemory({
    name: 'pictures',
    inputs: pictures(16),
    inputShape,
    targets: new Int32Array(16),
    classes: [...'0123456789'],
  })
  beforeAll(async () => {
    backend = await wasm({ threads: 2 })
    model = await createModel(network(), inputShape, { backend })
    ;({ model: small, layers } = await quantize(model, examples, { calibration: 'minMax' }))
  })
  afterAll(() => backend?.close())

  const outputsOf = async (graph: Graph, on: Backend, count: number): Promise<Float32Array> => {
    const program = await on.compile(graph)
    const { y } = await program.run({ x: pictures(count) })
    program.dispose()
    return y.data as Float32Array
  }

  it('computes all of its convolutions and dense layers by integers', () => {
    const order = topologicalOrder(rootsOf(toIntegers(graphOf(small, 2))))
    const count = (name: string): number => order.filter(({ op }) => op.name === name).length
    expect({
      integers: count('integerConv2d'),
      pooled: count('integerMaxPool'),
      floats: count('conv2d') + count('matmul'),
    }).toEqual({
      integers: 8,
      pooled: 1,
      floats: 0,
    })
  })

  it('gives on every backend the same bits', async () => {
    const integers = toIntegers(graphOf(small, 3))
    expect(await outputsOf(graphOf(small, 3), backend, 3)).toEqual(await outputsOf(integers, reference(), 3))
  })

  it('gives what rounding in floats gives, but for numbers that lie between two', async () => {
    const [plain, integers, floats] = [
      await outputsOf(graphOf(model, 5), backend, 5),
      await outputsOf(graphOf(small, 5), backend, 5),
      await outputsOf(graphOf(small, 5), reference(), 5),
    ]
    const size = Math.max(...plain.map(Math.abs))
    const differences = (a: Float32Array, b: Float32Array): number =>
      Math.max(...a.map((value, i) => Math.abs(value - b[i])))
    expect(differences(integers, floats)).toBeLessThan(0.01 * size)
    expect(differences(integers, plain)).toBeLessThan(0.1 * size)
    expect(differences(integers, plain)).toBeGreaterThan(0.001 * size)
  })

  it('tells the error of each layer, which grows with those before it', () => {
    expect(layers.map(({ name }) => name)).toContain('9.weight')
    for (const { error, alone } of layers) {
      expect(error).toBeGreaterThan(0)
      expect(error).toBeLessThan(0.1)
      expect(alone).toBeGreaterThan(0)
      expect(alone).toBeLessThan(0.1)
    }
  })

  it('is built again from its description', async () => {
    const again = { ...small, layer: layerFrom(JSON.parse(JSON.stringify(small.layer.description))) }
    expect(await outputsOf(graphOf(again, 1), backend, 1)).toEqual(await outputsOf(graphOf(small, 1), backend, 1))
  })

  it('learns further: gradients pass through the rounding to all weights', async () => {
    const { inputs, outputs } = graphOf(small, 4)
    const parameters = [...small.parameters.values()]
    const slopes = gradients(sum(outputs.y), parameters)
    const program = await backend.compile({
      inputs,
      outputs: Object.fromEntries(slopes.map((slope, i) => [String(i), slope])),
    })
    const results = await program.run({ x: pictures(4) })
    for (const [i, { name }] of parameters.entries())
      expect(Math.max(...(results[String(i)].data as Float32Array).map(Math.abs)), name).toBeGreaterThan(0)
  })

  it('is refused a second time, and where there is nothing to compute in 8 bits', async () => {
    await expect(quantize(small, examples)).rejects.toThrow('quantize: the model is quantized already')
    const empty = await createModel(Sequential(Flatten()), inputShape, { backend })
    await expect(quantize(empty, examples)).rejects.toThrow('there is nothing to compute in 8 bits')
    await expect(quantize(model, examples, { calibration: 'best' as never })).rejects.toThrow(
      'calibration is "best"; choose from minMax, percentile, mse',
    )
  })
})

describe('ranges of activations', () => {
  const open = (layer: Layer, shape: number[]) => createModel(layer, shape, { backend: reference() })
  const rangesOf = ({ layer }: Model) =>
    (layer.description as unknown as { ranges: Record<string, { scale: number; zeroPoint: number }> }).ranges

  it('are those of all classes where the examples are in their order', async () => {
    const inputs = Float32Array.from({ length: 400 }, (_, i) => (i < 200 ? 0.1 : 12.7))
    const targets = Int32Array.from({ length: 400 }, (_, i) => Number(i >= 200))
    const data = inMemory({ inputs, inputShape: [1], targets, classes: ['low', 'high'] })
    const { model } = await quantize(await open(Sequential(Linear(2)), [1]), data, {
      calibration: 'minMax',
      examples: 100,
    })
    expect(rangesOf(model)['0.weight'].scale).toBeCloseTo(0.1, 5)
  })

  it('are refused where a file has others than numbers', () => {
    const described = (range: unknown) => ({
      type: 'quantized',
      layer: Linear(2).description,
      ranges: { weight: range },
    })
    for (const range of [
      null,
      { scale: '0.1', zeroPoint: 0 },
      { scale: 0.1, zeroPoint: 128 },
      { scale: 0, zeroPoint: 0 },
    ])
      expect(() => layerFrom(described(range) as never)).toThrow('quantized: the range of weight is')
  })

  it('are left out where sums might not fit 32 bits', async () => {
    const small = await open(
      Quantized(Sequential(Linear(1)), { ranges: { '0.weight': { scale: 1, zeroPoint: 0 } } }),
      [132_105],
    )
    const x = input([1, 132_105])
    const integers = toIntegers({ inputs: { x }, outputs: { y: traceInference(small, x) }, updates: [] })
    expect(topologicalOrder(rootsOf(integers)).some(({ op }) => op.name === 'integerConv2d')).toBe(false)
  })

  it('do not go with a training of batch norm', async () => {
    const small = await open(
      Quantized(Sequential(Linear(2), BatchNorm()), { ranges: { '0.weight': { scale: 1, zeroPoint: 0 } } }),
      [3],
    )
    const x = input([4, 3])
    expect(() => traceInference(small, x)).not.toThrow()
    const scope = new Scope({ parameters: small.parameters, state: small.state, seed: 0, training: true })
    expect(() => small.layer.apply(x, scope)).toThrow('this network has batch norm')
  })
})

describe('fakeQuantize', () => {
  it('rounds and passes gradients on as PyTorch does', async () => {
    // torch.fake_quantize_per_tensor_affine(x, 0.1, 3, 0, 127) of PyTorch 1.13, and the gradient of its sum.
    const x = variable([7], [-0.36, -0.3, -0.25, 0.04, 0.05, 12.4, 12.46])
    const y = fakeQuantize(x, { scale: 0.1, zeroPoint: 3, low: 0, high: 127 })
    const [dx] = gradients(sum(y), [x])
    const program = await reference().compile({ inputs: {}, outputs: { y, dx } })
    const results = await program.run()
    expect([...results.y.data]).toEqual(
      Array.from(Float32Array.of(-0.300000012, -0.300000012, -0.200000003, 0, 0, 12.4000006, 12.4000006)),
    )
    expect([...results.dx.data]).toEqual([0, 1, 1, 1, 1, 1, 0])
  })

  it('refuses ranges without numbers, and scales that are none', () => {
    const x = constant([1, 2], [2])
    expect(() => fakeQuantize(x, { scale: 0, low: 0, high: 1 })).toThrow('scale is 0; expected a number above 0')
    expect(() => fakeQuantize(x, { scale: 1, low: 3, high: 2 })).toThrow('whole numbers from 3 to 2 with zero point 0')
  })
})
