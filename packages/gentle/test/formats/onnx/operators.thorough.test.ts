/**
 * Small models of one operator or a few, opsets 6 to 18, some written by PyTorch 1.13 at opsets 9 to 16: `{ name, model (base64), input, output }`, where the output is
 * what onnxruntime-node 1.30.0 gives (CPU, float32).
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { loadOnnx } from '../../../src/formats/onnx/index.ts'

interface Values {
  readonly shape: readonly number[]
  readonly data: readonly (number | null)[]
}

const cases: readonly { name: string; model: string; input: Values; output: Values }[] = JSON.parse(
  gunzipSync(readFileSync(new URL('../../goldens/onnx-operators.json.gz', import.meta.url))).toString(),
)

describe('operators of ONNX', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 1 })
  })
  afterAll(() => backend?.close())

  it.each(cases.map((each) => [each.name, each] as const))("give onnxruntime's numbers: %s", async (_, each) => {
    const model = await loadOnnx(new Uint8Array(Buffer.from(each.model, 'base64')), { backend })
    const { shape, data } = each.input
    const outputs = await model.run({ [model.inputs[0].name]: { data: Float32Array.from(data as number[]), shape } })
    const found = outputs[model.outputs[0].name]
    model.dispose()
    expect(found.shape).toEqual(each.output.shape)
    const max = Math.max(1e-6, ...each.output.data.map((value) => Math.abs(value ?? 0)))
    each.output.data.forEach((value, i) => {
      expect(Math.abs(Number(found.data[i]) - value!) / max, `element ${i}`).toBeLessThan(5e-5)
    })
  })
})
