#!/bin/sh
# onnxruntime-node 1.30.0 (npm), CPU, Node 22 or later.
#
# Guess: an RNN whose activation is ThresholdedRelu and that gives no activation_alpha has alpha 1, as the operator ThresholdedRelu has: the standard says of
# activation_alpha that "default values are the same as of corresponding ONNX operators", as it is with LeakyRelu (0.01) and HardSigmoid (0.2).
#
# Seen: alpha is 0 there, so that 0.5 comes out as 0.5 and not as 0. With activation_alpha 1 written, and in the operator itself, 0.5 comes out as 0. LSTM and GRU do the same.
#
# Output seen, of one step with weight 1 on 0.5: RNN without alpha 0.5, RNN with alpha 1 0, operator ThresholdedRelu 0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact onnxruntime-node@1.30.0 >/dev/null
cat >run.cjs <<'JS'
const { InferenceSession, Tensor } = require('onnxruntime-node')

/** Files of one node, operator set 14, written by onnx.helper of Python's onnx 1.12. */
const models = {
  without: 'CAc6lwEKSAoBeAoBdwoBchIBeSIDUk5OKiEKC2FjdGl2YXRpb25zSg9UaHJlc2hvbGRlZFJlbHWgAQgqEgoLaGlkZGVuX3NpemUYAaABAhIBZyoRCAEIAQgBEAFCAXdKBAAAgD8qEQgBCAEIARABQgFySgQAAAAAWhcKAXgSEgoQCAESDAoCCAEKAggBCgIIAWIJCgF5EgQKAggBQgQKABAO',
  with: 'CAc6swEKZAoBeAoBdwoBchIBeSIDUk5OKhoKEGFjdGl2YXRpb25fYWxwaGE9AACAP6ABBiohCgthY3RpdmF0aW9uc0oPVGhyZXNob2xkZWRSZWx1oAEIKhIKC2hpZGRlbl9zaXplGAGgAQISAWcqEQgBCAEIARABQgF3SgQAAIA/KhEIAQgBCAEQAUIBckoEAAAAAFoXCgF4EhIKEAgBEgwKAggBCgIIAQoCCAFiCQoBeRIECgIIAUIECgAQDg==',
  operator: 'CAc6OAoXCgF4EgF5Ig9UaHJlc2hvbGRlZFJlbHUSAWdaDwoBeBIKCggIARIECgIIAWIJCgF5EgQKAggBQgQKABAO',
}
const run = async (name, shape) => {
  const session = await InferenceSession.create(Buffer.from(models[name], 'base64'))
  return (await session.run({ x: new Tensor('float32', [0.5], shape) })).y.data[0]
}
const main = async () => {
  const found = [await run('without', [1, 1, 1]), await run('with', [1, 1, 1]), await run('operator', [1])]
  console.log(`RNN without alpha ${found[0]}, RNN with alpha 1 ${found[1]}, operator ThresholdedRelu ${found[2]}`)
  process.exit(found.join() === '0.5,0,0' ? 0 : 1)
}
main()
JS
node run.cjs
