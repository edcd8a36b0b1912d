#!/bin/sh
# convnetjs 0.3.0 (npm), convolutional networks for JavaScript, Node 22 or later.
#
# Guess: what dropout leaves out in training is made up for in prediction: with a drop_prob of 0.2, activations are multiplied by 0.8 then.
#
# Seen: they are multiplied by drop_prob itself, 0.2. Only at 0.5 do the two agree, which is what its examples use. At 0.2 the layers behind see a quarter of what they learned from, at 0.8 four times as much.
#
# Output seen:
#   drop_prob 0.2: training about 0.8, prediction 0.2
#   drop_prob 0.5: training about 0.5, prediction 0.5
#   drop_prob 0.8: training about 0.2, prediction 0.8
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact convnetjs@0.3.0 >/dev/null
cat >run.cjs <<'JS'
const { DropoutLayer, Vol } = require('convnetjs')
const count = 100_000
const mean = (volume) => (Array.from(volume.w).reduce((a, b) => a + b) / count).toFixed(1)
for (const drop_prob of [0.2, 0.5, 0.8]) {
  const layer = new DropoutLayer({ in_sx: 1, in_sy: 1, in_depth: count, drop_prob })
  const ones = new Vol(1, 1, count, 1)
  console.log(`drop_prob ${drop_prob}: training about ${mean(layer.forward(ones, true))}, prediction ${mean(layer.forward(ones, false))}`)
}
JS
cat >expected <<'TEXT'
drop_prob 0.2: training about 0.8, prediction 0.2
drop_prob 0.5: training about 0.5, prediction 0.5
drop_prob 0.8: training about 0.2, prediction 0.8
TEXT
node run.cjs | tee seen
cmp seen expected
