import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { gnmt, lenet5 } from '../../src/models/index.ts'
import {
  Auxiliary,
  BatchNorm,
  Concat,
  Conv2d,
  countParameters,
  createModel,
  Dropout,
  Flatten,
  type Layer,
  Linear,
  ReLU,
  Residual,
  Sequential,
  Tanh,
} from '../../src/nn/index.ts'
import { summarize, summarizeInputs } from '../../src/nn/summary.ts'

it('counts the parameters and multiply-adds of LeNet-5', () => {
  const summary = summarize(lenet5(), [1, 28, 28])
  expect(summary.parameters).toBe(61_706)
  expect(summary.macs).toBe(416_520)
  expect(summary.flops).toBe(833_040)
  expect(summary.layers.map(({ parameters }) => parameters)).toEqual([
    156, 0, 0, 2416, 0, 0, 48_120, 0, 0, 10_164, 0, 850,
  ])
  expect(summary.layers[0]).toMatchObject({
    name: '0',
    type: 'conv2d',
    outputShape: [6, 28, 28],
    parameters: 156,
    macs: 117_600,
    flops: 235_200,
  })
})

it('names the layers of a network within a network by their path', () => {
  const { layers } = summarize(Sequential(Sequential(Linear(3), Tanh()), Linear(2)), [4])
  expect(layers.map(({ name }) => name)).toEqual(['0.0', '0.1', '1'])
})

it('lists sums and concatenations of branches, and no layer that consists of layers', () => {
  const body = Sequential({ conv1: Conv2d(2, 1), relu1: ReLU() })
  const network = Sequential({
    block: Residual(body, { activation: ReLU() }),
    mixed: Concat({ left: ReLU(), right: Conv2d(3, 1) }),
  })
  const { layers } = summarize(network, [2, 4, 4])
  expect(layers.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'block.conv1 conv2d',
    'block.relu1 relu',
    'block add',
    'block.activation relu',
    'mixed.left relu',
    'mixed.right conv2d',
    'mixed concat',
  ])
  expect(layers.map(({ parameters }) => parameters)).toEqual([6, 0, 0, 0, 0, 9, 0])
  expect(layers.at(-1)!.outputShape).toEqual([5, 4, 4])
})

it('counts what a layer of layers computes by itself', () => {
  const twice = Linear(3)
  const network: Layer = {
    description: { type: 'own' },
    apply: (x, scope) => twice.apply(scope.apply('first', twice, x), scope),
  }
  const { layers, parameters, macs } = summarize(Sequential(network), [3])
  expect(layers.map(({ name, type, macs }) => [name, type, macs])).toEqual([
    ['0.first', 'linear', 9],
    ['0', 'own', 9],
  ])
  expect([parameters, macs]).toEqual([24, 18])
})

it('counts auxiliary heads apart: totals are what predicting needs', () => {
  const head = Sequential({ drop: Dropout(), fc: Linear(5) })
  const summary = summarize(Sequential({ fc: Linear(4), aux: Auxiliary(head), out: Linear(2) }), [3])
  expect(summary.parameters).toBe(16 + 10)
  expect(summary.auxiliaryParameters).toBe(25)
  expect(summary.macs).toBe(12 + 8)
  expect(summary.layers.map(({ name }) => name)).toEqual(['fc', 'out'])
})

it('takes no memory for weights: 10 billion parameters are counted', () => {
  expect(summarize(Linear(100_000), [100_000]).parameters).toBe(100_000 * 100_001)
})

describe('the memory of activations', () => {
  const network = Sequential(Linear(3), Tanh(), Dropout(), Linear(2))

  it('of predicting is the most that lives at one moment', () => {
    const { inferenceBytes, layers, activationBytes } = summarize(network, [5], { batchSize: 2 })
    const [x, hidden, y] = [2 * 5 * 4, 2 * 3 * 4, 2 * 2 * 4]
    expect(inferenceBytes).toBe(x + hidden)
    expect(layers.map((layer) => layer.inferenceBytes)).toEqual([x + hidden, x + hidden, 0, hidden + y])
    expect(activationBytes).toBe(4 * (3 + 3 + 3 + 2))
  })

  it('of training is what the way back reads: of dropout its mask and its result', () => {
    const { trainingBytes, layers } = summarize(network, [5], { batchSize: 2 })
    const hidden = 2 * 3 * 4
    expect(layers.map((layer) => layer.trainingBytes)).toEqual([0, hidden, 2 * hidden, 2 * 2 * 4])
    expect(trainingBytes).toBeGreaterThanOrEqual(2 * 5 * 4 + 3 * hidden + 2 * 2 * 4)
  })

  it('is apart from that of weights and their gradients', () => {
    const { inferenceBytes, trainingBytes } = summarize(Sequential(Linear(1000), Tanh(), Linear(10)), [1000])
    expect(inferenceBytes).toBe(8000)
    expect(trainingBytes).toBeLessThan(20_000)
  })

  it('keeps the input of a residual block until it is added', () => {
    const block = Residual(Sequential(Conv2d(4, 1), ReLU(), Conv2d(4, 1)))
    const image = 4 * 8 * 8 * 4
    expect(summarize(Sequential(ReLU(), block, Flatten(), Linear(1)), [4, 8, 8]).inferenceBytes).toBe(3 * image)
  })

  it('grows with the batch', () => {
    const of = (batchSize: number) => summarize(lenet5(), [1, 28, 28], { batchSize })
    expect(of(8).inferenceBytes).toBe(8 * of(1).inferenceBytes)
    expect(of(8).trainingBytes! / of(1).trainingBytes!).toBeCloseTo(8, 1)
    expect(of(8).macs).toBe(of(1).macs)
    expect(() => of(0)).toThrow(ArgumentError)
  })

  it('of training is unknown for a batch that batch norm refuses', () => {
    const normed = Sequential(Linear(3), BatchNorm())
    expect(summarize(normed, [2]).trainingBytes).toBeNull()
    expect(summarize(normed, [2]).layers[0].trainingBytes).toBeNull()
    expect(summarize(normed, [2], { batchSize: 2 }).trainingBytes).toBeGreaterThan(0)
  })
})

describe('a network of named inputs', () => {
  const tokens = (sequence: number) => ({ dtype: 'int32', shape: [], sequence }) as const
  const inputs = { source: tokens(7), previous: tokens(5) }
  const summary = summarizeInputs(gnmt({ sourceTokens: 11, targetTokens: 13, units: 8, layers: 2 }), inputs)

  it('is summarised with loops of its own as rows of its type, and all of its parameters', async () => {
    const model = await createModel(gnmt({ sourceTokens: 11, targetTokens: 13, units: 8, layers: 2 }), inputs)
    expect(summary.parameters).toBe(countParameters(model))
    expect(summary.layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(summary.parameters)
    const row = (name: string) => summary.layers.find((layer) => layer.name === name && layer.macs > 0)!
    // Both directions of seven steps: four gates from 8 inputs and 8 units.
    expect(row('encoder.0').macs).toBe(2 * 7 * 4 * 8 * (8 + 8))
    expect(row('output')).toMatchObject({ macs: 5 * 8 * 13, parameters: 13 * 8 + 13, outputShape: [5, 13] })
    // Five steps of the lowest layer, from token, context and state; the query, and the mean of seven positions; and seven keys, once.
    const loop = 5 * (4 * 8 * (8 + 8 + 8) + 8 * 8 + 7 * 8) + 7 * 8 * 8
    expect(summary.layers.filter(({ type }) => type === 'gnmt').reduce((sum, { macs }) => sum + macs, 0)).toBe(loop)
    expect(summary.trainingBytes).toBeGreaterThan(summary.inferenceBytes)
  })

  it('is refused without inputs, by name', () => {
    expect(() => summarizeInputs(gnmt({ sourceTokens: 11, targetTokens: 13 }), {})).toThrow(
      'summarizeInputs: there are no inputs; name at least one',
    )
  })
})
