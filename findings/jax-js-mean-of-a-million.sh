#!/bin/sh
# @jax-js/jax 0.1.25 (npm), arrays and gradients for JavaScript, Node 22 or later; its wasm backend.
#
# Guess: the mean of a million times 0.1 is 0.1 to five digits or so: sums of float32 are added in parts, as in NumPy and JAX, or in float64.
#
# Seen: 0.10096, wrong by 1 %. The wasm backend adds one number after the other to one float32: from 16,384 on each 0.1 that is added counts for 0.099609375, from 32,768 on for 0.1015625. The cpu backend, the slow one, gives 0.1.
# A mean over a batch of pictures, or a loss over an epoch, is off by more the more it covers.
#
# Output seen:
#   cpu: 1000 0.100000, 100000 0.100000, 1000000 0.100000
#   wasm: 1000 0.099999, 100000 0.099986, 1000000 0.100958
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact @jax-js/jax@0.1.25 >/dev/null
cat >run.mjs <<'JS'
import { defaultDevice, init, numpy as np } from '@jax-js/jax'
for (const backend of ['cpu', 'wasm']) {
  await init(backend)
  defaultDevice(backend)
  const mean = (count) => `${count} ${np.mean(np.full([count], 0.1)).js().toFixed(6)}`
  console.log(`${backend}: ${[1000, 100_000, 1_000_000].map(mean).join(', ')}`)
}
JS
cat >expected <<'TEXT'
cpu: 1000 0.100000, 100000 0.100000, 1000000 0.100000
wasm: 1000 0.099999, 100000 0.099986, 1000000 0.100958
TEXT
node run.mjs | tee seen
cmp seen expected
