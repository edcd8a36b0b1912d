import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ArgumentError, DataError } from '../../src/core/errors.ts'
import { inMemory } from '../../src/data/memory.ts'
import { noisyXor, toySplits } from '../../src/data/points.ts'
import { shapeNames, shapeSplits, shapes } from '../../src/data/shapes.ts'
import { classWeights, splits } from '../../src/data/splits.ts'

const golden = JSON.parse(readFileSync(new URL('../goldens/npz.json', import.meta.url), 'utf8'))

const labelled = (labels: readonly number[], classes: readonly string[]) =>
  inMemory({
    inputs: Float32Array.from(labels, (_, i) => i),
    inputShape: [1],
    targets: Int32Array.from(labels),
    classes,
  })

const inputsOf = (dataset: ReturnType<typeof labelled>): number[] => {
  const inputs = new Float32Array(dataset.length)
  dataset.read(
    Array.from({ length: dataset.length }, (_, i) => i),
    inputs,
    new Int32Array(dataset.length),
  )
  return [...inputs].sort((a, b) => a - b)
}

test('a data set is split in three, each class by its share, and no example is in two', () => {
  const all = labelled(
    Array.from({ length: 100 }, (_, i) => (i < 80 ? 0 : 1)),
    ['often', 'rare'],
  )
  const { train, validation, test: unseen } = splits(all, { validation: 0.1, test: 20, seed: 3 })
  expect([train.length, validation.length, unseen.length]).toEqual([70, 10, 20])
  expect(Array.from(unseen.labels!).filter((label) => label === 1)).toHaveLength(4)
  expect(Array.from(validation.labels!).filter((label) => label === 1)).toHaveLength(2)
  expect([train, validation, unseen].flatMap(inputsOf).sort((a, b) => a - b)).toEqual(inputsOf(all))
  const other = splits(all, { validation: 30, test: 20, seed: 3 })
  expect(inputsOf(other.test)).toEqual(inputsOf(unseen))
  expect(inputsOf(splits(all, { validation: 0.1, test: 20, seed: 4 }).test)).not.toEqual(inputsOf(unseen))
  expect(splits(all, { validation: 10 }).test.length).toBe(0)
})

test('shares beyond what there is are refused', () => {
  const all = labelled([0, 0, 1, 1], ['a', 'b'])
  expect(() => splits(all, { validation: 0 })).toThrow(ArgumentError)
  expect(() => splits(all, { validation: 1.5 })).toThrow(
    'validation is 1.5; expected a whole number of at least 1, or a share',
  )
  expect(() => splits(all, { validation: 2, test: 3 })).toThrow(ArgumentError)
})

test("weights of classes are scikit-learn's balanced ones", () => {
  const weights = classWeights(labelled(golden.labels, ['a', 'b', 'c']))
  for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(golden.weights[i], 12)
  expect(() => classWeights(labelled([0, 0], ['a', 'b']))).toThrow(DataError)
  expect(() => classWeights(labelled([0, 0], ['a', 'b']))).toThrow('class b of data set in memory has no example')
})

test('noisy XOR has the class of the cloud', () => {
  const cloud = noisyXor({ examples: 400, noise: 0.05 })
  const [inputs, labels] = [new Float32Array(800), new Int32Array(400)]
  cloud.read(
    Array.from({ length: 400 }, (_, i) => i),
    inputs,
    labels,
  )
  for (let i = 0; i < 400; i++)
    expect(labels[i]).toBe(Math.sign(inputs[2 * i]) === Math.sign(inputs[2 * i + 1]) ? 0 : 1)
  expect(toySplits('noisy-xor').train.length).toBe(1000)
})

test('shapes are the same for the same index and seed, whatever is read with them', () => {
  const set = shapes({ examples: 12, size: 16, seed: 5 })
  const [all, one] = [new Float32Array(12 * 768), new Float32Array(768)]
  set.read([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], all, new Int32Array(12))
  set.read([7], one, new Int32Array(1))
  expect(one).toEqual(all.slice(7 * 768, 8 * 768))
  shapes({ examples: 12, size: 16, seed: 6 }).read([7], one, new Int32Array(1))
  expect(one).not.toEqual(all.slice(7 * 768, 8 * 768))
  expect(all.every((value) => value >= 0 && value <= 1)).toBe(true)
})

test('every shape stands out from its ground and keeps inside the picture', () => {
  const set = shapes({ examples: 60, size: 24, channels: 1, noise: 0 })
  const pixels = new Float32Array(576)
  const label = new Int32Array(1)
  for (let i = 0; i < 60; i++) {
    set.read([i], pixels, label)
    expect(set.classes![label[0]]).toBe(shapeNames[i % shapeNames.length])
    const ground = pixels[0]
    const covered = pixels.filter((value) => Math.abs(value - ground) > 0.15).length
    expect(covered).toBeGreaterThan(8)
    expect(covered).toBeLessThan(360)
  }
})

test('shapes of options out of range are refused', () => {
  expect(() => shapes({ size: 4 })).toThrow('size is 4; expected a whole number of at least 8')
  expect(() => shapes({ channels: 2 as 1 })).toThrow('channels is 2; expected 1 or 3')
  expect(() => shapes({ noise: -1 })).toThrow('noise is -1')
  const { train, validation, test: unseen } = shapeSplits()
  expect([train.length, validation.length, unseen.length]).toEqual([6000, 1000, 1000])
})
