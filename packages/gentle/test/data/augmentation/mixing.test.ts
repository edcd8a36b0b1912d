import { describe, expect, test } from 'vitest'
import { ArgumentError } from '../../../src/core/errors.ts'
import { Random } from '../../../src/core/random.ts'
import { augmented } from '../../../src/data/augmentation/augmented.ts'
import { symmetricBeta } from '../../../src/data/augmentation/beta.ts'
import type { Dataset } from '../../../src/data/dataset.ts'
import { inMemory } from '../../../src/data/memory.ts'

/** Pictures of 4 x 6 whose values are all their label. */
const even = inMemory({
  name: 'even',
  inputs: Float32Array.from({ length: 5 * 24 }, (_, i) => Math.floor(i / 24)),
  inputShape: [1, 4, 6],
  targets: Uint8Array.of(0, 1, 2, 3, 4),
  classes: ['0', '1', '2', '3', '4'],
})

function read(set: Dataset, indices: number[], pass = 0) {
  const [inputs, targets] = [new Float32Array(indices.length * 24), new Float32Array(indices.length * 5)]
  set.read(indices, inputs, targets, pass)
  return { inputs, targets }
}

test('mixed pictures have probabilities as targets, which training compares with its logits', () => {
  const set = augmented(even, [{ type: 'mixUp' }])
  expect(set.target).toEqual({ dtype: 'float32', shape: [5] })
})

test('mixUp takes as much of the pictures as of their labels', () => {
  const { inputs, targets } = read(augmented(even, [{ type: 'mixUp', alpha: 1 }]), [3, 1, 4])
  const [labels, others] = [
    [3, 1, 4],
    [1, 4, 3],
  ]
  for (let i = 0; i < 3; i++) {
    const share = targets[i * 5 + labels[i]]
    expect(share).toBeGreaterThan(0)
    expect(share + targets[i * 5 + others[i]]).toBeCloseTo(1, 6)
    for (const value of inputs.subarray(i * 24, (i + 1) * 24))
      expect(value).toBeCloseTo(share * labels[i] + (1 - share) * others[i], 5)
  }
})

test('cutMix takes a rectangle of the next picture, and as much of its label', () => {
  const set = augmented(even, [{ type: 'cutMix' }])
  let cut = 0
  for (let pass = 0; pass < 30; pass++) {
    const { inputs, targets } = read(set, [2, 4], pass)
    const picture = Array.from(inputs.subarray(0, 24))
    expect(picture.every((value) => value === 2 || value === 4)).toBe(true)
    const pasted = picture.filter((value) => value === 4).length
    expect(targets[4]).toBeCloseTo(pasted / 24, 6)
    expect(targets[2]).toBeCloseTo(1 - pasted / 24, 6)
    if (pasted > 0 && pasted < 24) cut++
    const rows = picture.map((value, i) => (value === 4 ? Math.floor(i / 6) : -1)).filter((row) => row >= 0)
    const columns = picture.map((value, i) => (value === 4 ? i % 6 : -1)).filter((column) => column >= 0)
    expect(new Set(rows).size * new Set(columns).size).toBe(pasted)
  }
  expect(cut).toBeGreaterThan(10)
})

test('what is not mixed stays, with all of its label', () => {
  const { inputs, targets } = read(augmented(even, [{ type: 'mixUp', probability: 0 }]), [3, 0])
  expect([...inputs.subarray(0, 24)]).toEqual(new Array(24).fill(3))
  expect([...targets]).toEqual([0, 0, 0, 1, 0, 1, 0, 0, 0, 0])
})

test('a batch of one is mixed with itself', () => {
  const { inputs, targets } = read(augmented(even, [{ type: 'mixUp' }]), [4])
  expect([...inputs].every((value) => Math.abs(value - 4) < 1e-5)).toBe(true)
  expect(targets[4]).toBeCloseTo(1, 6)
})

describe('shares of Beta(α, α)', () => {
  test.each([0.2, 0.5, 1, 3])('for α of %d have a mean of 1/2 and a variance of 1 / (4 (2 α + 1))', (alpha) => {
    const random = new Random(7, 'beta')
    const shares = Array.from({ length: 20_000 }, () => symmetricBeta(random, alpha))
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length
    expect(mean).toBeCloseTo(0.5, 1.5)
    expect((variance * 4 * (2 * alpha + 1)) / 1).toBeCloseTo(1, 1)
  })
})

test('targets that are not labels of classes cannot be mixed', () => {
  const bare = inMemory({ inputs: new Float32Array(24), inputShape: [1, 4, 6], targets: Int32Array.of(0) })
  expect(() => augmented(bare, [{ type: 'cutMix' }])).toThrow(ArgumentError)
})
