/** Graphs of TensorFlow's ops: their numbers are those that TensorFlow.js computes on its CPU backend. */
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { loadTensorflow } from '../../../src/formats/tensorflow/index.ts'
import { expectOutputs, type Golden, goldenInputs, shardOf } from './golden.ts'

const cases: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('../../goldens/tensorflow-graphs.json', import.meta.url), 'utf8'),
)

const backend = reference()

describe('a graph gives the numbers of TensorFlow.js', () => {
  it.each(Object.entries(cases))('%s', async (_, golden) => {
    const model = await loadTensorflow(golden.model, shardOf(golden), { backend })
    expectOutputs(await model.run(goldenInputs(golden)), golden)
  })
})
