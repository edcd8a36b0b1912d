#!/bin/sh
# @jax-js/jax 0.1.25 (npm), arrays and gradients for JavaScript, Node 22 or later; its cpu and its wasm backend alike.
#
# Guess: a label outside of the classes has a row of zeros, as in JAX, so that labels of -1, which mark what is to be ignored, drop out of a loss.
#
# Seen: of 3 classes label 3 has zeros, but 4 and 5 have those of the classes 0 and 1 (the identity's rows go round, over a length of 4 where one is beyond), and every negative label has a row of ones: what was to be ignored is of all
# classes at once. Nothing is thrown.
#
# Output seen:
#   0: 1 0 0
#   3: 0 0 0
#   4: 1 0 0
#   5: 0 1 0
#   -1: 1 1 1
#   -2: 1 1 1
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact @jax-js/jax@0.1.25 >/dev/null
cat >run.mjs <<'JS'
import { defaultDevice, init, nn, numpy as np } from '@jax-js/jax'
await init('cpu')
defaultDevice('cpu')
const labels = [0, 3, 4, 5, -1, -2]
const rows = nn.oneHot(np.array(labels, { dtype: np.int32 }), 3).js()
labels.forEach((label, i) => console.log(`${label}: ${rows[i].join(' ')}`))
JS
cat >expected <<'TEXT'
0: 1 0 0
3: 0 0 0
4: 1 0 0
5: 0 1 0
-1: 1 1 1
-2: 1 1 1
TEXT
node run.mjs | tee seen
cmp seen expected
