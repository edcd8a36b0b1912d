import { expect, test } from 'vitest'
import { Augmentation } from '../../src/data/augmentation/augmentation.ts'
import { cached } from '../../src/data/cached.ts'
import { channelMoments } from '../../src/data/channel-moments.ts'
import { inMemory } from '../../src/data/memory.ts'

const whole = inMemory({
  inputs: Float32Array.from({ length: 5 * 4 }, (_, i) => i),
  inputShape: [1, 2, 2],
  targets: Int32Array.from([0, 1, 0, 1, 1]),
  classes: ['a', 'b'],
})

test('a cached set reads each example once, and gives what it gave', async () => {
  const read: number[] = []
  const counted = cached({
    ...whole,
    async read(indices, inputs, targets) {
      read.push(...Array.from(indices))
      await whole.read(indices, inputs, targets)
    },
  })
  const [inputs, targets] = [new Float32Array(8), new Int32Array(2)]
  for (let pass = 0; pass < 2; pass++)
    for (const indices of [
      [3, 1],
      [4, 0],
    ]) {
      await counted.read(indices, inputs, targets, pass)
      expect([...inputs.subarray(0, 4)]).toEqual([0, 1, 2, 3].map((i) => 4 * indices[0] + i))
      expect([...targets]).toEqual(indices.map((i) => [0, 1, 0, 1, 1][i]))
    }
  expect(read).toEqual([3, 1, 4, 0])
})

test('a set that takes more memory than it may is not cached', () => {
  expect(cached(whole, { bytes: 50 })).toBe(whole)
})

test('mean and standard deviation of channels are those of all pixels', async () => {
  const { mean, std } = await channelMoments(whole)
  expect(mean).toEqual([9.5])
  expect(std[0]).toBeCloseTo(Math.sqrt((20 ** 2 - 1) / 12))
})

test('what comes from outside has the colour of most of the border, where that is asked for', () => {
  const picture = new Float32Array(25).fill(0.75)
  picture[12] = 0
  picture[4] = 0.1
  const augmentation = new Augmentation(
    [
      { type: 'outside', colour: 'border' },
      { type: 'shift', across: [0.4, 0.4] },
    ],
    { channels: 1, height: 5, width: 5 },
  )
  augmentation.draw({ uniform: () => 0 } as never)
  augmentation.change(picture)
  expect([...picture.subarray(10, 15)].map((value) => Number(value.toFixed(4)))).toEqual([0.75, 0.75, 0.75, 0.75, 0])
})
