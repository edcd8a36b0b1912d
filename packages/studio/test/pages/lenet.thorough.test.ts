import { availableThreads, createTrainer, sgd, wasm } from 'gentle-dl'
import { mnist, subset } from 'gentle-dl/data'
import { expect, it } from 'vitest'
import { program } from '../../src/pages/lenet/program.ts'
import { momentum, networks, Training, untrained } from '../../src/pages/lenet/training.ts'
import { printed } from './run-program.ts'

const settings = { seed: 2, rate: 0.05, batchSize: 64, digits: 2500 }

it('the program that is shown does what the page does', async () => {
  const { train, validation } = await mnist()
  const digits = subset(
    train,
    Array.from({ length: settings.digits }, (_, i) => i),
  )
  const backend = await wasm({ threads: availableThreads() })
  try {
    const training = await Training.begin(
      await untrained(settings.seed, backend),
      { train: digits, validation },
      settings,
    )
    while (training.epochs < 2) await training.step()
    const { lenet, mlp } = training.progress.learned
    const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
    const text = await printed(program(settings, 2))
    for (const [name, { accuracies }] of [
      ['LeNet-5', lenet],
      ['MLP', mlp],
    ] as const)
      for (const epoch of [1, 2]) expect(text).toContain(`${name}, epoch ${epoch}: ${percent(accuracies[epoch])},`)
  } finally {
    await backend.close()
  }
})

it('LeNet-5 reads 98 % of the validation digits after three epochs with the settings that the page begins with', async () => {
  const { train, validation } = await mnist()
  const optimizer = sgd({ learningRate: 0.05, momentum })
  const trainer = await createTrainer(networks.lenet(), train, { optimizer, batchSize: 64, epochs: 3, seed: 1 })
  while (!trainer.done) await trainer.step()
  expect((await trainer.evaluate(validation)).accuracy).toBeGreaterThan(0.98)
})
