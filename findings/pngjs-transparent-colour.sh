#!/bin/sh
# pngjs 7.0.0 and upng-js 2.1.0 (npm), Node 22 or later.
#
# Guess: a PNG file without an alpha channel may name one colour that counts as transparent (its chunk tRNS); decoders give these pixels alpha 0 and keep their colour, so that whoever
# drops alpha, as most who feed a network do, has the picture.
#
# Seen: upng-js does (and so does libpng). pngjs sets colour and alpha to 0: a picture with a white background that is marked as transparent has a black one once alpha is dropped,
# and a network sees another picture than the same file gives in Python. With a palette, whose entries have an alpha each, pngjs keeps the colour.
#
# Output seen, of pixels 10, 255, 30 where 255 is marked:
#   pngjs: 10 10 10 255, 0 0 0 0, 30 30 30 255
#   upng-js: 10 10 10 255, 255 255 255 0, 30 30 30 255
#   pngjs, by a palette: 10 10 10 255, 255 255 255 0, 30 30 30 255
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact pngjs@7.0.0 upng-js@2.1.0 >/dev/null
cat >read.cjs <<'JS'
const { crc32, deflateSync } = require('node:zlib')
const { PNG } = require('pngjs')
const UPNG = require('upng-js')

const chunk = (name, content) => {
  const body = Buffer.concat([Buffer.from(name), Buffer.from(content)])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
/** Three pixels of 8 bits in a row, of this colour type (0 is grey, 3 a palette). */
const png = (colourType, pixels, ...chunks) =>
  Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', [0, 0, 0, 3, 0, 0, 0, 1, 8, colourType, 0, 0, 0]),
    ...chunks,
    chunk('IDAT', deflateSync(Buffer.from([0, ...pixels]))),
    chunk('IEND', []),
  ])
const show = (name, data) => {
  const pixels = [0, 4, 8].map((at) => [...data.slice(at, at + 4)].join(' '))
  console.log(`${name}: ${pixels.join(', ')}`)
}

const grey = png(0, [10, 255, 30], chunk('tRNS', [0, 255]))
show('pngjs', PNG.sync.read(grey).data)
show('upng-js', new Uint8Array(UPNG.toRGBA8(UPNG.decode(grey))[0]))
const palette = png(3, [0, 1, 2], chunk('PLTE', [10, 10, 10, 255, 255, 255, 30, 30, 30]), chunk('tRNS', [255, 0]))
show('pngjs, by a palette', PNG.sync.read(palette).data)
JS
cat >expected <<'TEXT'
pngjs: 10 10 10 255, 0 0 0 0, 30 30 30 255
upng-js: 10 10 10 255, 255 255 255 0, 30 30 30 255
pngjs, by a palette: 10 10 10 255, 255 255 255 0, 30 30 30 255
TEXT
node read.cjs | tee seen
cmp seen expected
