/** Where the numbers of a training stop being numbers is told: step, examples, layer and op, forward, backward or in the update. */
import { defineKernel, elementwiseKernel, f32x4 } from 'gentle-dl/kernels'
import { apply, defineOp } from 'gentle-dl/ops'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ShapeError } from '../../src/core/errors.ts'
import { inMemory } from '../../src/data/index.ts'
import type { Tensor } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { readWeights } from '../../src/nn/model.ts'
import * as ops from '../../src/ops/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { DivergedTraining, type FitOptions, fit } from '../../src/train/index.ts'

/** Twelve points, whose first coordinate is their number. */
const numbered = (change: (values: Float32Array) => void = () => {}) => {
  const inputs = Float32Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? i / 2 : 1))
  change(inputs)
  return inMemory({
    name: 'points',
    inputs,
    inputShape: [2],
    targets: Float32Array.from({ length: 12 }, (_, i) => i),
    targetShape: [1],
  })
}

/** A layer of the user's own. */
const layer = (type: string, apply: (x: Tensor) => Tensor): nn.Layer => ({ description: { type }, apply })

let backend: Backend
beforeAll(async () => {
  backend = await wasm({ threads: 1 })
})
afterAll(() => backend.close())

const options = (changes: Partial<FitOptions> = {}): FitOptions => ({
  backend,
  optimizer: sgd({ learningRate: 0.001 }),
  loss: nn.meanSquaredError,
  batchSize: 4,
  epochs: 3,
  shuffle: false,
  detectAnomaly: reference(),
  ...changes,
})

async function divergenceOf(network: nn.Layer, changes: Partial<FitOptions> = {}, data = numbered()) {
  const error: unknown = await fit(network, data, options(changes)).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(DivergedTraining)
  expect((error as Error).message).not.toContain('\n')
  return error as DivergedTraining
}

describe('an anomaly is told', () => {
  it('forward, in a layer of the user: the op, its place, what it was given, and the example', async () => {
    const network = nn.Sequential(
      layer('log', (x) => ops.log(ops.abs(ops.sub(x, 6)))),
      nn.Linear(1),
    )
    const { message, step, epoch, examples, anomaly } = await divergenceOf(network)
    expect([step, epoch, examples]).toEqual([2, 1, [4, 5, 6, 7]])
    expect(anomaly).toMatchObject({
      op: 'log',
      pass: 'forward',
      backend: 'reference float32',
      shape: [4, 2],
      value: -Infinity,
      of: [0],
      examples: [6],
    })
    expect(anomaly?.site).toMatch(/anomaly\.test\.ts:\d+:\d+$/)
    expect(message).toMatch(
      /^training: the loss became .* at step 2 \(epoch 1, examples 4, 5, 6 and 7\); the model keeps the parameters it began with; log \(0\) at .* \(forward, of shape \[4, 2\]\) gives -Infinity of 0, in example 6 of data set points; use a smaller/,
    )
  })

  it('and not what a mask gives, whose infinities are meant', async () => {
    const masked = layer('masked', (x) => ops.where(ops.greater(x, 100), Number.NaN, x))
    const lowest = layer('lowest', (x) =>
      ops.max(ops.concat([x, ops.where(ops.greater(x, 5.5), x, -Infinity)], 1), 1, { keepDims: true }),
    )
    const network = nn.Sequential(
      masked,
      lowest,
      layer('log', (x) => ops.log(ops.abs(ops.sub(x, 6)))),
      nn.Linear(1),
    )
    expect((await divergenceOf(network)).anomaly).toMatchObject({ op: 'log', scope: '2', of: [0], examples: [6] })
  })

  it('also where a layer takes no other number of examples: then no examples are told', async () => {
    const fixed = layer('fixed', (x) => {
      if (x.shape[0] > 4) throw new ShapeError('fixed: it takes at most 4 examples')
      return ops.log(ops.abs(ops.sub(x, 6)))
    })
    const { anomaly } = await divergenceOf(nn.Sequential(fixed, nn.Linear(1)))
    expect(anomaly).toMatchObject({ op: 'log', of: [0] })
    expect(anomaly?.examples).toBeUndefined()
  })

  it('on the engine, where the reference would take too long for the step', async () => {
    const [examples, numbers] = [1200, 400]
    const many = inMemory({
      inputs: Float32Array.from({ length: examples * numbers }, (_, i) => Math.floor(i / numbers) - 17),
      inputShape: [numbers],
      targets: new Float32Array(examples),
      targetShape: [1],
    })
    const network = nn.Sequential(
      layer('log', (x) => ops.log(x)),
      nn.Linear(600),
      nn.Linear(1),
    )
    const { anomaly } = await divergenceOf(network, { batchSize: examples }, many)
    expect(anomaly).toMatchObject({ op: 'log', pass: 'forward', backend: backend.name })
    expect(anomaly?.examples).toHaveLength(18)
    const { backend: withoutReference } = (await divergenceOf(network, { detectAnomaly: true })).anomaly!
    expect(withoutReference).toBe(backend.name)
  })

  it('backward, where the loss itself is finite: at the step that would spoil the weights', async () => {
    // The root is 0 and its slope infinite: of the product with what does not depend on it, NaN.
    const network = nn.Sequential(
      nn.Linear(1, { weightInit: 'zeros', bias: false }),
      layer('root', (x) => ops.sqrt(x)),
    )
    const { message, anomaly, step } = await divergenceOf(network)
    expect(step).toBe(1)
    expect(message).toMatch(/training: parameters became NaN or infinite at step 1/)
    expect(anomaly).toMatchObject({ op: 'div', pass: 'backward', scope: '1' })
  })

  it('in the loss of the user, at whatever step', async () => {
    const loss = (y: Tensor, target: Tensor): Tensor => ops.mean(ops.mul(ops.log(target), y))
    const { anomaly, step } = await divergenceOf(nn.Linear(1), { loss })
    expect(step).toBe(1)
    expect(anomaly).toMatchObject({ op: 'log', scope: 'loss', pass: 'forward', of: [0], examples: [0] })
  })

  it('in the update, where the rate is too high: the parameter', async () => {
    const { message, anomaly } = await divergenceOf(nn.Linear(1), { optimizer: sgd({ learningRate: 1e38 }) })
    expect(anomaly).toMatchObject({ pass: 'update', scope: expect.stringMatching(/weight|bias/) })
    expect(message).toMatch(/\(update, of shape \[.*\]\) gives -?Infinity/)
  })

  it('of a rate of a million: where it overflows in the end', async () => {
    const { anomaly, step } = await divergenceOf(nn.Sequential(nn.Linear(3), nn.Linear(1)), {
      optimizer: sgd({ learningRate: 1e6 }),
    })
    expect(step).toBeGreaterThan(1)
    expect(anomaly?.op).toMatch(/\w/)
  })

  it('in a loop: the op within a step, forward', async () => {
    const sequences = inMemory({
      inputs: Float32Array.from({ length: 4 * 5 }, (_, i) => (i === 13 ? 0 : 1)),
      inputShape: [5, 1],
      targets: new Float32Array(4),
      targetShape: [1],
    })
    const network = layer('loop', (x) => {
      const steps = ops.transpose(x, [1, 0, 2])
      const { state } = ops.scan(
        ({ h }: { h: Tensor }, { x }: { x: Tensor }) => ({
          state: { h: ops.add(h, ops.log(ops.reshape(x, [-1, 1]))) },
          outputs: {},
        }),
        { h: ops.mul(ops.slice(x, [0, 0, 0], [x.shape[0], 1, 1]).reshape([-1, 1]), 0) },
        { x: steps },
      ) as unknown as { state: { h: Tensor } }
      return state.h
    })
    const { anomaly } = await divergenceOf(nn.Sequential(network, nn.Linear(1)), {}, sequences)
    expect(anomaly).toMatchObject({ op: 'log', pass: 'forward', loopStep: 3, examples: [2], of: [0] })
  })

  it('in an LSTM whose weights explode, by the layer', async () => {
    const sequences = inMemory({
      inputs: new Float32Array(4 * 5 * 2).fill(1e20),
      inputShape: [5, 2],
      targets: new Float32Array(4).fill(1e20),
      targetShape: [1],
    })
    const { anomaly } = await divergenceOf(nn.Sequential(nn.LSTM(3, { outputs: 'last' }), nn.Linear(1)), {}, sequences)
    expect(anomaly).toMatchObject({ scope: 'loss', pass: 'forward', value: Infinity })
  })

  it('in an LSTM, backward, by its layer and the step', async () => {
    const sequences = inMemory({
      inputs: new Float32Array(4 * 5 * 2),
      inputShape: [5, 2],
      targets: new Float32Array(4),
      targetShape: [1],
    })
    // All states are 0, whatever the weights; a slope of 1e30 is times 1e10 with each step back.
    const network = nn.Sequential(
      nn.LSTM(3, { outputs: 'last', recurrentInit: { normal: 1e10 }, biasInit: 0 }),
      nn.Linear(1, { weightInit: { normal: 1 } }),
    )
    const loss = (y: Tensor): Tensor => ops.mul(ops.sum(y), 1e30)
    const { anomaly } = await divergenceOf(network, { loss }, sequences)
    expect(anomaly).toMatchObject({ op: 'matmul', pass: 'backward', scope: '0', loopStep: 4, examples: [0, 1, 2, 3] })
  })

  it('with gradients of several batches, of the batch that has it', async () => {
    const network = nn.Sequential(
      layer('log', (x) => ops.log(ops.abs(ops.sub(x, 6)))),
      nn.Linear(1),
    )
    const { examples, anomaly } = await divergenceOf(network, { accumulate: 3 })
    expect(examples).toEqual([4, 5, 6, 7])
    expect(anomaly).toMatchObject({ op: 'log', examples: [6] })
  })

  it('with gradients of several batches, where only the sum of the updates overflows', async () => {
    const { message } = await divergenceOf(nn.Linear(1), { accumulate: 3, optimizer: sgd({ learningRate: 1e38 }) })
    expect(message).toMatch(/parameters became .* at step 1 .* the gradients were finite, so the update made them so/)
  })

  it('in an op of the user whose kernel gives NaN where its definition does not', async () => {
    const twice = defineOp({
      name: 'twice',
      infer: ([x], _: object) => ({ shape: x.shape, dtype: x.dtype }),
      gradient: (_, dy) => [ops.mul(dy, 2)],
      reference([x], _, y) {
        x.data.forEach((value, i) => {
          y.data[i] = 2 * value
        })
      },
    })
    defineKernel(twice, ([x], y) => elementwiseKernel([x], y, ([v]) => f32x4.sqrt(f32x4.sub(f32x4.splat(8), v))))
    const network = nn.Sequential(
      layer('twice', (x) => apply(twice, [x], {})),
      nn.Linear(1),
    )
    const { message, anomaly } = await divergenceOf(network)
    expect(anomaly).toMatchObject({ op: 'twice', scope: '0', value: Number.NaN, defined: 18, examples: [9, 10, 11] })
    expect(anomaly?.backend).toBe(backend.name)
    expect(message).toMatch(
      /gives NaN, where its definition gives 18: look at its kernel, in example 9 of .* and 2 more/,
    )
  })
})

describe('without looking for anomalies', () => {
  it('NaN in a table that the next batch does not look up is found at once all the same', async () => {
    const words = inMemory({
      inputs: Float32Array.from({ length: 12 }, (_, i) => Math.floor(i / 4)),
      inputShape: [1],
      targets: new Float32Array(12),
      targetShape: [1],
    })
    // A root whose slope is infinite at the first row alone.
    const network = nn.Sequential(
      nn.Embedding(3, 2, { weightInit: 'zeros' }),
      layer('root', (x) => ops.sqrt(ops.abs(x))),
      nn.Flatten(),
      layer('sum', (x) => ops.sum(x, 1, { keepDims: true })),
    )
    const { step, message } = await divergenceOf(network, { detectAnomaly: false }, words)
    expect(step).toBe(1)
    expect(message).toMatch(/parameters became NaN or infinite at step 1/)
  })

  it('a symbol outside a table, whose NaN the network leaves out, is no divergence', async () => {
    const words = inMemory({
      inputs: Float32Array.of(0, -1, 3, 1),
      inputShape: [1],
      targets: new Float32Array(4),
      targetShape: [1],
    })
    const network = nn.Sequential(
      nn.Embedding(3, 2),
      layer('known', (x) => ops.where(ops.equal(x, x), x, 0)),
      nn.Flatten(),
      nn.Linear(1),
    )
    const { history } = await fit(network, words, options({ detectAnomaly: false }))
    expect(history).toHaveLength(3)
  })

  it('trains to the same bits as with it', async () => {
    const network = nn.Sequential(nn.Linear(3), nn.Tanh(), nn.Dropout(0.5), nn.Linear(1))
    const weights = async (detectAnomaly: boolean) =>
      readWeights((await fit(network, numbered(), options({ detectAnomaly }))).model)
    expect(await weights(true)).toEqual(await weights(false))
  })
})
