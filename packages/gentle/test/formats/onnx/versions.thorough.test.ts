/** Small models of one operator each, at the operator sets that changed it: `{ name, model (base64), inputs, outputs }` by make-onnx-versions.py, with onnxruntime-node 1.30.0's outputs. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { loadOnnx } from '../../../src/formats/onnx/index.ts'

interface Values {
  readonly dtype: string
  readonly shape: readonly number[]
  /** What is not finite is text. */
  readonly data: readonly (number | boolean | string)[]
}

const cases: readonly {
  readonly name: string
  readonly model: string
  readonly inputs: Readonly<Record<string, Values>>
  readonly outputs: Readonly<Record<string, Values>>
}[] = JSON.parse(gunzipSync(readFileSync(new URL('../../goldens/onnx-versions.json.gz', import.meta.url))).toString())

const numbersOf = ({ data }: Values): number[] =>
  data.map((x) => Number(typeof x === 'string' ? x.replace(/inf$/, 'Infinity') : x))

describe('operators of ONNX at each version', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 1 })
  })
  afterAll(() => backend?.close())

  it.each(cases.map((each) => [each.name, each] as const))("give onnxruntime's numbers: %s", async (_, each) => {
    const model = await loadOnnx(new Uint8Array(Buffer.from(each.model, 'base64')), { backend })
    const feed = Object.entries(each.inputs).map(([name, values]) => [
      name,
      { data: numbersOf(values), shape: values.shape },
    ])
    const found = await model.run(Object.fromEntries(feed))
    model.dispose()
    for (const [name, values] of Object.entries(each.outputs)) {
      const { dtype, shape, data } = found[name]
      expect([dtype, shape]).toEqual([values.dtype, values.shape])
      const expected = numbersOf(values)
      const max = Math.max(1e-6, ...expected.filter(Number.isFinite).map(Math.abs))
      expected.forEach((value, i) => {
        const own = Number(data[i])
        if (!Number.isFinite(value)) expect(own, `element ${i}`).toBe(value)
        else expect(Math.abs(own - value) / max, `element ${i}`).toBeLessThan(5e-5)
      })
    }
  })
})
