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
import { constant, input, type Tensor, variable } from '../../src/graph/tensor.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import {
  Auxiliary,
  BatchNorm,
  Concat,
  Conv2d,
  createModel,
  DepthwiseConv2d,
  Dropout,
  Flatten,
  type Layer,
  Linear,
  MaxPool2d,
  type Model,
  ReLU,
  ReLU6,
  Residual,
  SequenceBatchNorm,
  Sequential,
} from '../../src/nn/index.ts'
import { Quantized } from '../../src/nn/layers/quantized.ts'
import { traceInference } from '../../src/nn/model.ts'
import { Scope, type ScopeOptions } from '../../src/nn/scope.ts'
import { summarize } from '../../src/nn/summary.ts'
import {
  add,
  conv2d,
  fakeQuantize,
  less,
  matmul,
  maximum,
  maxPool2d,
  minimum,
  pad,
  relu,
  sum,
  where,
} from '../../src/ops/index.ts'
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

  it('are of each use of weights that are used twice', async () => {
    const shared = Linear(4)
    const twice: Layer = {
      description: { type: 'twice' },
      apply: (x, scope) => scope.apply('dense', shared, relu(scope.apply('dense', shared, x))),
    }
    const inputs = Float32Array.from({ length: 4 * 8 }, (_, i) => 3 * Math.sin(i))
    const data = inMemory({ inputs, inputShape: [4], targets: new Int32Array(8), classes: [...'abcd'] })
    const { model, layers } = await quantize(await open(twice, [4]), data)
    expect(Object.keys(rangesOf(model))).toEqual(['dense.weight', 'dense.weight (2)'])
    expect(layers.map(({ name }) => name)).toEqual(['dense.weight', 'dense.weight (2)'])
    expect(rangesOf(model)['dense.weight'].scale).not.toBe(rangesOf(model)['dense.weight (2)'].scale)
  })

  it('are measured over all batches of the sample', async () => {
    const inputs = Float32Array.from({ length: 3 * 41 }, (_, i) => (i < 96 ? 1 : 9) * Math.sin(i))
    const data = inMemory({ inputs, inputShape: [3], targets: new Int32Array(41), classes: ['a', 'b'] })
    const float = await open(Linear(2), [3])
    const { model, layers } = await quantize(float, data, { calibration: 'minMax' })
    const [expected, found] = await Promise.all(
      [float, model].map(async (each) => {
        const x = input([41, 3])
        const program = await reference().compile({ inputs: { x }, outputs: { y: traceInference(each, x) } })
        return (await program.run({ x: inputs })).y.data as Float32Array
      }),
    )
    const squares = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value ** 2, 0)
    const error = Math.sqrt(squares(expected.map((value, i) => found[i] - value)) / squares(expected))
    expect(layers[0].error).toBeCloseTo(error, 6)
    expect(layers[0].alone).toBeCloseTo(error, 6)
  })

  it('leave no program behind where an example is not finite', async () => {
    const backend = reference()
    let open = 0
    const counted: Backend = {
      ...backend,
      async compile(graph) {
        const program = await backend.compile(graph)
        open++
        return Object.assign(program, { dispose: () => void open-- })
      },
    }
    const model = await createModel(Linear(2), [1], { backend: counted })
    const before = open
    const data = inMemory({
      name: 'broken',
      inputs: Float32Array.of(1, Number.NaN),
      inputShape: [1],
      targets: new Int32Array(2),
      classes: ['a', 'b'],
    })
    await expect(quantize(model, data)).rejects.toThrow('what weight reads is not finite for an example of broken')
    expect(open).toBe(before)
  })

  it('are refused where no place has their name', async () => {
    const layer = Quantized(Sequential(Linear(2)), { ranges: { '0.wieght': { scale: 1, zeroPoint: 0 } } })
    await expect(open(layer, [3])).rejects.toThrow(
      'quantized: a range is for "0.wieght", which no convolution or dense layer of the network has; choose from 0.weight',
    )
  })

  it('are those of a network that is only looked at', async () => {
    const added = Residual(Sequential(Conv2d(4, 1), Dropout(0.5)), { shortcut: Sequential(Conv2d(4, 1), Dropout(0.5)) })
    const data = inMemory({
      inputs: pictures(4),
      inputShape,
      targets: new Int32Array(4),
      classes: ['yes', 'no'],
    })
    const { model } = await quantize(await open(Sequential(added, BatchNorm(), Flatten(), Linear(2)), inputShape), data)
    expect(Object.keys(rangesOf(model)).filter((name) => name.endsWith(' output'))).toHaveLength(1)
    expect(summarize(model.layer, inputShape).trainingBytes).toBeGreaterThan(0)
  })

  const quantizedHead = (inner: Layer): Layer =>
    Quantized(inner, { ranges: { '0.weight': { scale: 1, zeroPoint: 0 } } })

  const trainingOf = ({ layer, parameters, state }: Model, x: Tensor, options: Partial<ScopeOptions> = {}) =>
    layer.apply(x, new Scope({ parameters, state, seed: 0, training: true, ...options }))

  it('do not go with a training that changes state of other kinds than statistics, nor with that of an auxiliary head', async () => {
    const counting: Layer = {
      description: { type: 'counting' },
      apply(x, scope) {
        const seen = scope.state('seen', [1], () => new Float32Array(1))
        scope.update(seen, add(seen, 1))
        return x
      },
    }
    const x = input([4, 3])
    const counted = await open(quantizedHead(Sequential(Linear(2), counting)), [3])
    expect(() => traceInference(counted, x)).not.toThrow()
    expect(() => trainingOf(counted, x)).toThrow('quantized: 1.seen would come from the network in float32')
    const headed = await open(quantizedHead(Sequential(Linear(2), Auxiliary(Linear(2)))), [3])
    expect(() => trainingOf(headed, x)).toThrow('quantized: an auxiliary output would come from the network in float32')
  })

  it.each<[string, Layer, number[]]>([
    ['batch norm', BatchNorm(), [3]],
    ['batch norm of sequences', SequenceBatchNorm(), [5, 3]],
  ])('go with a training of %s, which keeps its statistics and learns its factors', async (_, norm, shape) => {
    const model = await open(quantizedHead(Sequential(Linear(2), norm)), shape)
    const x = input([4, ...shape])
    const [y, predicted] = [trainingOf(model, x), traceInference(model, x)]
    const learned = [...model.parameters.values()]
    const slopes = Object.fromEntries(gradients(sum(relu(y)), learned).map((slope, i) => [learned[i].name, slope]))
    const program = await reference().compile({ inputs: { x }, outputs: { ...slopes, y, predicted } })
    const results = await program.run({ x: Float32Array.from({ length: sizeOf(x.shape) }, (_, i) => 3 * Math.sin(i)) })
    expect(results.y.data).toEqual(results.predicted.data)
    expect(learned.map(({ name }) => name)).toContain('1.weight')
    for (const [name, { data }] of Object.entries(results))
      expect(Math.max(...data.map(Math.abs)), name).toBeGreaterThan(0)
  })
})

describe('integers in place of floats that are rounded', () => {
  const weights = () => fakeQuantize(variable([8, 8, 3, 3], 0.25), { scale: 0.25, low: -127, high: 127 })
  const both = async (y: Tensor, x: ReturnType<typeof input>): Promise<(readonly number[])[]> => {
    const values = Float32Array.from({ length: sizeOf(x.shape) }, (_, i) => 4 * Math.sin(i))
    const backend = await wasm({ threads: 1 })
    const results = await Promise.all(
      [backend, reference()].map(async (on) => {
        const program = await on.compile({ inputs: { x }, outputs: { y } })
        const { data } = (await program.run({ x: values })).y
        program.dispose()
        return [...data]
      }),
    )
    await backend.close()
    return results
  }

  it('take padding for what has 7 bits only where its byte has, too', async () => {
    const x = input([1, 8, 4, 4])
    const range = { scale: 0.25, zeroPoint: -10, low: -128, high: 127 }
    const images = fakeQuantize(maximum(x, 3), range)
    const y = conv2d(images, weights(), { padding: 1 })
    const found = topologicalOrder(rootsOf(toIntegers({ inputs: { x }, outputs: { y } }))).find(
      ({ op }) => op.name === 'integerConv2d',
    )
    expect(found?.attributes).toMatchObject({ sevenBits: false })
    const [integers, floats] = await both(y, x)
    expect(integers).toEqual(floats)
  })

  it('leave channels of zeros 0 beside a pooling whose padding is the least of the others', async () => {
    const x = input([1, 8, 4, 4])
    const images = fakeQuantize(maximum(x, 1), { scale: 0.25, zeroPoint: 0, low: 0, high: 127 })
    const y = maxPool2d(pad(images, [0, 0, 0, 0], [0, 8, 0, 0]), 3, { stride: 1, padding: 1 })
    const names = topologicalOrder(rootsOf(toIntegers({ inputs: { x }, outputs: { y } }))).map(({ op }) => op.name)
    expect(names).toContain('integerMaxPool')
    const [integers, floats] = await both(y, x)
    expect(integers).toEqual(floats)
  })

  it.each<[string, (x: Tensor) => Tensor]>([
    ['above, at half of the way', (x) => minimum(x, 0.625)],
    ['above', (x) => minimum(x, 0.9)],
    ['below', (x) => maximum(x, 0.65)],
    ['by a condition', (x) => where(less(x, 0.65), 0.65, x)],
  ])('round a limit that lies between two numbers as all else: %s', async (_, limited) => {
    const x = input([1, 8, 4, 4])
    const range = { scale: 0.25, zeroPoint: 0, low: 0, high: 127 }
    const y = fakeQuantize(limited(conv2d(fakeQuantize(x, range), weights(), { padding: 1 })), range)
    const [integers, floats] = await both(y, x)
    expect(integers).toEqual(floats)
  })
})

describe('sums of products', () => {
  const bytes = { scale: 1, zeroPoint: -128, low: -128, high: 127 }
  const sevenBits = { scale: 1, zeroPoint: 0, low: 0, high: 127 }
  const weightsOf = (shape: number[]): Tensor => fakeQuantize(variable(shape, 127), { scale: 1, low: -127, high: 127 })
  const isByIntegers = (graph: Graph): boolean =>
    topologicalOrder(rootsOf(toIntegers(graph))).some(({ op }) => op.name === 'integerConv2d')
  const sumOf = async (graph: Graph, values: Float32Array): Promise<number> => {
    const backend = await wasm({ threads: 1 })
    const program = await backend.compile(graph)
    const { y } = await program.run({ x: values })
    program.dispose()
    await backend.close()
    return y.data[y.data.length >> 1]
  }
  // Integers are exact up to the last rounding; a sum of as many floats, one after the other, is not, but does not wrap around either.
  const expectNear = (found: number, expected: number, isExact: boolean): void =>
    expect(Math.abs(found / expected - 1)).toBeLessThan(isExact ? 1e-7 : 1e-2)

  it.each([
    ['of a byte less its zero point, up to 255', bytes, 255, 66_311],
    ['of 7 bits', sevenBits, 127, 133_144],
    ['of 7 bits around the middle', { ...sevenBits, zeroPoint: 64 }, -64, 264_208],
  ])('are by integers as far as 32 bits hold them, in a dense layer %s', async (_, range, distance, most) => {
    for (const count of [most, most + 1]) {
      const x = input([1, count])
      const y = matmul(fakeQuantize(x, range), weightsOf([1, count]), { transposeB: true })
      const graph = { inputs: { x }, outputs: { y } }
      expect(isByIntegers(graph)).toBe(count === most)
      const values = new Float32Array(count).fill(1000 * Math.sign(distance))
      expectNear(await sumOf(graph, values), count * distance * 127, count === most)
    }
  })

  it('are by integers as far as 32 bits hold them, in a convolution with padding', async () => {
    for (const channels of [7367, 7368]) {
      const x = input([1, channels, 3, 3])
      const y = conv2d(fakeQuantize(x, bytes), weightsOf([1, channels, 3, 3]), { padding: 1 })
      const graph = { inputs: { x }, outputs: { y } }
      expect(isByIntegers(graph)).toBe(channels === 7367)
      const found = await sumOf(graph, new Float32Array(9 * channels).fill(1000))
      expectNear(found, 9 * channels * 255 * 127, channels === 7367)
    }
  })

  it('start from the whole sum of the weights, which a float32 does not hold', async () => {
    const count = 264_207
    const x = input([1, count])
    const y = matmul(fakeQuantize(x, { ...sevenBits, zeroPoint: 64 }), weightsOf([1, count]), { transposeB: true })
    const values = new Float32Array(count)
    values[0] = 1
    expect(await sumOf({ inputs: { x }, outputs: { y } }, values)).toBe(127)
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
