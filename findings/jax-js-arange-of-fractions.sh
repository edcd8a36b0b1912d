#!/bin/sh
# @jax-js/jax 0.1.25 (npm), arrays and gradients for JavaScript, Node 22 or later.
#
# Guess: arange(0, 1, 0.25) is 0, 0.25, 0.5, 0.75, as in NumPy and JAX, and linspace agrees.
#
# Seen: four zeros, of int32: the number of steps is right, the steps are cut to whole numbers. JAX takes the type from the arguments; here, where 0.25 and 1 are both numbers, it is int32 unless one asks for another. linspace is of float32.
#
# Output seen:
#   arange: 0 0 0 0, int32
#   arange as float32: 0 0.25 0.5 0.75
#   linspace: 0 0.25 0.5 0.75 1, float32
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact @jax-js/jax@0.1.25 >/dev/null
cat >run.mjs <<'JS'
import { defaultDevice, init, numpy as np } from '@jax-js/jax'
await init('cpu')
defaultDevice('cpu')
const typed = (array) => {
  const { dtype } = array
  return `${array.js().join(' ')}, ${dtype}`
}
console.log(`arange: ${typed(np.arange(0, 1, 0.25))}`)
console.log(`arange as float32: ${np.arange(0, 1, 0.25, { dtype: np.float32 }).js().join(' ')}`)
console.log(`linspace: ${typed(np.linspace(0, 1, 5))}`)
JS
cat >expected <<'TEXT'
arange: 0 0 0 0, int32
arange as float32: 0 0.25 0.5 0.75
linspace: 0 0.25 0.5 0.75 1, float32
TEXT
node run.mjs | tee seen
cmp seen expected
