import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError, InternalError, ShapeError } from '../../src/core/errors.ts'
import type { Shape } from '../../src/core/shape.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import * as nn from '../../src/nn/index.ts'
import * as ops from '../../src/ops/index.ts'

/** The result of a layer on an input of a shape, and the parameters it made. */
function trace(layer: nn.Layer, shape: Shape, training = false) {
  const parameters: nn.Parameters = new Map()
  const step = training ? input([], 'int32') : undefined
  const y = layer.apply(input(shape), new nn.Scope({ parameters, state: new Map(), seed: 1, training, step }))
  return { y, step, shapes: Object.fromEntries([...parameters].map(([name, { shape }]) => [name, shape])) }
}

const run = async (y: Tensor): Promise<number[]> => {
  const program = await reference().compile({ inputs: {}, outputs: { y } })
  return [...(await program.run())['y'].data]
}

describe('a layer', () => {
  it('infers the shapes of its parameters as PyTorch lays them out, and names them by their path', () => {
    const network = nn.Sequential(
      nn.Conv2d(6, [3, 5], { groups: 2 }),
      nn.ReLU(),
      nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(4, 1, { bias: false })),
      nn.GlobalAvgPool2d(),
      nn.Linear(3),
      nn.Linear(2, { bias: false }),
    )
    const { y, shapes } = trace(network, [8, 4, 8, 8])
    expect(y.shape).toEqual([8, 2])
    expect(shapes).toEqual({
      '0.weight': [6, 2, 3, 5],
      '0.bias': [6],
      '2.1.weight': [4, 6, 1, 1],
      '4.weight': [3, 4],
      '4.bias': [3],
      '5.weight': [2, 3],
    })
  })

  it('used twice in a network has parameters of its own in each place', () => {
    const layer = nn.Linear(3)
    expect(Object.keys(trace(nn.Sequential(layer, layer), [1, 3]).shapes)).toEqual([
      '0.weight',
      '0.bias',
      '1.weight',
      '1.bias',
    ])
  })

  it('gets the same parameters at every trace and refuses another shape', () => {
    const parameters: nn.Parameters = new Map()
    const scope = new nn.Scope({ parameters, state: new Map(), seed: 1, training: false })
    const layer = nn.Linear(3)
    layer.apply(input([1, 4]), scope)
    const [weight] = parameters.values()
    layer.apply(input([7, 4]), scope)
    expect(parameters.size).toBe(2)
    expect(parameters.get('weight')).toBe(weight)
    expect(() => layer.apply(input([1, 5]), scope)).toThrow(InternalError)
  })

  it('computes what its op computes', async () => {
    const x = constant(
      Float32Array.from({ length: 16 }, (_, i) => Math.sin(i)),
      [1, 1, 4, 4],
    )
    const parameters: nn.Parameters = new Map()
    const scope = new nn.Scope({ parameters, state: new Map(), seed: 1, training: false })
    const options = { stride: [1, 2] as const, padding: 1 }
    const y = nn.Conv2d(2, 3, options).apply(x, scope)
    const [weight, bias] = [...parameters.values()]
    expect(await run(y)).toEqual(await run(ops.add(ops.conv2d(x, weight, options), ops.reshape(bias, [2, 1, 1]))))
    const activations: [nn.Layer, (x: Tensor) => Tensor][] = [
      [nn.Step(), ops.step],
      [nn.Tanh(), ops.tanh],
      [nn.Sigmoid(), ops.sigmoid],
      [nn.ReLU(), ops.relu],
      [nn.ReLU6(), (t) => ops.minimum(ops.relu(t), 6)],
      [nn.Identity(), (t) => t],
      [nn.LeakyReLU(), ops.leakyRelu],
      [nn.LeakyReLU(0.5), (t) => ops.leakyRelu(t, 0.5)],
      [nn.ELU(), ops.elu],
      [nn.ELU(2), (t) => ops.elu(t, 2)],
      [nn.GELU(), ops.gelu],
      [nn.SiLU(), ops.silu],
      [nn.Softplus(), ops.softplus],
      [nn.Softmax(), ops.softmax],
      [nn.LogSoftmax(), ops.logSoftmax],
    ]
    for (const [layer, op] of activations)
      expect(await run(layer.apply(x, scope)), layer.description.type).toEqual(await run(op(x)))
    expect(await run(nn.MaxPool2d(2, { stride: 1 }).apply(x, scope))).toEqual(
      await run(ops.maxPool2d(x, 2, { stride: 1 })),
    )
    expect(await run(nn.AvgPool2d([2, 1]).apply(x, scope))).toEqual(await run(ops.avgPool2d(x, [2, 1])))
    expect(await run(nn.GlobalAvgPool2d().apply(x, scope))).toEqual(await run(ops.globalAvgPool2d(x)))
    expect(await run(nn.Flatten().apply(x, scope))).toEqual(await run(x))
  })
})

describe('a maximum over windows that end outside the image', () => {
  it('is of pixels alone, though all are below 0', async () => {
    const x = constant([-3, -1, -2], [1, 1, 1, 3])
    const scope = new nn.Scope({ parameters: new Map(), state: new Map(), seed: 1, training: false })
    const layer = nn.MaxPool2d([1, 2], { ceilMode: true })
    expect(await run(layer.apply(x, scope))).toEqual([-1, -2])
  })
})

describe('an embedding', () => {
  it('gives a one-hot vector times its matrix, of floats and of integers, and NaN for what is outside', async () => {
    const parameters: nn.Parameters = new Map()
    const scope = new nn.Scope({ parameters, state: new Map(), seed: 1, training: false })
    const layer = nn.Embedding(4, 3)
    const symbols = constant([2, 0, 3, 3], [2, 2], 'int32')
    const y = layer.apply(symbols, scope)
    expect(y.shape).toEqual([2, 2, 3])
    const product = ops.matmul(ops.reshape(ops.oneHot(symbols, 4), [4, 4]), parameters.get('weight')!)
    expect(await run(y)).toEqual(await run(product))
    expect(await run(layer.apply(constant([2, 0, 3.5, 3], [2, 2]), scope))).toEqual(await run(y))
    const outside = constant([-1, 4, Number.NaN], [3])
    for (const x of [outside, ops.cast(ops.where(ops.equal(outside, outside), outside, 99), 'int32')])
      expect(await run(layer.apply(x, scope))).toEqual(new Array(9).fill(Number.NaN))
  })

  it('is told by its description, and refuses what is not a number of symbols', () => {
    const layer = nn.Embedding(4, 3, { weightInit: { normal: 0.1 } })
    expect(layerFrom(JSON.parse(JSON.stringify(layer.description))).description).toEqual(layer.description)
    expect(() => nn.Embedding(0, 3)).toThrow(
      new ArgumentError('embedding: count is 0; expected a whole number of at least 1'),
    )
    expect(() => nn.Embedding(4, 1.5)).toThrow(ArgumentError)
  })
})

describe('dropout', () => {
  it('drops in training, other values at each step and in each place, and else does nothing', async () => {
    expect(trace(nn.Dropout(0.5), [4, 4]).y.op.name).toBe('input')
    const x = constant(new Float32Array(1000).fill(1), [1000])
    const step = input([], 'int32')
    const scope = new nn.Scope({ parameters: new Map(), state: new Map(), seed: 1, training: true, step })
    const layer = nn.Dropout(0.25)
    const outputs = { here: scope.apply('0', layer, x), there: scope.apply('1', layer, x) }
    const program = await reference().compile({ inputs: { step }, outputs })
    const first = await program.run({ step: 0 })
    const kept = first['here'].data.filter((value) => value !== 0)
    expect(kept.length).toBeGreaterThan(690)
    expect(kept.length).toBeLessThan(810)
    expect(kept.every((value) => value === Math.fround(1 / 0.75))).toBe(true)
    expect(first['there'].data).not.toEqual(first['here'].data)
    expect((await program.run({ step: 1 }))['here'].data).not.toEqual(first['here'].data)
    expect((await program.run({ step: 0 }))['here'].data).toEqual(first['here'].data)
  })
})

describe('spatial dropout', () => {
  it('drops whole channels in training, and else does nothing', async () => {
    expect(trace(nn.Dropout2d(0.5), [4, 4, 2, 2]).y.op.name).toBe('input')
    const x = constant(new Float32Array(4000).fill(1), [10, 100, 2, 2])
    const step = input([], 'int32')
    const scope = new nn.Scope({ parameters: new Map(), state: new Map(), seed: 1, training: true, step })
    const y = scope.apply('0', nn.Dropout2d(0.25), x)
    const program = await reference().compile({ inputs: { step }, outputs: { y } })
    const { data } = (await program.run({ step: 0 }))['y']
    const channels = Array.from({ length: 1000 }, (_, i) => [...data.slice(4 * i, 4 * i + 4)])
    expect(channels.every((pixels) => pixels.every((pixel) => pixel === pixels[0]))).toBe(true)
    const kept = channels.filter(([pixel]) => pixel !== 0)
    expect(kept.length).toBeGreaterThan(690)
    expect(kept.length).toBeLessThan(810)
    expect(kept[0][0]).toBe(Math.fround(1 / 0.75))
    expect((await program.run({ step: 1 }))['y'].data).not.toEqual(data)
  })
})

describe('a layer that does not fit', () => {
  it('tells its place, its type, and both shapes', () => {
    const network = (last: nn.Layer) => nn.Sequential(nn.ReLU(), nn.Sequential(last))
    expect(() => trace(network(nn.Conv2d(2, 5)), [1, 1, 4, 4])).toThrow(
      /layer 1\.0 \(conv2d\).*\[1, 1, 4, 4\].*\[5, 5\]/,
    )
    expect(() => trace(network(nn.Conv1d(2, 3)), [1, 1, 4, 4])).toThrow(
      /layer 1\.0 \(conv1d\).*expected sequences \[N, C, L\], not \[1, 1, 4, 4\]/,
    )
    expect(() => trace(network(nn.MaxPool1d(2)), [1, 4])).toThrow(/expected sequences \[N, C, L\], not \[1, 4\]/)
    expect(() => trace(network(nn.Conv2d(2, 3)), [1, 4])).toThrow(/layer 1\.0 \(conv2d\).*\[1, 4\]/)
    expect(() => trace(network(nn.Conv2d(4, 3, { groups: 2 })), [1, 3, 8, 8])).toThrow(/layer 1\.0.*\[1, 3, 8, 8\]/)
    expect(() => trace(network(nn.MaxPool2d(5)), [1, 1, 4, 4])).toThrow(/layer 1\.0 \(maxPool2d\).*\[1, 1, 4, 4\]/)
    expect(() => trace(network(nn.GlobalAvgPool2d()), [1, 4])).toThrow(/layer 1\.0 \(globalAvgPool2d\).*\[1, 4\]/)
    expect(() => trace(network(nn.Linear(2)), [1])).toThrow(ShapeError)
    expect(() => trace(network(nn.DepthwiseConv2d(3)), [1, 4])).toThrow(/layer 1\.0 \(depthwiseConv2d\).*\[1, 4\]/)
    expect(() => trace(network(nn.ConvTranspose2d(4, 3, { groups: 2 })), [1, 3, 8, 8])).toThrow(
      /layer 1\.0 \(convTranspose2d\).*\[1, 3, 8, 8\]/,
    )
    expect(() => trace(network(nn.ConvTranspose2d(1, 1, { padding: 1 })), [1, 1, 2, 4])).toThrow(
      /layer 1\.0 \(convTranspose2d\).*padding \[1, 1\]/,
    )
    expect(() => trace(network(nn.GroupNorm(2)), [1, 3, 8, 8])).toThrow(/layer 1\.0 \(groupNorm\).*\[1, 3, 8, 8\]/)
    expect(() => trace(network(nn.LayerNorm({ axes: 2 })), [1, 3])).toThrow(/layer 1\.0 \(layerNorm\).*\[1, 3\]/)
    expect(() => trace(network(nn.LocalResponseNorm()), [3])).toThrow(/layer 1\.0 \(localResponseNorm\).*\[3\]/)
    expect(() => trace(network(nn.AdaptiveAvgPool2d(1)), [1, 3])).toThrow(/layer 1\.0 \(adaptiveAvgPool2d\).*\[1, 3\]/)
    expect(() => trace(network(nn.AdaptiveMaxPool2d(1)), [1, 3])).toThrow(/layer 1\.0 \(adaptiveMaxPool2d\).*\[1, 3\]/)
    expect(() => trace(network(nn.Upsample2d(2)), [1, 3])).toThrow(/layer 1\.0 \(upsample2d\).*\[1, 3\]/)
    expect(() => trace(network(nn.Dropout2d()), [1, 3], true)).toThrow(/layer 1\.0 \(dropout2d\).*\[1, 3\]/)
  })

  it('because groups do not divide its own channels is refused', () => {
    expect(() => trace(nn.Conv2d(3, 1, { groups: 2 }), [1, 2, 4, 4])).toThrow(ShapeError)
  })
})

describe('arguments out of range are refused:', () => {
  it.each<[string, () => nn.Layer]>([
    ['conv2d of 0 channels', () => nn.Conv2d(0, 3)],
    ['conv2d of a kernel of 2.5', () => nn.Conv2d(1, 2.5)],
    ['conv2d with stride 0', () => nn.Conv2d(1, 3, { stride: 0 })],
    ['conv2d with padding -1', () => nn.Conv2d(1, 3, { padding: -1 })],
    ['conv1d of a pair', () => nn.Conv1d(1, [3, 3] as unknown as number)],
    ['conv1d with stride 0', () => nn.Conv1d(1, 3, { stride: 0 })],
    ['conv1d with an unknown option', () => nn.Conv1d(1, 3, { pad: 1 } as object)],
    ['maxPool1d with padding as large as the window', () => nn.MaxPool1d(3, { padding: 3 })],
    ['avgPool1d of 0', () => nn.AvgPool1d(0)],
    ['conv2d with 0 groups', () => nn.Conv2d(1, 3, { groups: 0 })],
    ['conv2d with an unknown initialiser', () => nn.Conv2d(1, 3, { weightInit: 'xavier' as 'zeros' })],
    ['conv2d with a normal distribution of standard deviation 0', () => nn.Conv2d(1, 3, { weightInit: { normal: 0 } })],
    ['conv2d with a first bias that is not a number', () => nn.Conv2d(1, 3, { biasInit: Number.NaN })],
    ['depthwiseConv2d with groups', () => nn.DepthwiseConv2d(3, { groups: 2 } as object)],
    ['depthwiseConv2d with dilation 0', () => nn.DepthwiseConv2d(3, { dilation: 0 })],
    ['convTranspose2d with groups that do not divide', () => nn.ConvTranspose2d(3, 2, { groups: 2 })],
    [
      'convTranspose2d with output padding as large as the stride',
      () => nn.ConvTranspose2d(1, 2, { outputPadding: 1 }),
    ],
    ['linear of -1 units', () => nn.Linear(-1)],
    ['linear with an initialiser from the prototype', () => nn.Linear(1, { weightInit: 'toString' as 'zeros' })],
    ['maxPool2d of 0', () => nn.MaxPool2d(0)],
    ['avgPool2d with stride 0', () => nn.AvgPool2d(2, { stride: 0 })],
    ['maxPool2d that rounds up half', () => nn.MaxPool2d(2, { ceilMode: 0.5 as never })],
    ['maxPool2d that counts padding', () => nn.MaxPool2d(2, { countIncludePad: true } as object)],
    ['adaptiveAvgPool2d to 0', () => nn.AdaptiveAvgPool2d(0)],
    ['adaptiveMaxPool2d to [2, 0]', () => nn.AdaptiveMaxPool2d([2, 0])],
    ['localResponseNorm of 0 channels', () => nn.LocalResponseNorm({ size: 0 })],
    ['localResponseNorm with alpha below 0', () => nn.LocalResponseNorm({ alpha: -1 })],
    ['layerNorm of 0 axes', () => nn.LayerNorm({ axes: 0 })],
    ['layerNorm with epsilon 0', () => nn.LayerNorm({ epsilon: 0 })],
    ['standardize without features', () => nn.Standardize({ mean: [], std: [] })],
    ['standardize of two means and one standard deviation', () => nn.Standardize({ mean: [1, 2], std: [1] })],
    ['standardize by a standard deviation of 0', () => nn.Standardize({ mean: [1], std: [0] })],
    ['standardize by a mean that is none', () => nn.Standardize({ mean: [Number.NaN], std: [1] })],
    ['groupNorm of 0 groups', () => nn.GroupNorm(0)],
    ['groupNorm with epsilon below 0', () => nn.GroupNorm(1, { epsilon: -1 })],
    ['upsample2d by a half', () => nn.Upsample2d(0.5)],
    ['upsample2d to a size of 0', () => nn.Upsample2d({ size: 0 })],
    ['upsample2d by an unknown method', () => nn.Upsample2d(2, { method: 'cubic' as 'nearest' })],
    ['upsample2d to the nearest with aligned corners', () => nn.Upsample2d(2, { alignCorners: true })],
    ['dropout2d of 1', () => nn.Dropout2d(1)],
    ['dropout of 1', () => nn.Dropout(1)],
    ['dropout below 0', () => nn.Dropout(-0.1)],
  ])('%s', (_, make) => {
    expect(make).toThrow(ArgumentError)
  })
})

describe('a description', () => {
  it('as JSON makes the same network again', () => {
    const network = nn.Sequential(
      nn.Conv2d(4, [3, 2], { stride: [1, 2], padding: 1, groups: 2, bias: false, weightInit: 'heNormal' }),
      ...[nn.Tanh(), nn.Sigmoid(), nn.ReLU(), nn.LeakyReLU(0.2), nn.ELU(0.5), nn.GELU(), nn.SiLU(), nn.Softplus()],
      nn.Dropout(0.25),
      nn.MaxPool2d(2, { stride: 1 }),
      nn.Sequential(nn.AvgPool2d([1, 2]), nn.GlobalAvgPool2d()),
      nn.Flatten(),
      nn.Linear(3, { bias: false, weightInit: 'zeros' }),
      ...[nn.Softmax(), nn.LogSoftmax(), nn.Step()],
    )
    const again = layerFrom(JSON.parse(JSON.stringify(network.description)))
    expect(again.description).toEqual(network.description)
    const [one, other] = [network, again].map((layer) => trace(layer, [2, 2, 9, 9], true))
    expect(other.shapes).toEqual(one.shapes)
    expect(other.y.shape).toEqual(one.y.shape)
  })

  it('as JSON makes the same of every layer on images', () => {
    const network = nn.Sequential(
      nn.DepthwiseConv2d(3, { padding: 1, bias: false, weightInit: 'heNormalOut' }),
      nn.ConvTranspose2d(4, [2, 3], { stride: 2, outputPadding: [1, 0], weightInit: { normal: 0.01 }, biasInit: 1 }),
      nn.BatchNorm({ momentum: 0.2 }),
      nn.LayerNorm({ axes: 3, affine: false }),
      nn.GroupNorm(2, { epsilon: 0.1 }),
      nn.LocalResponseNorm({ size: 3, k: 2 }),
      nn.MaxPool2d(3, { stride: 2, ceilMode: true }),
      nn.AvgPool2d(2, { stride: 1, padding: 1, countIncludePad: false }),
      nn.Upsample2d(2, { method: 'bilinear', alignCorners: true }),
      nn.Upsample2d({ size: [9, 8] }),
      ...[nn.AdaptiveMaxPool2d([6, 5]), nn.AdaptiveAvgPool2d(3), nn.Dropout2d(0.1), nn.ReLU6(), nn.Identity()],
    )
    const again = layerFrom(JSON.parse(JSON.stringify(network.description)))
    expect(again.description).toEqual(network.description)
    const [one, other] = [network, again].map((layer) => trace(layer, [2, 4, 6, 6], true))
    expect(other.shapes).toEqual(one.shapes)
    expect(one.y.shape).toEqual([2, 4, 3, 3])
    expect(other.y.shape).toEqual(one.y.shape)
  })

  it('as JSON makes the same of every layer on sequences', () => {
    const network = nn.Sequential(
      nn.Conv1d(6, 3, { stride: 2, padding: 1, dilation: 1, groups: 2, weightInit: 'heNormal', biasInit: 0.1 }),
      nn.MaxPool1d(3, { stride: 1, padding: 1 }),
      nn.AvgPool1d(2, { ceilMode: true, countIncludePad: false }),
      nn.GlobalAvgPool1d(),
    )
    const again = layerFrom(JSON.parse(JSON.stringify(network.description)))
    expect(again.description).toEqual(network.description)
    const [one, other] = [network, again].map((layer) => trace(layer, [2, 4, 21]))
    expect(one.shapes).toEqual({ '0.weight': [6, 2, 3], '0.bias': [6] })
    expect(one.y.shape).toEqual([2, 6])
    expect(other.shapes).toEqual(one.shapes)
  })

  let deep: unknown = { type: 'relu' }
  for (let i = 0; i < 100_000; i++) deep = { type: 'sequential', layers: [deep] }

  it.each<[string, unknown]>([
    ['no object', 5],
    ['null', null],
    ['a list', []],
    ['no type', {}],
    ['an unknown type', { type: 'teleport' }],
    ['a type from the prototype', { type: 'constructor' }],
    ['a type that is not a name', { type: { toString: 'relu' } }],
    ['layers that are not a list', { type: 'sequential', layers: 'relu' }],
    ['no layers', { type: 'sequential' }],
    ['a layer that is none', { type: 'sequential', layers: [null] }],
    ['layers nested without end', deep],
    ['no units', { type: 'linear' }],
    ['units as text', { type: 'linear', units: '10' }],
    ['options that are none', { type: 'linear', units: 1, options: 'bias' }],
    ['a bias that is neither true nor false', { type: 'linear', units: 1, options: { bias: 'no' } }],
    ['an initialiser that is not a name', { type: 'linear', units: 1, options: { initializer: {} } }],
    ['an initialiser of more than it knows', { type: 'linear', units: 1, options: { initializer: { uniform: 1 } } }],
    ['an initialiser without a number', { type: 'linear', units: 1, options: { initializer: { normal: '1' } } }],
    ['no initialiser', { type: 'linear', units: 1, options: { initializer: null } }],
    ['nothing to upsample to', { type: 'upsample2d' }],
    ['null to upsample to', { type: 'upsample2d', to: null }],
    ['groups as text', { type: 'groupNorm', groups: '2' }],
    ['norms of text', { type: 'layerNorm', options: { epsilon: 'small' } }],
    ['powers of text', { type: 'localResponseNorm', options: { beta: '1' } }],
    ['an unknown option', { type: 'linear', units: 1, options: { units: 2 } }],
    ['no kernel', { type: 'conv2d', channels: 1 }],
    ['a kernel of null', { type: 'conv2d', channels: 1, kernel: null }],
    ['a kernel that pretends to be a pair', { type: 'conv2d', channels: 1, kernel: { length: 2 } }],
    ['a kernel of text', { type: 'conv2d', channels: 1, kernel: ['3', '3'] }],
    ['a stride of null', { type: 'conv2d', channels: 1, kernel: 3, options: { stride: null } }],
    ['no size', { type: 'maxPool2d' }],
    ['a rate as text', { type: 'dropout', rate: '0.5' }],
    ['settings that are not a list', { type: 'elu', settings: 5 }],
    ['settings that are not numbers', { type: 'leakyRelu', settings: ['0.1'] }],
    ['settings that are text', { type: 'leakyRelu', settings: 'abc' }],
    ['too many settings', { type: 'tanh', settings: [1, 2, 3] }],
  ])('with %s is refused with an ArgumentError', (_, description) => {
    expect(() => layerFrom(description)).toThrow(ArgumentError)
  })
})
