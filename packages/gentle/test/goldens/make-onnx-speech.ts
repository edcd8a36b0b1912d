/**
 * Writes onnx-speech.json: what onnxruntime-node gives for Silero's detectors of speech (`@ricky0123/vad-web`) on a drawn sound, chunk by chunk. It takes onnxruntime-node
 * from bench/node_modules: `npm ci --prefix bench --ignore-scripts`, then `node make-onnx-speech.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { drawnSound, spokenDigit, speechDetectorPath, speechDetectors } from '../formats/onnx/real-models.ts'

const require = createRequire(new URL('../../../../bench/package.json', import.meta.url))
const { InferenceSession, Tensor } = require('onnxruntime-node')

const goldens = []
for (const { file, rate, chunk, states, next } of speechDetectors) {
  const session = await InferenceSession.create(readFileSync(speechDetectorPath(file)))
  const sound = drawnSound(rate, spokenDigit * rate)
  let state = Object.fromEntries(
    Object.entries(states).map(([name, shape]) => [name, new Tensor('float32', new Float32Array(shape[0] * shape[2]), shape)]),
  )
  const probabilities = []
  for (let from = 0; from + chunk <= sound.length; from += chunk) {
    const input = new Tensor('float32', sound.slice(from, from + chunk), [1, chunk])
    const results = await session.run({ input, sr: new Tensor('int64', [BigInt(rate)], []), ...state })
    probabilities.push(Number(results.output.data[0].toPrecision(7)))
    state = Object.fromEntries(Object.entries(next).map(([name, output]) => [name, results[output]]))
  }
  const last = Object.values(state).map(({ data }) => Array.from(data as Float32Array, (x) => Number(x.toPrecision(6))))
  goldens.push({ file, rate, probabilities, last })
}
writeFileSync(
  new URL('onnx-speech.json', import.meta.url),
  `[\n${goldens.map((golden) => JSON.stringify(golden)).join(',\n')}\n]\n`,
)
