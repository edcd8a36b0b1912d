/**
 * Writes recurrent-weights.json: the layers of make-recurrent-weights.py with what TensorFlow.js 4.22 and onnxruntime-node 1.30 give for them. Run where both are
 * installed, such as with `npm ci --prefix bench`: `node make-recurrent-weights.js cases.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(`${process.cwd()}/`)
const tf = require('@tensorflow/tfjs')
const { InferenceSession, Tensor } = require('onnxruntime-node')

const short = (values) => Array.from(values, (value) => Number(value.toPrecision(8)))

async function outputsOf({ by, kind, x, weights, model }) {
  if (by === 'onnx') {
    const session = await InferenceSession.create(Buffer.from(model, 'base64'))
    const shape = [x.length, x[0].length, x[0][0].length]
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.from(x.flat(2)), shape) })
    return short(y.data)
  }
  const units = weights[1].length
  const options = { units, returnSequences: true, recurrentActivation: 'sigmoid' }
  const layer = { rnn: tf.layers.simpleRNN, lstm: tf.layers.lstm, gru: tf.layers.gru }[kind](options)
  const input = tf.tensor(x)
  layer.apply(input)
  layer.setWeights(weights.map((value) => tf.tensor(value)))
  return short(layer.apply(input).dataSync())
}

const lines = []
for (const [name, each] of Object.entries(JSON.parse(readFileSync(process.argv[2])))) {
  const { by, kind, resetAfter, directions = 1, biases = true, outputs = await outputsOf(each) } = each
  lines.push(`${JSON.stringify(name)}: ${JSON.stringify({ by, kind, resetAfter, directions, biases, outputs })}`)
}
writeFileSync(new URL('recurrent-weights.json', import.meta.url), `{\n${lines.join(',\n')}\n}\n`)
