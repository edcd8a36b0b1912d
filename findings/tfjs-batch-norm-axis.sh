#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0 (npm), Node 20 or later.
#
# Guess: tf.layers.batchNormalization({ axis: 1 }) normalises along axis 1, as its documentation says of data with channels first: with moving means [10, 20] and variances 1,
# an input [[[10, 11, 12], [20, 21, 22]]] of shape [1, 2, 3] becomes [[0, 1, 2], [0, 1, 2]].
#
# Seen: on the CPU backend, the one that Node has without native packages, the statistics go round with the elements one by one, 10, 20, 10, 20, ..., whatever the axis is, without an error.
# With the axis last, where that is the same thing, all is right.
#
# Output seen:
#   axis 1:  0 -9 2 0 11 2
#   axis 2:  0 0 1 1 2 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --ignore-scripts --silent --no-audit --no-fund --save-exact @tensorflow/tfjs@4.22.0 >/dev/null
cat >run.cjs <<'JS'
const tf = require('@tensorflow/tfjs')

/** An input normalised along an axis with means 10 and 20, and variances 1. */
function normalised(x, axis) {
  const layer = tf.layers.batchNormalization({ axis, center: false, scale: false, epsilon: 1e-7, inputShape: x.shape.slice(1) })
  const model = tf.sequential({ layers: [layer] })
  layer.setWeights([tf.tensor([10, 20]), tf.tensor([1, 1])])
  return [...model.predict(x).dataSync()].map(Math.round).join(' ')
}

async function main() {
  await tf.setBackend('cpu')
  const x = tf.tensor([[[10, 11, 12], [20, 21, 22]]])
  console.log(`axis 1:  ${normalised(x, 1)}`)
  console.log(`axis 2:  ${normalised(x.transpose([0, 2, 1]), 2)}`)
}
main()
JS
cat >expected <<'TEXT'
axis 1:  0 -9 2 0 11 2
axis 2:  0 0 1 1 2 2
TEXT
node run.cjs 2>/dev/null | grep '^axis' | tee seen
cmp seen expected
