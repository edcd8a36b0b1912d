/** A small training on two threads, in plain JavaScript, which every runtime reads. */
import { adam, evaluate, fit, Linear, ReLU, Sequential, wasm } from 'gentle-dl'
import { moons } from 'gentle-dl/data'

const backend = await wasm({ threads: 2 })
const { model } = await fit(Sequential(Linear(32), ReLU(), Linear(2)), moons({ seed: 1 }), {
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 32,
  epochs: 30,
  seed: 1,
  backend,
})
const { accuracy } = await evaluate(model, moons({ seed: 2 }))
console.log(JSON.stringify({ threads: backend.threads, accuracy }))
await backend.close()
