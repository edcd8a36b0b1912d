/** Normalisations of ONNX. */
import { sizeOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { abs, add, div, equal, mul, sqrt, sub, where } from '../../../ops/elementwise.ts'
import { localResponseNorm } from '../../../ops/normalize.ts'
import { mean, sum } from '../../../ops/reduce.ts'
import { reshape } from '../../../ops/structure.ts'
import type { Value } from '../values.ts'
import { like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { axesOf, axisOf } from './structure.ts'

const batchNorm: Compute = (call) => {
  const x = call.tensor(0)
  const along = (t: Tensor): Tensor => reshape(t, [t.shape[0], ...x.shape.slice(2).map(() => 1)])
  if (call.flag('spatial', true) === false) call.fail('has statistics of each place; expected one a channel')
  if (call.opset < 7 && !call.flag('is_test')) call.fail('is in training mode; expected is_test 1')
  const normed = (average: Tensor, variance: Tensor): Value => {
    const scale = div(call.tensor(1), sqrt(add(variance, call.number('epsilon', 1e-5))))
    return like(call, 0, add(mul(x, along(scale)), along(sub(call.tensor(2), mul(average, scale)))))
  }
  if (!call.flag('training_mode')) return [normed(call.tensor(3), call.tensor(4))]
  // With the statistics of the operand itself, of which the running ones are a moving average.
  const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]))
  const average = mean(x, axes)
  const centred = sub(x, along(average))
  const variance = mean(mul(centred, centred), axes)
  const momentum = call.number('momentum', 0.9)
  const moved = (index: number, own: Tensor): Value =>
    like(call, index, add(mul(call.tensor(index), momentum), mul(own, 1 - momentum)))
  return [normed(average, variance), moved(3, average), moved(4, variance)]
}

/** x without its mean, over its standard deviation, both over these axes. */
function standardized(x: Tensor, axes: readonly number[], epsilon: number): { y: Tensor; mean: Tensor; std: Tensor } {
  const average = mean(x, axes, { keepDims: true })
  const centred = sub(x, average)
  const std = sqrt(add(mean(mul(centred, centred), axes, { keepDims: true }), epsilon))
  return { y: div(centred, std), mean: average, std }
}

const layerNorm: Compute = (call) => {
  const x = call.tensor(0)
  const first = axisOf(call, call.number('axis', -1), x.shape.length)
  const axes = x.shape.map((_, axis) => axis).slice(first)
  const { y, mean: average, std } = standardized(x, axes, call.number('epsilon', 1e-5))
  const scaled = mul(y, call.tensor(1))
  const bias = call.optionalTensor(2)
  return [bias ? add(scaled, bias) : scaled, average, div(1, std)].map((tensor) => like(call, 0, tensor))
}

const instanceNorm: Compute = (call) => {
  const x = call.tensor(0)
  const axes = x.shape.map((_, axis) => axis).slice(2)
  const along = (t: Tensor): Tensor => reshape(t, [t.shape[0], ...axes.map(() => 1)])
  const { y } = standardized(x, axes, call.number('epsilon', 1e-5))
  return [like(call, 0, add(mul(y, along(call.tensor(1))), along(call.tensor(2))))]
}

/** Each group of channels standardised over all its elements; scales are those of channels, before operator set 21 of groups. */
const groupNorm: Compute = (call) => {
  const x = call.tensor(0)
  const groups = call.number('num_groups', 0)
  const [n, channels, ...rest] = x.shape
  if (!(groups >= 1) || channels % groups !== 0) call.fail(`makes ${groups} groups of ${channels} channels`)
  const { y } = standardized(reshape(x, [n, groups, sizeOf(x.shape) / n / groups]), [2], call.number('epsilon', 1e-5))
  const ofGroups = call.opset < 21
  const split = reshape(y, [n, groups, channels / groups, ...rest])
  const along = (t: Tensor): Tensor =>
    reshape(t, ofGroups ? [groups, 1, ...rest.map(() => 1)] : [groups, channels / groups, ...rest.map(() => 1)])
  return [like(call, 0, reshape(add(mul(split, along(call.tensor(1))), along(call.tensor(2))), x.shape))]
}

/** x over its norm along an axis; where that is 0, so is the result. */
const lpNorm: Compute = (call) => {
  const x = call.tensor(0)
  const axis = axisOf(call, call.number('axis', -1), x.shape.length)
  const p = call.number('p', 2)
  if (p !== 1 && p !== 2) call.fail(`has a norm of p ${p}; expected 1 or 2`)
  const total = sum(p === 1 ? abs(x) : mul(x, x), [axis], { keepDims: true })
  const norm = p === 1 ? total : sqrt(total)
  return [like(call, 0, where(equal(norm, 0), 0, div(x, where(equal(norm, 0), 1, norm))))]
}

const meanVarianceNorm: Compute = (call) => {
  const x = call.tensor(0)
  const axes = axesOf(call, call.list('axes') ?? [0, 2, 3], x.shape.length)
  const centred = sub(x, mean(x, axes, { keepDims: true }))
  const std = sqrt(mean(mul(centred, centred), axes, { keepDims: true }))
  return [like(call, 0, div(centred, add(std, 1e-9)))]
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
  GroupNormalization: operator(groupNorm, [18, 'epsilon num_groups'], [21, 'epsilon num_groups stash_type']),
  InstanceNormalization: operator(instanceNorm, [1, 'consumed_inputs epsilon'], [6, 'epsilon'], [22, 'epsilon']),
  LayerNormalization: operator(layerNorm, [17, 'axis epsilon stash_type']),
  LpNormalization: operator(lpNorm, [1, 'axis p'], [22, 'axis p']),
  MeanVarianceNormalization: operator(meanVarianceNorm, [9, 'axes'], [13, 'axes']),
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
