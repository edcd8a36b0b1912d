/** Batches are read while others are computed, those of the next epoch among them. */
import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { inMemory } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { createTrainer, type TrainerOptions } from '../../src/train/index.ts'

const points = inMemory({
  inputs: new Float32Array(24).fill(0.5),
  inputShape: [2],
  targets: Int32Array.from({ length: 12 }, (_, i) => i % 2),
})

/** A training of three batches an epoch that writes down what is read, and when a step begins to compute. */
async function watched(options: Partial<TrainerOptions> = {}, read: Partial<Dataset> = {}) {
  const log: string[] = []
  const data: Dataset = {
    ...points,
    read(indices, inputs, targets, pass) {
      log.push(`pass ${pass}`)
      return points.read(indices, inputs, targets, pass)
    },
    ...read,
  }
  const plain = sgd({ learningRate: 0.1 })
  const optimizer = {
    ...plain,
    schedule(...given: Parameters<typeof plain.schedule>) {
      log.push('step')
      return plain.schedule(...given)
    },
  }
  const settings = { optimizer, batchSize: 4, epochs: 2, backend: reference(), ...options }
  const trainer = await createTrainer(nn.Sequential(nn.Linear(2)), data, settings)
  return { trainer, log }
}

describe('the next batch', () => {
  it('is asked for before a step computes, across the end of an epoch, but not behind the last one', async () => {
    const { trainer, log } = await watched()
    while (!trainer.done) await trainer.step()
    const first = ['pass 0', 'pass 0', 'step', 'pass 0', 'step']
    const second = ['pass 1', 'step', 'pass 1', 'step', 'pass 1', 'step']
    expect(log).toEqual([...first, ...second, 'step'])
    trainer.dispose()
  })

  it('is asked for within the last step of an epoch also where batches are divided', async () => {
    const { trainer, log } = await watched({ microBatches: 2 })
    for (let step = 0; step < 3; step++) await trainer.step()
    expect(log.filter((each) => each === 'pass 0')).toHaveLength(6)
    expect(log.filter((each) => each === 'pass 1')).toHaveLength(1)
    while (!trainer.done) await trainer.step()
    expect(log.filter((each) => each === 'pass 1')).toHaveLength(6)
    expect(log).not.toContain('pass 2')
    trainer.dispose()
  })

  it.each([undefined, 2])(
    'that cannot be read fails the epoch it is of, and may be read again: %s micro-batches',
    async (microBatches) => {
      let isBroken = true
      const { trainer } = await watched(
        { microBatches },
        {
          async read(indices, inputs, targets, pass) {
            if (pass === 1 && isBroken) throw new Error('the disk is gone')
            await points.read(indices, inputs, targets, pass)
          },
        },
      )
      for (let step = 0; step < 3; step++) await trainer.step()
      await trainer.endEpoch()
      await expect(trainer.step()).rejects.toThrow('the disk is gone')
      isBroken = false
      await trainer.step()
      expect([trainer.stepsDone, trainer.epoch]).toEqual([4, 2])
      trainer.dispose()
    },
  )

  it.each([undefined, 2])(
    'is that of the place to which a training is restored: %s micro-batches',
    async (microBatches) => {
      const passes: number[] = []
      const { trainer } = await watched(
        { microBatches },
        {
          read(indices, inputs, targets, pass) {
            passes.push(pass ?? 0)
            return points.read(indices, inputs, targets, pass)
          },
        },
      )
      const state = await trainer.state()
      for (let step = 0; step < 3; step++) await trainer.step()
      await trainer.restore(state)
      passes.length = 0
      await trainer.step()
      expect(new Set(passes)).toEqual(new Set([0]))
      trainer.dispose()
    },
  )
})
