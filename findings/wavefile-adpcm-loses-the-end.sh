#!/bin/sh
# wavefile 11.0.0 (npm), WAV files for JavaScript, Node 22 or later.
#
# Guess: coding by IMA ADPCM and back is lossy, but the sound is as long as before, or filled up to whole blocks of 505 samples with silence at the end.
#
# Seen: blocks come back with 506 samples instead of 505, the last block does not come back where there are more than one, and zeros follow, up to twice the length for short sounds. Of 8,080
# samples, about a second, the last 16th is gone and 1,144 are too many. A length that is counted in samples is wrong, and times in a transcript move by 0.2 % besides.
#
# Output seen:
#   505 samples: 1012 back, silent after 506
#   1010 samples: 2020 back, silent after 506
#   2020 samples: 3068 back, silent after 1518
#   8080 samples: 9224 back, silent after 7590
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact wavefile@11.0.0 >/dev/null
cat >code.mjs <<'JS'
import wavefile from 'wavefile'
for (const blocks of [1, 2, 4, 16]) {
  const count = 505 * blocks
  const wave = new wavefile.WaveFile()
  const tone = Int16Array.from({ length: count }, (_, i) => 10_000 * Math.cos((2 * Math.PI * 300 * i) / 8000))
  wave.fromScratch(1, 8000, '16', tone)
  wave.toIMAADPCM()
  wave.fromIMAADPCM()
  const back = wave.getSamples(false, Int16Array)
  console.log(`${count} samples: ${back.length} back, silent after ${back.findLastIndex((x) => x !== 0) + 1}`)
}
JS
cat >expected <<'TEXT'
505 samples: 1012 back, silent after 506
1010 samples: 2020 back, silent after 506
2020 samples: 3068 back, silent after 1518
8080 samples: 9224 back, silent after 7590
TEXT
node code.mjs | tee seen
cmp seen expected
