import { expect, test } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { moons } from '../../src/data/points.ts'
import { mlp } from '../../src/models/mlp.ts'
import { sgd } from '../../src/optim/index.ts'
import { findLearningRate, fit } from '../../src/train/index.ts'

const network = mlp({ classes: 2, hidden: [8], activation: 'relu' })
const data = moons({ examples: 64 })
const options = {
  optimizer: (learningRate: (step: number, steps: number) => number) => sgd({ learningRate }),
  batchSize: 16,
  seed: 3,
}

test('a range test finds the same rate twice, below those at which the loss rises', async () => {
  const range = { ...options, lowest: 1e-3, highest: 1e4, steps: 60 }
  const first = await findLearningRate(network, data, range)
  expect(first.rate).toBeGreaterThan(0.01)
  expect(first.rate).toBeLessThan(50)
  expect(first.rates.length).toBeLessThan(60)
  expect((await findLearningRate(network, data, range)).rate).toBe(first.rate)
})

test('rates that do not grow, and too few steps, are refused', async () => {
  await expect(findLearningRate(network, data, { ...options, lowest: 1, highest: 0.1 })).rejects.toThrow(ArgumentError)
  await expect(findLearningRate(network, data, { ...options, steps: 3 })).rejects.toThrow(/steps is 3/)
})

test('a training ends where its patience does, with what was best', async () => {
  // At a rate of almost nothing no epoch is better than the first.
  const still = sgd({ learningRate: 1e-30 })
  const { history, epoch, interrupted } = await fit(network, data, {
    validation: data,
    optimizer: still,
    epochs: 9,
    patience: 2,
  })
  expect([history.length, epoch, interrupted]).toEqual([3, 1, false])
  await expect(fit(network, data, { optimizer: still, epochs: 2, patience: 0 })).rejects.toThrow(/patience is 0/)
})
