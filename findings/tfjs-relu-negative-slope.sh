#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0 (npm), Node 20 or later.
#
# Guess: a layer of Keras that tf.loadLayersModel opens computes what Keras computes, or is refused. Keras' ReLU has max_value, negative_slope and threshold, all three in
# its saved configuration; {"class_name": "ReLU", "config": {"negative_slope": 0.5}} halves what is below 0.
#
# Seen: the layer takes max_value alone. negative_slope and threshold are passed over without a word: -2 becomes 0, not -1, and 0.5 with threshold 1 stays 0.5, not 0.
#
# Output seen:
#   negative_slope 0.5 of -2: 0
#   threshold 1 of 0.5: 0.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --ignore-scripts --silent --no-audit --no-fund --save-exact @tensorflow/tfjs@4.22.0 >/dev/null
cat >run.cjs <<'JS'
const tf = require('@tensorflow/tfjs')

/** What Keras' ReLU with these settings makes of a number. */
async function relu(settings, x) {
  const layer = { class_name: 'ReLU', config: { name: 'relu', batch_input_shape: [null, 1], dtype: 'float32', max_value: null, negative_slope: 0, threshold: 0, ...settings } }
  const modelTopology = { class_name: 'Sequential', config: { name: 'net', layers: [layer] }, keras_version: '2.15.0', backend: 'tensorflow' }
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: [], weightData: new ArrayBuffer(0) }))
  return model.predict(tf.tensor([[x]])).dataSync()[0]
}

async function main() {
  await tf.setBackend('cpu')
  console.log(`negative_slope 0.5 of -2: ${await relu({ negative_slope: 0.5 }, -2)}`)
  console.log(`threshold 1 of 0.5: ${await relu({ threshold: 1 }, 0.5)}`)
}
main()
JS
cat >expected <<'TEXT'
negative_slope 0.5 of -2: 0
threshold 1 of 0.5: 0.5
TEXT
node run.cjs 2>/dev/null | grep ' of ' | tee seen
cmp seen expected
