#!/bin/sh
# jsfive 0.4.2 and h5wasm 0.10.3 (npm), two readers of HDF5 in JavaScript, Node 22 or later.
#
# Guess: of a data set whose last chunks were never written (one that was made larger than what is in it yet, as those that grow while a run goes on), a reader gives the fill value,
# 0 if none was set, as HDF5's own library does.
#
# Seen: h5wasm does. jsfive tells the whole shape, but gives an array with holes, whose elements are undefined: their sum is NaN, and map and forEach leave them out.
#
# Output seen:
#   h5wasm: shape 6, values 1 2 0 0 0 0
#   jsfive: shape 6, values 1 2 undefined undefined undefined undefined
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact jsfive@0.4.2 h5wasm@0.10.3 >/dev/null
cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs'
import h5wasm from 'h5wasm/node'
import * as jsfive from 'jsfive'

await h5wasm.ready
const show = (reader, { shape, value }) => {
  const values = Array.from({ length: shape[0] }, (_, i) => String(value[i]))
  console.log(`${reader}: shape ${shape}, values ${values.join(' ')}`)
}
const file = new h5wasm.File('losses.h5', 'w')
const losses = { name: 'losses', data: Float32Array.from([1, 2]), shape: [2], dtype: '<f4', maxshape: [null], chunks: [2] }
file.create_dataset(losses).resize([6])
show('h5wasm', file.get('losses'))
file.close()
const { buffer, byteOffset, length } = readFileSync('losses.h5')
show('jsfive', new jsfive.File(buffer.slice(byteOffset, byteOffset + length)).get('losses'))
JS
cat >expected <<'TEXT'
h5wasm: shape 6, values 1 2 0 0 0 0
jsfive: shape 6, values 1 2 undefined undefined undefined undefined
TEXT
node read.mjs | tee seen
cmp seen expected
