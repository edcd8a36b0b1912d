import { expect, it } from 'vitest'
import digests from './same-weights/digests.json' with { type: 'json' }
import { digestOfFunctions, digestOfWeights } from './same-weights/trainings.ts'

it('elementary functions have the same bits on this machine as on every other', async () => {
  expect(await digestOfFunctions()).toBe(digests.functions)
})

it('weights that are trained with strict numerics have the same bits on this machine as on every other', async () => {
  expect(await digestOfWeights('points', { strictNumerics: true, threads: 1 })).toBe(digests.strict.points)
})
