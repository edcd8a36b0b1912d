#!/bin/sh
# onnxruntime-node 1.30.0 and onnxruntime-web 1.30.0 (npm), Node 22 or later, Linux on x64.
#
# Guess: a network that ends in Cast to uint8, as those do that return a picture, gives the same bytes in Node and in a page, which run the same release; numbers that are a little below 0 or above 255
# (it has no Clip) wrap around in both, as NumPy's do: -1.5 is 255 and 300 is 44.
#
# Seen: 300 is 44 in both, but what is below 0 wraps in Node and is 0 in WebAssembly: -1.5 is 255 in the one and 0 in the other, -300 is 212 and 0. So dark pixels that overshoot are white specks in Node,
# black in a page. Far above, it is the other way round: 1e20 is 0 in Node and 255 in WebAssembly. To int8 both agree on all of these but 1e20 and 3e9. There is no error and no warning.
#
# Output seen:
#   numbers: -300, -1.5, -0.5, 254.7, 255.9, 256, 300, 3e9, 1e20
#   uint8 in Node: 212, 255, 0, 254, 255, 0, 44, 0, 0
#   uint8 in WebAssembly: 0, 0, 0, 254, 255, 0, 44, 0, 255
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact onnxruntime-node@1.30.0 onnxruntime-web@1.30.0 >/dev/null
cat >run.cjs <<'JS'
const runtimes = [
  ['Node', require('onnxruntime-node'), 'cpu'],
  ['WebAssembly', require('onnxruntime-web'), 'wasm'],
]
const [float, uint8] = [1, 2]
const numbers = [-300, -1.5, -0.5, 254.7, 255.9, 256, 300, 3e9, 1e20]

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

const main = async () => {
  console.log(`numbers: ${numbers.map((n) => (n < 1e9 ? n : n.toExponential().replace('+', ''))).join(', ')}`)
  for (const [name, { InferenceSession, Tensor }, provider] of runtimes) {
    const session = await InferenceSession.create(model, { executionProviders: [provider] })
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.from(numbers), [numbers.length]) })
    console.log(`uint8 in ${name}: ${[...y.data].join(', ')}`)
  }
  process.exit()
}
main()
JS
cat >expected <<'TEXT'
numbers: -300, -1.5, -0.5, 254.7, 255.9, 256, 300, 3e9, 1e20
uint8 in Node: 212, 255, 0, 254, 255, 0, 44, 0, 0
uint8 in WebAssembly: 0, 0, 0, 254, 255, 0, 44, 0, 255
TEXT
node run.cjs | tee seen
cmp seen expected
