#!/bin/sh
# node-wav 0.0.2 (npm), Node 26.10.
#
# Guess: decode takes any Buffer that holds a WAV file, as its documentation shows with readFileSync, or throws if it is none; how the file was read makes no difference.
#
# Seen: node-wav ends at the length of the Buffer, but counts from the start of the memory that the Buffer is a part of. Node keeps Buffers of less than 4 KB in a memory that they share: of such
# a file (a click, a beep, a short test) decode returns undefined, and throws nothing, whenever the Buffer stands further in that memory than it is long. Files read by readFileSync,
# Buffer.from and Buffer.concat are such Buffers; the same file read by fs.promises.readFile has memory of its own, and is decoded.
#
# Output seen:
#   memory of its own: 0,0.5,-0.5
#   a part of shared memory: undefined
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact node-wav@0.0.2 >/dev/null
cat >read.cjs <<'JS'
const { readFileSync, writeFileSync } = require('node:fs')
const { readFile } = require('node:fs/promises')
const wav = require('node-wav')

writeFileSync('short.wav', wav.encode([Float32Array.from([0, 0.5, -0.5])], { sampleRate: 8000, float: true }))
const samples = (file) => wav.decode(file)?.channelData[0].join()
const main = async () => {
  console.log(`memory of its own: ${samples(await readFile('short.wav'))}`)
  // Other small Buffers come first in every program of some length.
  Buffer.from('x'.repeat(1000))
  console.log(`a part of shared memory: ${samples(readFileSync('short.wav'))}`)
}
main()
JS
cat >expected <<'TEXT'
memory of its own: 0,0.5,-0.5
a part of shared memory: undefined
TEXT
node --no-deprecation read.cjs | tee seen
cmp seen expected
