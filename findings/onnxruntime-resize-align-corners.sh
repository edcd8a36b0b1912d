#!/usr/bin/env bash
# onnxruntime-node 1.30.0 and ONNX's own test case "resize_downsample_scales_linear_align_corners" (operator set 13, as in Debian's libonnx-testdata 1.12.0).
#
# The case resizes the rows [1 2 3 4] and [5 6 7 8] by 0.6 with align_corners, to one row of two. The guess: the corners are aligned, so that row is [1 4], or a runtime
# that reads the standard otherwise fails. Seen: onnxruntime gives [1 4], without a word; the expected output that comes with the case is [1 3.142857], because
# the standard's reference counts 4 * 0.6 = 2.4 elements, not the two that there are: the last is at (4 - 1) / (2.4 - 1) = 2.142857. So the same file means two
# things wherever scales leave a fraction of an element, as they do with torch's scale_factor; sizes instead of scales mean one.
#
# Fails when onnxruntime gives anything else.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund --save-exact onnxruntime-node@1.30.0 >/dev/null
cat >run.cjs <<'EOF'
const { InferenceSession, Tensor } = require('onnxruntime-node')
// model.onnx of the case: Y = Resize(X, '', scales), mode linear, coordinate_transformation_mode align_corners.
const model =
  'CAcSDGJhY2tlbmQtdGVzdDrlAQpfCgFYCgAKBnNjYWxlcxIBWSIGUmVzaXplKjIKHmNvb3JkaW5hdGVfdHJhbnNmb3JtYXRpb25fbW9kZSINYWxpZ25fY29ybmVyc6ABAyoRCgRtb2Rl' +
  'IgZsaW5lYXKgAQMSMnRlc3RfcmVzaXplX2Rvd25zYW1wbGVfc2NhbGVzX2xpbmVhcl9hbGlnbl9jb3JuZXJzWhsKAVgSFgoUCAESEAoCCAEKAggBCgIIAgoCCARaFAoGc2NhbGVzEgoKCAgB' +
  'EgQKAggEYhsKAVkSFgoUCAESEAoCCAEKAggBCgIIAQoCCAJCBAoAEA0='
const X = new Tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 1, 2, 4])
const scales = new Tensor('float32', Float32Array.of(1, 1, 0.6, 0.6), [4])
InferenceSession.create(Buffer.from(model, 'base64'), { logSeverityLevel: 3 })
  .then((session) => session.run({ X, scales }))
  .then(({ Y }) => console.log(`${Y.dims} ${[...Y.data]}`))
EOF
found=$(node run.cjs)
echo "onnxruntime-node 1.30.0: $found; the case expects 1,1,1,2 1,3.142857"
[ "$found" = '1,1,1,2 1,4' ]
