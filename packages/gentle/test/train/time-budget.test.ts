import { expect, test } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { inMemory } from '../../src/data/memory.ts'
import { Linear } from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { createTrainer } from '../../src/train/create-trainer.ts'
import { runTraining } from '../../src/train/run-training.ts'

const data = inMemory({
  inputs: Float32Array.from({ length: 80 }, (_, i) => Math.sin(i)),
  inputShape: [2],
  targets: Int32Array.from({ length: 40 }, (_, i) => i % 2),
})

const options = { optimizer: sgd({ learningRate: 0.1 }), batchSize: 8, epochs: 3, backend: reference() }

test('a training whose time is over ends the epoch under way, validates it, and is done', async () => {
  const trainer = await createTrainer(Linear(2), data, options)
  expect(await runTraining(trainer, { validation: data, seconds: 1e-9 })).toBe(true)
  expect(trainer.stepsDone).toBe(1)
  expect(trainer.history).toHaveLength(1)
  expect(trainer.best?.epoch).toBe(1)
  expect(trainer.history[0].validation?.loss).toBeGreaterThan(0)
  // What is asked of it after that goes on with the next epoch.
  expect(await runTraining(trainer, { validation: data, seconds: 1000 })).toBe(true)
  expect([trainer.stepsDone, trainer.history.length]).toEqual([11, 3])
  trainer.dispose()
  const other = await createTrainer(Linear(2), data, options)
  await expect(runTraining(other, { seconds: 0 })).rejects.toThrow('seconds is 0; expected a number above 0')
  other.dispose()
})
