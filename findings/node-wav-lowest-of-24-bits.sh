#!/bin/sh
# node-wav 0.0.2 (npm), Node 22 or later.
#
# Guess: the lowest integer of a WAV file is -1, whatever the width of its samples; decoders differ in what the highest one is (1, or a little less).
#
# Seen: with 8, 16 and 32 bits it is -1; with 24 bits it is +1.0000001, while its neighbour is -0.99999988. So where a recording is clipped below, as loud ones are, the lowest samples jump to the top:
# a click of the full range that is not in the file. Of 24 bits no sample is -1, and one is greater than 1.
#
# Output seen:
#   16 bits: -1, -0.999969482421875, 1
#   24 bits: 1.0000001192092896, -0.9999998807907104, 1
#   32 bits: -1, -1, 1
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact node-wav@0.0.2 wavefile@11.0.0 >/dev/null
cat >read.cjs <<'JS'
const wav = require('node-wav')
const { WaveFile } = require('wavefile')

for (const bits of [16, 24, 32]) {
  const file = new WaveFile()
  const half = 2 ** (bits - 1)
  file.fromScratch(1, 8000, String(bits), [-half, 1 - half, half - 1])
  const { channelData } = wav.decode(new Uint8Array(file.toBuffer()).buffer)
  console.log(`${bits} bits: ${[...channelData[0]].join(', ')}`)
}
JS
cat >expected <<'TEXT'
16 bits: -1, -0.999969482421875, 1
24 bits: 1.0000001192092896, -0.9999998807907104, 1
32 bits: -1, -1, 1
TEXT
node --no-deprecation read.cjs | tee seen
cmp seen expected
