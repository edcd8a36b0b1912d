#!/bin/sh
# @jax-js/jax 0.1.25 (npm), arrays and gradients for JavaScript, Node 22 or later; its cpu and its wasm backend alike.
#
# Guess: softplus and logSigmoid are computed so that large numbers do not overflow, since they are there for that, and the same library has logaddexp.
#
# Seen: they are the formula as it stands: softplus is infinite from 89 on, and logSigmoid minus infinity below -89, while logaddexp(x, 0), which is the same function, is right. A binary cross entropy made of logSigmoid becomes infinite
# at the first example that is wrong by a logit of 89.
#
# Output seen:
#   softplus: 20.0 80.0 Infinity Infinity
#   logaddexp with 0: 20.0 80.0 89.0 100.0
#   logSigmoid of the negative: -20.0 -80.0 -Infinity -Infinity
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
const values = [20, 80, 89, 100]
const shown = (array) => array.js().map((x) => (Number.isFinite(x) ? x.toFixed(1) : x)).join(' ')
console.log(`softplus: ${shown(nn.softplus(np.array(values)))}`)
console.log(`logaddexp with 0: ${shown(np.logaddexp(np.array(values), np.array([0, 0, 0, 0])))}`)
console.log(`logSigmoid of the negative: ${shown(nn.logSigmoid(np.array(values.map((x) => -x))))}`)
JS
cat >expected <<'TEXT'
softplus: 20.0 80.0 Infinity Infinity
logaddexp with 0: 20.0 80.0 89.0 100.0
logSigmoid of the negative: -20.0 -80.0 -Infinity -Infinity
TEXT
node run.mjs | tee seen
cmp seen expected
