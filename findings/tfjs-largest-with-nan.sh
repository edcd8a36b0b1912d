#!/bin/sh
# @tensorflow/tfjs-core and @tensorflow/tfjs-backend-cpu 4.22.0 (npm), Node 20 or later.
#
# Guess: one rule for NaN in all that looks for the largest, as in NumPy and PyTorch: max, max pooling and argMax give the NaN, or its place, and topk has it first.
#
# Seen, on the CPU backend, without an error: max gives NaN; maxPool leaves NaN out, and gives -Infinity for a window of nothing else; argMax gives the place of a NaN
# that comes first and leaves out any other; and topk is not in order: of [1, NaN, 2, 3] the largest is said to be 1, with NaN second and 3 third. So a prediction
# with one NaN in it looks like a sound one, and max(x) is not x[argMax(x)].
#
# Output seen:
#   1 NaN 2 3: max NaN, maxPool 3, argMax 3, topk 1 NaN 3 2
#   NaN 1 2 3: max NaN, maxPool 3, argMax 0, topk NaN 3 2 1
#   1 2 3 NaN: max NaN, maxPool 3, argMax 2, topk 3 2 1 NaN
#   NaN NaN NaN NaN: max NaN, maxPool -Infinity, argMax 0, topk NaN NaN NaN NaN
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0 >/dev/null
cat >run.cjs <<'JS'
const tf = require('@tensorflow/tfjs-core')
require('@tensorflow/tfjs-backend-cpu')

// Without the greeting that the library prints.
tf.env().set('IS_TEST', true)
const first = (tensor) => tensor.dataSync()[0]
tf.setBackend('cpu').then(() => {
  for (const values of [[1, NaN, 2, 3], [NaN, 1, 2, 3], [1, 2, 3, NaN], [NaN, NaN, NaN, NaN]]) {
    const x = tf.tensor1d(values)
    const pooled = tf.maxPool(tf.tensor4d(values, [1, 2, 2, 1]), 2, 2, 'valid')
    const top = [...tf.topk(x, 4).values.dataSync()]
    console.log(`${values.join(' ')}: max ${first(tf.max(x))}, maxPool ${first(pooled)}, argMax ${first(tf.argMax(x))}, topk ${top.join(' ')}`)
  }
})
JS
cat >expected <<'TEXT'
1 NaN 2 3: max NaN, maxPool 3, argMax 3, topk 1 NaN 3 2
NaN 1 2 3: max NaN, maxPool 3, argMax 0, topk NaN 3 2 1
1 2 3 NaN: max NaN, maxPool 3, argMax 2, topk 3 2 1 NaN
NaN NaN NaN NaN: max NaN, maxPool -Infinity, argMax 0, topk NaN NaN NaN NaN
TEXT
node run.cjs >seen
cat seen
cmp seen expected
