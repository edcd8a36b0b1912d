import { expect, test } from 'vitest'
import { DataError } from '../../src/core/errors.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { inOrder, readBatches } from '../../src/train/batches.ts'

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
