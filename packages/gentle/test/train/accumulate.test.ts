/** Steps of several batches, against steps of batches so many times as large. */
import { expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { inMemory } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import { adam, linearDecay, sgd } from '../../src/optim/index.ts'
import {
  createTrainer,
  fit,
  loadTrainingState,
  runTraining,
  saveTrainingState,
  type TrainerOptions,
  type TrainingState,
} from '../../src/train/index.ts'

const data = inMemory({
  name: 'numbers',
  inputs: Float32Array.from({ length: 66 }, (_, i) => ((i * 37) % 101) / 50 - 1),
  inputShape: [3],
  targets: Int32Array.from({ length: 22 }, (_, i) => (i * 5) % 3),
  classes: ['a', 'b', 'c'],
})
const network = nn.Sequential(nn.Linear(4), nn.Tanh(), nn.Linear(3))

const options = (more: Partial<TrainerOptions>): TrainerOptions => ({
  optimizer: adam({ learningRate: linearDecay(0.05), clipNorm: 0.5 }),
  epochs: 3,
  seed: 2,
  backend: reference(),
  ...more,
})

it.each<[string, () => Promise<Backend>]>([
  ['the reference', async () => reference()],
  ['wasm', () => wasm({ threads: 2 })],
])('on %s four batches of 2 come to what one of 8 comes to, also at the end of an epoch', async (_, open) => {
  const backend = await open()
  const several = await fit(network, data, options({ batchSize: 2, accumulate: 4, backend }))
  const large = await fit(network, data, options({ batchSize: 8, backend }))
  expect(several.state.step).toBe(9)
  expect([several.state.step, several.state.steps]).toEqual([large.state.step, large.state.steps])
  for (const [name, values] of large.state.weights)
    for (const [i, value] of values.entries())
      expect(several.state.weights.get(name)![i], `${name}[${i}]`).toBeCloseTo(value, 5)
  for (const [i, { train, learningRate }] of large.history.entries()) {
    expect(several.history[i].train.loss).toBeCloseTo(train.loss, 5)
    expect(several.history[i].train['accuracy']).toBe(train['accuracy'])
    expect(several.history[i].learningRate).toBe(learningRate)
  }
  await backend.close()
})

/** All of a state but what tells time. */
const timeless = ({ weights, optimizer, step, steps, streams, position }: TrainingState) => ({
  ...{ weights, optimizer, step, steps, streams, position },
})

it('stopped after any step it goes on to the same bits, batch norm and dropout included', async () => {
  const layers = nn.Sequential(nn.Linear(4), nn.BatchNorm(), nn.Dropout(0.3), nn.ReLU(), nn.Linear(3))
  const settings = (): TrainerOptions =>
    options({ batchSize: 4, accumulate: 2, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }) })
  const whole = await fit(layers, data, settings())
  let state: TrainingState | undefined
  for (let stop = 1; stop <= 9; stop++) {
    const trainer = await createTrainer(layers, data, settings())
    if (state !== undefined) await trainer.restore(loadTrainingState(saveTrainingState(state)))
    const abort = new AbortController()
    await runTraining(trainer, { signal: abort.signal, onStep: () => abort.abort() })
    state = await trainer.state()
    trainer.dispose()
  }
  expect(timeless(state!)).toEqual(timeless(whole.state))
})

it('a state of steps of one batch goes on with steps of several only where that is accepted', async () => {
  const { state } = await fit(network, data, options({ batchSize: 4, epochs: 1 }))
  const trainer = await createTrainer(network, data, options({ batchSize: 4, accumulate: 2 }))
  await expect(trainer.restore(state)).rejects.toThrow(/accumulate was not there and is 2/)
  await trainer.restore(state, { accept: ['accumulate'] })
  expect(trainer.steps).toBe(6 + 2 * 3)
})

it('refuses what is no number of batches, and to profile steps of several', async () => {
  await expect(createTrainer(network, data, options({ accumulate: 0 }))).rejects.toThrow(/accumulate is 0/)
  const trainer = await createTrainer(network, data, options({ accumulate: 2 }))
  await expect(trainer.profile()).rejects.toThrow(/it tells of steps of one batch, but accumulate is 2/)
  await expect(runTraining(trainer, { onProfile: () => {} })).rejects.toThrow(/onProfile tells of steps of one batch/)
})
