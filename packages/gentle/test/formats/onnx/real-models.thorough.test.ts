import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { loadOnnx } from '../../../src/formats/onnx/index.ts'
import goldens from '../../goldens/onnx-real.json' with { type: 'json' }
import { drawnPicture, modelPath, realModels, sampled } from './real-models.ts'

describe('a network that others ship', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm()
  })
  afterAll(() => backend?.close())

  it.each(realModels.map((real, i) => [real.file, real.shape, goldens[i]] as const))(
    "gives onnxruntime's numbers: %s",
    async (file, shape, golden) => {
      const model = await loadOnnx(new Uint8Array(readFileSync(modelPath(file))), { backend, name: file })
      const outputs = await model.run({ [model.inputs[0].name]: { data: drawnPicture(shape), shape } })
      const { shape: found, data } = outputs[model.outputs[0].name]
      model.dispose()
      expect(found).toEqual(golden.shape)
      const values = sampled(data as Float32Array)
      expect(Math.max(...golden.sampled)).toBeGreaterThan(0.01)
      golden.sampled.forEach((value, i) => {
        expect(Math.abs(values[i] - value)).toBeLessThan(1e-4 * Math.max(...golden.sampled))
      })
    },
  )
})
