import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { loadOnnx, type OnnxFeed } from '../../../src/formats/onnx/index.ts'
import goldens from '../../goldens/onnx-real.json' with { type: 'json' }
import speech from '../../goldens/onnx-speech.json' with { type: 'json' }
import {
  drawnPicture,
  drawnSound,
  modelPath,
  realModels,
  sampled,
  speechDetectorPath,
  speechDetectors,
  spokenDigit,
} from './real-models.ts'

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

  it.each(speechDetectors.map((real, i) => [real.file, real.rate, real, speech[i]] as const))(
    "gives onnxruntime's numbers from chunk to chunk, its state handed on: %s at %i Hz",
    async (file, rate, { chunk, states, next }, golden) => {
      const model = await loadOnnx(new Uint8Array(readFileSync(speechDetectorPath(file))), { backend, name: file })
      const sound = drawnSound(rate, spokenDigit * rate)
      let state: Record<string, OnnxFeed> = Object.fromEntries(
        Object.entries(states).map(([name, shape]) => [name, { data: new Float32Array(shape[0] * shape[2]), shape }]),
      )
      const probabilities: number[] = []
      for (let from = 0; from + chunk <= sound.length; from += chunk) {
        const input = { data: sound.slice(from, from + chunk), shape: [1, chunk] }
        const results = await model.run({ input, sr: { data: [rate], shape: [] }, ...state })
        probabilities.push(Number(results.output.data[0]))
        state = Object.fromEntries(Object.entries(next).map(([name, output]) => [name, results[output]]))
      }
      model.dispose()
      expect(probabilities).toHaveLength(golden.probabilities.length)
      expect(new Set(golden.probabilities).size).toBeGreaterThan(25)
      golden.probabilities.forEach((value, i) => {
        expect(Math.abs(probabilities[i] - value), `chunk ${i}`).toBeLessThan(1e-4)
      })
      Object.values(state).forEach(({ data }, i) => {
        golden.last[i].forEach((value, k) => {
          expect(Math.abs(Number(data[k]) - value) / Math.max(1, Math.abs(value))).toBeLessThan(1e-4)
        })
      })
    },
  )
})
