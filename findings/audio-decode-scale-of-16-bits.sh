#!/bin/sh
# audio-decode 3.12.0 (npm), with @audio/decode 3.16.2, Node 22 or later.
#
# Guess: FLAC loses nothing, so 16-bit samples decode to the same numbers from a WAV file and from a FLAC file of them; and, as with libsndfile, FFmpeg and torchaudio, a sample v becomes v / 32768, so that
# the least, -32768, is -1 and none is beyond.
#
# Seen: from WAV, negative samples are divided by 32768 and positive ones by 32767, so that a wave is not as high above 0 as it is deep below. From FLAC all are divided by 32767: the least is -1.0000305, and
# all negative samples differ from those of the WAV file. FFmpeg and sox give back the same 16-bit samples from both files.
#
# Output seen, of the samples -32768, -16384, -1, 0, 1, 16384, 32767, times 32768:
#   wav:  -32768 -16384 -1 0 1.000030517578125 16384.5 32768
#   flac: -32769 -16384.5 -1.000030517578125 0 1.000030517578125 16384.5 32768
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact audio-decode@3.12.0 @audio/decode@3.16.2 >/dev/null
cat >run.mjs <<'JS'
import decode from 'audio-decode'

const samples = [-32768, -16384, -1, 0, 1, 16384, 32767, ...new Array(25).fill(0)]
const wav = Buffer.alloc(44 + 2 * samples.length)
wav.write('RIFF')
wav.writeUInt32LE(wav.length - 8, 4)
wav.write('WAVEfmt ', 8)
wav.writeUInt32LE(16, 16)
wav.writeUInt16LE(1, 20)
wav.writeUInt16LE(1, 22)
wav.writeUInt32LE(8000, 24)
wav.writeUInt32LE(16000, 28)
wav.writeUInt16LE(2, 32)
wav.writeUInt16LE(16, 34)
wav.write('data', 36)
wav.writeUInt32LE(2 * samples.length, 40)
samples.forEach((sample, i) => wav.writeInt16LE(sample, 44 + 2 * i))
// The same samples, by sox 14.4.2.
const flac = Buffer.from(
  'ZkxhQwAAACIQABAAAAAgAAAgAfQA8AAAACDhgg7Gzw+WX44pY2VKP12ZAwAAEgAAAAAAAAAAAAAAAAAAAAAAIIQAAEQgAAAAcmVmZXJlbmNlIGxpYkZMQUMgMS40LjIgMjAyMjEwMjIBAAAAGAAAAENvbW1lbnQ9UHJvY2Vzc2VkIGJ5IFNvWP/4ZAgAH74QC4f/9//4ADAAIAEQAAf/6AAB/h/h/mVv',
  'base64',
)
for (const [name, bytes] of Object.entries({ wav, flac })) {
  const { channelData } = await decode(new Uint8Array(bytes))
  const seen = Array.from(channelData[0].subarray(0, 7), (value) => value * 32768)
  console.log(`${(name + ':').padEnd(5)} ${seen.join(' ')}`)
}
JS
cat >expected <<'TEXT'
wav:  -32768 -16384 -1 0 1.000030517578125 16384.5 32768
flac: -32769 -16384.5 -1.000030517578125 0 1.000030517578125 16384.5 32768
TEXT
node run.mjs | tee seen
cmp seen expected
