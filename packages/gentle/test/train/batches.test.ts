import { expect, test } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { DataError } from '../../src/core/errors.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { moons } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { allBatches, epochBatches, inOrder, readBatches, stepsOf } from '../../src/train/batches.ts'
import { createTrainer, fit } from '../../src/train/index.ts'

/** Examples whose input is their index; reading them takes until `release` is called. */
function slow(length: number) {
  const asked: number[][] = []
  const passes: (number | undefined)[] = []
  let release = (): void => {}
  const dataset: Dataset = {
    name: 'slow',
    length,
    inputShape: [1],
    target: { dtype: 'int32', shape: [] },
    async read(indices, x, y, pass) {
      asked.push(Array.from(indices))
      passes.push(pass)
      await new Promise<void>((resolve) => {
        release = resolve
      })
      x.set(Array.from(indices))
      y.set(Array.from(indices))
    },
  }
  return { dataset, asked, passes, release: () => release() }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

test('the next batch is being read while the caller works on one', async () => {
  const { dataset, asked, passes, release } = slow(5)
  const batches = readBatches(dataset, inOrder(5), 2, 3)
  const first = batches.next()
  await settled()
  release()
  const { value } = await first
  expect(asked).toEqual([
    [0, 1],
    [2, 3],
  ])
  release()
  await settled()
  // The second has been read into other memory.
  expect([...value!.inputs.x]).toEqual([0, 1])
  const second = await batches.next()
  expect([...second.value!.inputs.x]).toEqual([2, 3])
  const last = batches.next()
  await settled()
  release()
  const third = await last
  expect([...third.value!.targets]).toEqual([4])
  expect((await batches.next()).done).toBe(true)
  expect(passes).toEqual([3, 3, 3])
})

test('an error of reading comes to whoever asks for the batch, and to nobody where nobody asks', async () => {
  const broken: Dataset = {
    ...slow(4).dataset,
    async read(indices) {
      if (indices[0] > 0) throw new DataError('example 2 is broken')
    },
  }
  const asked = readBatches(broken, inOrder(4), 2)
  await asked.next()
  await expect(asked.next()).rejects.toThrow('example 2 is broken')
  const left = readBatches(broken, inOrder(4), 2)
  await left.next()
  await settled()
  expect((await left.return(undefined)).done).toBe(true)
})

/** The sizes of the batches of an epoch. */
async function sizesOf(examples: number, batchSize: number, position = 0): Promise<number[]> {
  const sizes: number[] = []
  const place = { seed: 0, epoch: 1, position }
  for await (const batch of await epochBatches(moons({ examples }), batchSize, place)) sizes.push(batch.examples)
  return sizes
}

test.each([
  [9, 4, [4, 5]],
  [10, 4, [4, 4, 2]],
  [8, 4, [4, 4]],
  [5, 4, [5]],
  [3, 4, [3]],
  [3, 1, [1, 1, 1]],
  [3, 2, [3]],
])(
  'of %d examples, %d a step, none is alone in a step of training beside others',
  async (examples, batchSize, sizes) => {
    expect(await sizesOf(examples, batchSize)).toEqual(sizes)
    expect(stepsOf(examples, batchSize)).toBe(sizes.length)
    // What is left after a step is what was left.
    if (sizes.length > 1) expect(await sizesOf(examples, batchSize, sizes[0])).toEqual(sizes.slice(1))
  },
)

test('evaluation takes them as they come: there it changes nothing', async () => {
  const sizes: number[] = []
  for await (const { examples } of allBatches(moons({ examples: 9 }), 4)) sizes.push(examples)
  expect(sizes).toEqual([4, 4, 1])
})

test('batch norm trains on one example more than whole batches, through all epochs and from a state in the middle of one', async () => {
  const network = nn.Sequential(nn.Linear(4), nn.BatchNorm(), nn.ReLU(), nn.Linear(2))
  const data = moons({ examples: 17 })
  const options = () => ({ backend: reference(), optimizer: adam({ learningRate: 0.01 }), batchSize: 4, epochs: 3 })
  const seen: number[] = []
  const steps: number[] = []
  const onStep = (report: { examples: number; steps: number }) => {
    seen.push(report.examples)
    steps.push(report.steps)
  }
  const { model, history } = await fit(network, data, { ...options(), onStep })
  expect(seen).toEqual([4, 8, 12, 17, 4, 8, 12, 17, 4, 8, 12, 17])
  expect(new Set(steps)).toEqual(new Set([12]))
  expect(history.every(({ train }) => Number.isFinite(train.loss))).toBe(true)

  const first = await createTrainer(network, data, options())
  for (let step = 0; step < 5; step++) await first.step()
  const again = await createTrainer(network, data, options())
  await again.restore(await first.state())
  expect(again.steps).toBe(12)
  while (!again.done) await again.step()
  await again.endEpoch()
  expect([...(await nn.readWeights(again.model))]).toEqual([...(await nn.readWeights(model))])
})

test('batch norm refuses steps of one example each, and says what to do', async () => {
  const network = nn.Sequential(nn.Linear(4), nn.BatchNorm(), nn.Linear(2))
  const training = fit(network, moons({ examples: 4 }), {
    backend: reference(),
    optimizer: adam({ learningRate: 0.01 }),
    batchSize: 1,
    epochs: 1,
  })
  await expect(training).rejects.toThrow(/batchNorm.*more than one value per channel; use a larger batch/)
})
