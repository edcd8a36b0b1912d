import { expect, inject, test } from 'vitest'
import digests from '../../../../tools/same-weights/digests.json' with { type: 'json' }
import { digestOfFunctions, digestOfWeights, trainingNames } from '../../../../tools/same-weights/trainings.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { trainInAWorker } from './in-a-worker.ts'
import { trainLenet5 } from './train-lenet5.ts'

const inNode = inject('inNode')

test('Node trained on two threads, and the loss fell', () => {
  expect(inNode).toMatchObject({ threads: 2, losses: { length: 22 } })
  expect(inNode.losses.at(-1)).toBeLessThan(0.7 * inNode.losses[0])
})

test('a worker of a cross-origin isolated page trains LeNet-5 on two threads, bitwise as Node does', async () => {
  expect(crossOriginIsolated).toBe(true)
  expect(await trainInAWorker({ threads: 2 })).toEqual(inNode)
})

test('the page itself, which may not sleep, trains on two threads, bitwise as Node does', async () => {
  expect(await trainLenet5({ threads: 2 })).toEqual(inNode)
})

test('elementary functions have the bits that they have everywhere', async () => {
  expect(await digestOfFunctions()).toBe(digests.functions)
})

test.each(trainingNames)('weights of %s have the bits that they have everywhere with strict numerics', async (name) => {
  expect(await digestOfWeights(name, { strictNumerics: true, threads: 2 })).toBe(digests.strict[name])
})

test('vectors of 256 bits are refused: browsers do not have them', async () => {
  await expect(wasm({ wideVectors: true })).rejects.toThrow(
    'wasm: wideVectors needs Node 24 or later, this is not Node',
  )
})
