/** The same numbers on the wasm backend, whose kernels and layouts of a batch are others. */
import { readFileSync } from 'node:fs'
import { afterAll, describe, it } from 'vitest'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { loadTensorflow } from '../../../src/formats/tensorflow/index.ts'
import { expectOutputs, type Golden, goldenInputs, shardOf } from './golden.ts'

const backend = await wasm({ threads: 1 })
afterAll(() => backend.close())

describe.each(['tensorflow-layers', 'tensorflow-graphs'])('%s', (file) => {
  const cases: Readonly<Record<string, Golden>> = JSON.parse(
    readFileSync(new URL(`../../goldens/${file}.json`, import.meta.url), 'utf8'),
  )
  it.each(Object.entries(cases))('%s', async (_, golden) => {
    const model = await loadTensorflow(golden.model, shardOf(golden), { backend })
    expectOutputs(await model.run(goldenInputs(golden)), golden)
  })
})
