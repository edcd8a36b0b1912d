#!/bin/sh
# onnxruntime-node 1.30.0 and onnxruntime-web 1.30.0 (npm), Node 22 or later, Linux on x64.
#
# Guess: a program that loads both packages, to compare them or to fall back from one to the other, runs what it asks for: onnxruntime-web's InferenceSession runs in WebAssembly, onnxruntime-node's natively.
#
# Seen: both packages enter their backends in one list, that of onnxruntime-common, which has an order. Once onnxruntime-node is loaded, before or after, onnxruntime-web's InferenceSession runs natively, too,
# and says nothing of it: a comparison of speed or of answers compares the native one with itself. It shows where the two differ, as in Cast of -1.5 to uint8. With executionProviders: ['wasm'] it is WebAssembly.
#
# Output seen:
#   onnxruntime-web alone: Cast(-1.5) = 0
#   onnxruntime-web, where onnxruntime-node was loaded before it: Cast(-1.5) = 255
#   onnxruntime-web, where onnxruntime-node was loaded after it: Cast(-1.5) = 255
#   onnxruntime-web, told to take wasm: Cast(-1.5) = 0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact onnxruntime-node@1.30.0 onnxruntime-web@1.30.0 >/dev/null
cat >run.cjs <<'JS'
const [float, uint8] = [1, 2]
const numbers = [-1.5]

// ONNX's messages in protobuf: a field is its number, its kind and its content.
const number = (field, n) => [field << 3, n]
const message = (field, content) => [(field << 3) | 2, content.length, ...content]
const text = (field, value) => message(field, [...Buffer.from(value)])
const tensor = (name, type) => {
  const shape = message(1, number(1, numbers.length))
  return [...text(1, name), ...message(2, message(1, [...number(1, type), ...message(2, shape)]))]
}
const to = [...text(1, 'to'), ...number(3, uint8), 0xa0, 0x01, 2]
const graph = [
  ...message(1, [...text(1, 'x'), ...text(2, 'y'), ...text(4, 'Cast'), ...message(5, to)]),
  ...text(2, 'graph'),
  ...message(11, tensor('x', float)),
  ...message(12, tensor('y', uint8)),
]
const model = Uint8Array.from([...number(1, 8), ...message(7, graph), ...message(8, number(2, 17))])

const [, , described, options, ...packages] = process.argv
const main = async () => {
  for (const name of packages) require(name)
  const { InferenceSession, Tensor } = require('onnxruntime-web')
  const session = await InferenceSession.create(model, JSON.parse(options))
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.from(numbers), [numbers.length]) })
  console.log(`onnxruntime-web${described}: Cast(-1.5) = ${y.data[0]}`)
  process.exit()
}
main()
JS
cat >expected <<'TEXT'
onnxruntime-web alone: Cast(-1.5) = 0
onnxruntime-web, where onnxruntime-node was loaded before it: Cast(-1.5) = 255
onnxruntime-web, where onnxruntime-node was loaded after it: Cast(-1.5) = 255
onnxruntime-web, told to take wasm: Cast(-1.5) = 0
TEXT
{
  node run.cjs ' alone' '{}' onnxruntime-web
  node run.cjs ', where onnxruntime-node was loaded before it' '{}' onnxruntime-node onnxruntime-web
  node run.cjs ', where onnxruntime-node was loaded after it' '{}' onnxruntime-web onnxruntime-node
  node run.cjs ', told to take wasm' '{"executionProviders":["wasm"]}' onnxruntime-node onnxruntime-web
} | tee seen
cmp seen expected
