/** Normalisations of ONNX. */
import type { Tensor } from '../../../graph/tensor.ts'
import { add, div, mul, sqrt, sub } from '../../../ops/elementwise.ts'
import { localResponseNorm } from '../../../ops/normalize.ts'
import { mean } from '../../../ops/reduce.ts'
import { reshape } from '../../../ops/structure.ts'
import { like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { axisOf } from './structure.ts'

const batchNorm: Compute = (call) => {
  const x = call.tensor(0)
  const along = (t: Tensor): Tensor => reshape(t, [t.shape[0], ...x.shape.slice(2).map(() => 1)])
  if (call.flag('training_mode')) call.fail('is in training mode; expected that of prediction')
  if (call.flag('spatial', true) === false) call.fail('has statistics of each place; expected one a channel')
  if (call.opset < 7 && !call.flag('is_test')) call.fail('is in training mode; expected is_test 1')
  const scale = div(call.tensor(1), sqrt(add(call.tensor(4), call.number('epsilon', 1e-5))))
  return [like(call, 0, add(mul(x, along(scale)), along(sub(call.tensor(2), mul(call.tensor(3), scale)))))]
}

/** x without its mean, over its deviation, both over these axes. */
function standardized(
  x: Tensor,
  axes: readonly number[],
  epsilon: number,
): { y: Tensor; mean: Tensor; deviation: Tensor } {
  const average = mean(x, axes, { keepDims: true })
  const centred = sub(x, average)
  const deviation = sqrt(add(mean(mul(centred, centred), axes, { keepDims: true }), epsilon))
  return { y: div(centred, deviation), mean: average, deviation }
}

const layerNorm: Compute = (call) => {
  const x = call.tensor(0)
  const first = axisOf(call, call.number('axis', -1), x.shape.length)
  const axes = x.shape.map((_, axis) => axis).slice(first)
  const { y, mean: average, deviation } = standardized(x, axes, call.number('epsilon', 1e-5))
  const scaled = mul(y, call.tensor(1))
  const bias = call.optionalTensor(2)
  return [bias ? add(scaled, bias) : scaled, average, div(1, deviation)].map((tensor) => like(call, 0, tensor))
}

const instanceNorm: Compute = (call) => {
  const x = call.tensor(0)
  const axes = x.shape.map((_, axis) => axis).slice(2)
  const along = (t: Tensor): Tensor => reshape(t, [t.shape[0], ...axes.map(() => 1)])
  const { y } = standardized(x, axes, call.number('epsilon', 1e-5))
  return [like(call, 0, add(mul(y, along(call.tensor(1))), along(call.tensor(2))))]
}

export const normalizationOperators = {
  BatchNormalization: operator(
    batchNorm,
    [1, 'consumed_inputs epsilon is_test momentum spatial'],
    [6, 'epsilon is_test momentum spatial'],
    [7, 'epsilon momentum spatial'],
    [9, 'epsilon momentum'],
    [14, 'epsilon momentum training_mode'],
    [15, 'epsilon momentum training_mode'],
  ),
  InstanceNormalization: operator(instanceNorm, [1, 'consumed_inputs epsilon'], [6, 'epsilon'], [22, 'epsilon']),
  LayerNormalization: operator(layerNorm, [17, 'axis epsilon stash_type']),
  LRN: operator(
    (call) => [
      like(
        call,
        0,
        localResponseNorm(call.tensor(0), {
          size: call.number('size', 1),
          alpha: call.number('alpha', 1e-4),
          beta: call.number('beta', 0.75),
          k: call.number('bias', 1),
        }),
      ),
    ],
    [1, 'alpha beta bias size'],
    [13, 'alpha beta bias size'],
  ),
} satisfies Record<string, Operator>
