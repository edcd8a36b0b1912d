import { expect, it } from 'vitest'
import { wasmFeatures } from '../packages/gentle/src/backends/wasm/assembler/index.ts'
import digests from './same-weights/digests.json' with { type: 'json' }
import { digestOfWeights, trainingNames } from './same-weights/trainings.ts'

it.each(trainingNames)('weights of %s have the bits that they have everywhere with strict numerics', async (name) => {
  for (const threads of [1, 2, 3])
    expect(await digestOfWeights(name, { strictNumerics: true, threads })).toBe(digests.strict[name])
})

it.runIf(wasmFeatures().fusesMultiplyAdd).each(trainingNames)(
  'weights of %s have the bits that they have wherever products are fused',
  async (name) => {
    expect(await digestOfWeights(name, { strictNumerics: false, threads: 2 })).toBe(digests.fused[name])
  },
)
