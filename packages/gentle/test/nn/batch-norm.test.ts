import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { inMemory } from '../../src/data/memory.ts'
import { BatchNorm, createModel, Flatten, Linear, Sequential } from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/sgd.ts'
import { evaluate, fit } from '../../src/train/index.ts'

/** Two channels of 2 x 2, with means 5 and -1. */
const images = () => {
  const inputs = Float32Array.from({ length: 8 * 8 }, (_, i) => (i % 8 < 4 ? 5 : -1) + Math.sin(i * 1.7))
  const targets = Int32Array.from({ length: 8 }, (_, i) => i % 2)
  return inMemory({ inputs, inputShape: [2, 2, 2], targets, name: 'waves' })
}

describe('batch normalisation', () => {
  it('keeps its running statistics apart from its parameters', async () => {
    const model = await createModel(Sequential({ bn1: BatchNorm(), flat: Flatten(), fc: Linear(2) }), [2, 2, 2], {
      backend: reference(),
    })
    expect([...model.parameters.keys()]).toEqual(['bn1.weight', 'bn1.bias', 'fc.weight', 'fc.bias'])
    expect([...model.state.keys()]).toEqual(['bn1.running_mean', 'bn1.running_var'])
  })

  it('follows the batches in training, and evaluation leaves the running statistics alone', async () => {
    const data = images()
    const network = Sequential({ bn1: BatchNorm({ momentum: 0.5 }), flat: Flatten(), fc: Linear(2) })
    const { model } = await fit(network, data, {
      optimizer: sgd({ learningRate: 0.01 }),
      epochs: 1,
      batchSize: 8,
      backend: reference(),
    })
    const values = new Float32Array(64)
    data.read(
      Uint32Array.from({ length: 8 }, (_, i) => i),
      values,
      new Int32Array(8),
    )
    const channel = (c: number) => [...values].filter((_, i) => (i % 8 >= 4 ? 1 : 0) === c)
    const mean = (v: number[]) => v.reduce((a, b) => a + b, 0) / v.length
    const variance = (v: number[]) => v.reduce((a, b) => a + (b - mean(v)) ** 2, 0) / (v.length - 1)
    const running = await model.backend.read(model.state.get('bn1.running_mean')!)
    const runningVariance = await model.backend.read(model.state.get('bn1.running_var')!)
    for (const c of [0, 1]) {
      expect(running[c]).toBeCloseTo(0.5 * mean(channel(c)), 5)
      expect(runningVariance[c]).toBeCloseTo(0.5 + 0.5 * variance(channel(c)), 5)
    }
    await evaluate(model, data)
    expect([...(await model.backend.read(model.state.get('bn1.running_mean')!))]).toEqual([...running])
  })

  it('of frozen layers uses and keeps the running statistics in training', async () => {
    const network = Sequential({ bn1: BatchNorm(), flat: Flatten(), fc: Linear(2) })
    const { model } = await fit(network, images(), {
      optimizer: sgd({ learningRate: 0.1 }),
      epochs: 2,
      batchSize: 4,
      backend: reference(),
      freeze: (name) => name.startsWith('bn1.'),
    })
    expect([...(await model.backend.read(model.state.get('bn1.running_mean')!))]).toEqual([0, 0])
    expect([...(await model.backend.read(model.parameters.get('bn1.weight')!))]).toEqual([1, 1])
    expect([...(await model.backend.read(model.parameters.get('fc.bias')!))]).not.toEqual([0, 0])
  })

  it('refuses one value a channel in training, and says what to do', async () => {
    const network = Sequential({ flat: Flatten(), bn1: BatchNorm(), fc: Linear(2) })
    const run = fit(network, images(), {
      optimizer: sgd({ learningRate: 0.1 }),
      epochs: 1,
      batchSize: 1,
      backend: reference(),
    })
    await expect(run).rejects.toThrow(
      'layer bn1 (batchNorm) on input [1, 8]: training needs more than one value per channel',
    )
  })
})
