#!/bin/sh
# meyda 5.6.3 (npm), features of sound for JavaScript, Node 22 or later.
#
# Guess: rms and energy are those of the samples that were given; a window (Hann's by default) is a matter of the spectrum.
#
# Seen: the window is applied first, to features of time, too. Of samples that are all 1, rms is 0.612 (the square root of 3/8, the window's own) and energy 191.6 for 512 samples. What is at the ends
# of a frame does not count: 40 samples of 1 there have an rms of 0.0018 instead of 0.2795. So a detector of silence that takes frames without overlap misses clicks at their borders, by a factor
# of 158, and no constant corrects it. windowingFunction = 'rect' gives what one expects.
#
# Output seen:
#   all 1: rms 0.612, energy 191.6; without a window rms 1.000, energy 512.0
#   1 at both ends: rms 0.0018; without a window rms 0.2795
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact meyda@5.6.3 >/dev/null
cat >extract.cjs <<'JS'
const meyda = require('meyda')
const length = 512
meyda.bufferSize = length
const extract = (feature, samples, windowingFunction, digits) => {
  meyda.windowingFunction = windowingFunction
  return meyda.extract(feature, samples).toFixed(digits)
}
const window = meyda.windowingFunction
const ones = new Float32Array(length).fill(1)
const ends = ones.map((_, i) => (i < 20 || i >= length - 20 ? 1 : 0))
const both = (samples, name, digits) => `rms ${extract('rms', samples, name, digits)}`
console.log(
  `all 1: ${both(ones, window, 3)}, energy ${extract('energy', ones, window, 1)}; ` +
    `without a window ${both(ones, 'rect', 3)}, energy ${extract('energy', ones, 'rect', 1)}`,
)
console.log(`1 at both ends: ${both(ends, window, 4)}; without a window ${both(ends, 'rect', 4)}`)
JS
cat >expected <<'TEXT'
all 1: rms 0.612, energy 191.6; without a window rms 1.000, energy 512.0
1 at both ends: rms 0.0018; without a window rms 0.2795
TEXT
node extract.cjs | tee seen
cmp seen expected
