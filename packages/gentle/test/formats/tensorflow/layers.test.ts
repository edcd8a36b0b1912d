/** Networks of layers that TensorFlow.js saved: their numbers are those that its own CPU backend computes. */
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { loadTensorflow } from '../../../src/formats/tensorflow/index.ts'
import { expectOutputs, type Golden, goldenInputs, shardOf } from './golden.ts'

const cases: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('../../goldens/tensorflow-layers.json', import.meta.url), 'utf8'),
)

const backend = reference()

describe('a network of layers gives the numbers of TensorFlow.js', () => {
  it.each(Object.entries(cases))('%s', async (_, golden) => {
    const model = await loadTensorflow(golden.model, shardOf(golden), { backend })
    expectOutputs(await model.run(goldenInputs(golden)), golden)
  })
})
