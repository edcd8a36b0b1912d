#!/bin/sh
# @jax-js/jax 0.1.25 (npm), arrays and gradients for JavaScript, Node 22 or later.
#
# Guess: the sum of booleans is how many are true, as in NumPy and JAX: sum(equal(predicted, labels)) counts what is right.
#
# Seen: the sum is a boolean: true, whether one or all are. Only mean, and a sum of what was made float32 before, count.
#
# Output seen:
#   sum: true, bool
#   sum of float32: 3
#   mean: 0.75
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
const right = () => np.equal(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 0]))
const sum = np.sum(right())
const { dtype } = sum
console.log(`sum: ${sum.js()}, ${dtype}`)
console.log(`sum of float32: ${np.sum(right().astype(np.float32)).js()}`)
console.log(`mean: ${np.mean(right()).js()}`)
JS
cat >expected <<'TEXT'
sum: true, bool
sum of float32: 3
mean: 0.75
TEXT
node run.mjs | tee seen
cmp seen expected
