#!/bin/sh
# onnxruntime-node 1.30.0 (npm), Node 22 or later, Linux on x64.
#
# Guess: ONNX's Min and Max take int64 since operator set 12, and give the smaller and the larger number: Min(2147483648, 2147483647) is 2147483647, which is how a
# file bounds integers to 32 bits before a Cast.
#
# Seen: of one number each they are right. Of two or more they give the wrong one where the upper halves of two numbers are equal and the lower halves, as signed integers of 32 bits,
# come in the other order: as for 2147483648 and 2147483647. At 2^40 and 2^40 - 1 they are right. Less tells the order of the same numbers rightly. There is no error and no warning.
#
# Output seen, of which each number stands in a tensor of so many like it:
#   Min([2147483648] x 1, [2147483647] x 1) = 2147483647
#   Min([2147483648] x 2, [2147483647] x 2) = 2147483648,2147483648
#   Max([2147483648] x 2, [2147483647] x 2) = 2147483647,2147483647
#   Less([2147483647] x 2, [2147483648] x 2) = 1,1
#   Min([1099511627776] x 2, [1099511627775] x 2) = 1099511627775,1099511627775
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact onnxruntime-node@1.30.0 >/dev/null
cat >run.cjs <<'JS'
const { InferenceSession, Tensor } = require('onnxruntime-node')

// ONNX's messages in protobuf: a field is its number, its kind and its content.
const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)])
const number = (field, n) => [...varint(field << 3), ...varint(n)]
const message = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content]
const text = (field, value) => message(field, [...Buffer.from(value)])
const [int64, bool] = [7, 9]
const value = (name, type, count) =>
  [...text(1, name), ...message(2, message(1, [...number(1, type), ...message(2, message(1, number(1, count)))]))]
/** Of two inputs a and b of int64, IR version 8, operator set 17. */
const model = (operator, type, count) =>
  Uint8Array.from([
    ...number(1, 8),
    ...message(7, [
      ...message(1, [...text(1, 'a'), ...text(1, 'b'), ...text(2, 'y'), ...text(4, operator)]),
      ...text(2, 'graph'),
      ...message(11, value('a', int64, count)),
      ...message(11, value('b', int64, count)),
      ...message(12, value('y', type, count)),
    ]),
    ...message(8, number(2, 17)),
  ])

const run = async (operator, a, b, count, type = int64) => {
  const session = await InferenceSession.create(model(operator, type, count))
  const alike = (n) => new Tensor('int64', new BigInt64Array(count).fill(n), [count])
  const { y } = await session.run({ a: alike(a), b: alike(b) })
  console.log(`${operator}([${a}] x ${count}, [${b}] x ${count}) = ${[...y.data]}`)
}

const main = async () => {
  await run('Min', 2147483648n, 2147483647n, 1)
  await run('Min', 2147483648n, 2147483647n, 2)
  await run('Max', 2147483648n, 2147483647n, 2)
  await run('Less', 2147483647n, 2147483648n, 2, bool)
  await run('Min', 1099511627776n, 1099511627775n, 2)
}
main()
JS
cat >expected <<'TEXT'
Min([2147483648] x 1, [2147483647] x 1) = 2147483647
Min([2147483648] x 2, [2147483647] x 2) = 2147483648,2147483648
Max([2147483648] x 2, [2147483647] x 2) = 2147483647,2147483647
Less([2147483647] x 2, [2147483648] x 2) = 1,1
Min([1099511627776] x 2, [1099511627775] x 2) = 1099511627775,1099511627775
TEXT
node run.cjs | tee seen
cmp seen expected
