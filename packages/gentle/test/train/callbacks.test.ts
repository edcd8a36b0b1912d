import { expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { inMemory } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { createTrainer, fit, type RunOptions, runTraining } from '../../src/train/index.ts'

const data = inMemory({
  name: 'numbers',
  inputs: Float32Array.from({ length: 12 }, (_, i) => ((i * 37) % 11) / 5 - 1),
  inputShape: [2],
  targets: Int32Array.from([0, 1, 0, 1, 1, 0]),
  classes: ['a', 'b'],
})
const options = () => ({ optimizer: sgd({ learningRate: 0.1 }), epochs: 2, batchSize: 4, backend: reference() })
const later = () => new Promise((resolve) => setTimeout(resolve, 2))

/** Callbacks that tell of themselves, those that are awaited after a while. */
function told(events: string[]): RunOptions {
  return {
    async onStart(trainer) {
      await later()
      events.push(`start at ${trainer.stepsDone}`)
    },
    async onEpochStart(trainer) {
      await later()
      events.push(`epoch ${trainer.epoch} begins`)
    },
    onStepStart: (trainer) => void events.push(`step ${trainer.stepsDone + 1} begins`),
    onStep: ({ step }, trainer) => void events.push(`step ${step} of ${trainer.steps}`),
    async onEpoch({ epoch }, trainer) {
      await later()
      events.push(`epoch ${epoch} of ${trainer.epochs}`)
    },
    async onEnd(_, isDone) {
      await later()
      events.push(isDone ? 'done' : 'paused')
    },
  }
}

const firstEpoch = ['epoch 1 begins', 'step 1 begins', 'step 1 of 4', 'step 2 begins', 'step 2 of 4', 'epoch 1 of 2']
const secondEpoch = ['epoch 2 begins', 'step 3 begins', 'step 3 of 4', 'step 4 begins', 'step 4 of 4', 'epoch 2 of 2']

it('callbacks are called, and awaited, before and after the run, each epoch and each step', async () => {
  const events: string[] = []
  await fit(nn.Linear(2), data, { ...options(), ...told(events) })
  expect(events).toEqual(['start at 0', ...firstEpoch, ...secondEpoch, 'done'])
})

it('a training that is paused within an epoch tells so, and begins there again', async () => {
  const events: string[] = []
  const trainer = await createTrainer(nn.Linear(2), data, options())
  const abort = new AbortController()
  const callbacks = told(events)
  const onStep: RunOptions['onStep'] = (report, each) => {
    callbacks.onStep!(report, each)
    if (report.step === 3) abort.abort()
  }
  await runTraining(trainer, { ...callbacks, onStep, signal: abort.signal })
  expect(events.slice(-2)).toEqual(['step 3 of 4', 'paused'])
  events.length = 0
  await runTraining(trainer, callbacks)
  expect(events).toEqual(['start at 3', 'epoch 2 begins', 'step 4 begins', 'step 4 of 4', 'epoch 2 of 2', 'done'])
})
