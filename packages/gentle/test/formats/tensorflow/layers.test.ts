/** Networks of layers that TensorFlow.js saved: their numbers are those that its own CPU backend computes. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
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

it('batch normalisation along another axis than the last is by its definition, which the CPU backend of TensorFlow.js misses', async () => {
  const config = { name: 'bn', batch_input_shape: [null, 2, 3], axis: 1, center: false, scale: false, epsilon: 1e-7 }
  const statistics = ['moving_mean', 'moving_variance'].map((name) => ({
    name: `bn/${name}`,
    shape: [2],
    dtype: 'float32',
  }))
  const json = {
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'net', layers: [{ class_name: 'BatchNormalization', config }] },
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: statistics }],
  }
  const bytes = new Uint8Array(Float32Array.of(10, 20, 1, 4).buffer)
  const model = await loadTensorflow(json, () => bytes, { backend })
  const x = { shape: [1, 2, 3], dtype: 'float32' as const, data: Float32Array.of(10, 11, 12, 20, 21, 22) }
  const { bn } = await model.run({ bn_input: x })
  expect([...bn.data].map((value) => Math.round(100 * value) / 100)).toEqual([0, 1, 2, 0, 0.5, 1])
})
