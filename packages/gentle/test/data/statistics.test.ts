import { expect, test } from 'vitest'
import { inMemory } from '../../src/data/memory.ts'
import { classImbalance, countExamples, dataStatistics } from '../../src/data/statistics.ts'

const setOf = (examples: readonly (readonly number[])[], labels: readonly number[]) =>
  inMemory({
    inputs: Float32Array.from(examples.flat()),
    inputShape: [2, 1, 2],
    targets: Int32Array.from(labels),
    classes: ['a', 'b'],
  })

const [one, two, three, four] = [1, 2, 3, 4].map((n) => [n, n + 1, 10 * n, 0])

const splits = {
  train: setOf([one, two, one, three], [0, 1, 1, 1]),
  validation: setOf([four, two], [0, 1]),
  test: setOf([two, four], [1, 0]),
}

test('examples are counted by part and class, and classes compared', () => {
  const counts = countExamples(splits)
  expect(counts.train).toEqual({ examples: 4, perClass: { a: 1, b: 3 } })
  expect(counts.test).toEqual({ examples: 2, perClass: { a: 1, b: 1 } })
  expect(classImbalance(counts)).toEqual({
    largest: { label: 'b', examples: 3 },
    smallest: { label: 'a', examples: 1 },
    ratio: 3,
  })
})

test('duplicates are found within parts and between them, and those of other labels told', async () => {
  const { duplicates } = await dataStatistics(splits)
  expect(duplicates.within).toEqual({ train: 1, validation: 0, test: 0 })
  expect(duplicates.between).toEqual([
    { earlier: 'train', later: 'validation', examples: 1 },
    { earlier: 'train', later: 'test', examples: 1 },
    { earlier: 'validation', later: 'test', examples: 2 },
  ])
  expect(duplicates.contradicting).toBe(1)
  expect(duplicates.found[0]).toEqual({
    example: { part: 'train', index: 2, label: 1 },
    repeats: { part: 'train', index: 0, label: 0 },
  })
})

test('mean and standard deviation are of each channel of the training set', async () => {
  const { mean, std } = await dataStatistics(splits)
  const first = [1, 2, 2, 3, 1, 2, 3, 4]
  const average = first.reduce((a, b) => a + b) / 8
  expect(mean[0]).toBeCloseTo(average, 12)
  expect(std[0]).toBeCloseTo(Math.sqrt(first.reduce((sum, x) => sum + (x - average) ** 2, 0) / 8), 12)
})

test('examples that share a hash but no values are not duplicates, and neither are 0 and -0', async () => {
  const mixed = (word: number): number => {
    const hash = Math.imul(0x811c9dc5 ^ word, 0x01000193)
    return hash ^ (hash >>> 15)
  }
  // The second word undoes what the first one made of the hash.
  const inputs = new Float32Array(Int32Array.from([5, 6].flatMap((word) => [word, mixed(word) ^ 1, 0, 0])).buffer)
  const train = inMemory({ inputs, inputShape: [2, 1, 2], targets: Int32Array.of(0, 0), classes: ['a'] })
  expect((await dataStatistics({ ...splits, train })).duplicates.within.train).toBe(0)
  const zeros = setOf(
    [
      [0, 0, 0, 0],
      [-0, 0, 0, 0],
    ],
    [0, 0],
  )
  expect((await dataStatistics({ ...splits, train: zeros })).duplicates.within.train).toBe(0)
})
