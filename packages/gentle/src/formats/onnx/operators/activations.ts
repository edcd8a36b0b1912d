/** Functions of one operand of floats: activations, and those of mathematics. */

import { sizeOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import {
  clip,
  elu,
  gelu,
  leakyRelu,
  logSoftmax,
  relu,
  sigmoid,
  softmax,
  softplus,
  tanh,
} from '../../../ops/activations.ts'
import {
  abs,
  add,
  div,
  erf,
  exp,
  expm1,
  greater,
  less,
  log,
  maximum,
  minimum,
  mul,
  sqrt,
  sub,
  where,
} from '../../../ops/elementwise.ts'
import { oneHot } from '../../../ops/indexing.ts'
import { argmax } from '../../../ops/reduce.ts'
import { reshape, transpose } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { isInteger } from '../element-types.ts'
import { zipKnown } from '../on-known.ts'
import { isKnown, type Known, shapeOf, type Value } from '../values.ts'
import { activation, computed, like, unary } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { axisOf } from './structure.ts'

/** A function along one axis; before operator set 13 the operand was a matrix, of the axes before the given one and those from it on. */
const alongAxis = (of: (x: Tensor, axis: number) => Tensor): { flattened: Compute; plain: Compute } => ({
  flattened(call) {
    const x = call.tensor(0)
    const axis = axisOf(call, call.number('axis', 1), x.shape.length)
    const matrix = reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])
    return [like(call, 0, reshape(of(matrix, 1), x.shape))]
  },
  plain(call) {
    const x = call.tensor(0)
    return [like(call, 0, of(x, axisOf(call, call.number('axis', -1), x.shape.length)))]
  },
})

const softmaxes = alongAxis(softmax)
const logSoftmaxes = alongAxis(logSoftmax)

/** 1 at the first of the largest values along an axis. */
const hardmaxes = alongAxis((x, axis) => {
  const last = x.shape.length - 1
  const order = x.shape.map((_, i) => i).filter((i) => i !== axis)
  const back = x.shape.map((_, i) => (i === axis ? last : i < axis ? i : i - 1))
  const found = oneHot(argmax(transpose(x, [...order, axis]), -1), x.shape[axis])
  return transpose(found, back)
})

const versioned = ({ flattened, plain }: { flattened: Compute; plain: Compute }): Operator =>
  operator(flattened, [1, 'axis'], [11, 'axis'], [13, 'axis', plain])

/** Bounds that are attributes, or from operator set 11 on operands. */
const clipped: Compute = (call) => {
  const x = call.value(0)
  const bound = (index: number, name: string, otherwise: number): Value => {
    if (call.has(index)) return call.value(index)
    return { type: x.type, shape: [], data: [call.number(name, otherwise)] }
  }
  const [low, high] = [bound(1, 'min', Number.NEGATIVE_INFINITY), bound(2, 'max', Number.POSITIVE_INFINITY)]
  const inBounds = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max)
  if ([x, low, high].every(isKnown)) return [zipKnown([x, low, high] as Known[], inBounds, x.type)]
  const tensor = call.tensorOf(x)
  if (isKnown(low) && isKnown(high) && !isInteger(x.type) && low.data[0] <= high.data[0])
    return [computed(x.type, clip(tensor, low.data[0], high.data[0]))]
  const above = isKnown(low) && low.data[0] === Number.NEGATIVE_INFINITY ? tensor : maximum(tensor, scalar(call, low))
  const within = isKnown(high) && high.data[0] === Number.POSITIVE_INFINITY ? above : minimum(above, scalar(call, high))
  return [computed(x.type, within)]
}

function scalar(call: OnnxCall, value: Value): Tensor {
  if (sizeOf(shapeOf(value)) !== 1) call.fail(`has a bound of shape [${shapeOf(value)}]; expected one number`)
  return reshape(call.tensorOf(value), [])
}

const leaky = activation((x, call) => leakyRelu(x, call.number('alpha', 0.01)))
const elus = activation((x, call) => elu(x, call.number('alpha', 1)))

const selus = activation((x, call) => {
  const [alpha, gamma] = [call.number('alpha', 1.6732631921768188), call.number('gamma', 1.0507010221481323)]
  return mul(elu(x, alpha), gamma)
})

const prelu: Compute = (call) => {
  const [x, given] = [call.tensor(0), call.tensor(1)]
  // Before operator set 7 a vector has a slope for each channel.
  const perChannel = call.opset < 7 && given.shape.length === 1 && given.shape[0] > 1
  const slope = perChannel ? reshape(given, [given.shape[0], ...x.shape.slice(2).map(() => 1)]) : given
  return [like(call, 0, where(less(x, 0), mul(x, slope), x))]
}

const hardSigmoid = activation((x, call) =>
  clip(add(mul(x, call.number('alpha', 0.2)), call.number('beta', 0.5)), 0, 1),
)

export const activationOperators = {
  Celu: operator(
    activation((x, call) => {
      const alpha = call.number('alpha', 1)
      return add(maximum(x, 0), minimum(mul(alpha, expm1(minimum(div(x, alpha), 0))), 0))
    }),
    [12, 'alpha'],
  ),
  Clip: operator(clipped, [1, 'max min'], [6, 'max min'], [11, ''], [12, ''], [13, '']),
  Elu: operator(elus, [1, 'alpha'], [6, 'alpha'], [22, 'alpha']),
  Erf: operator(activation(erf), [9, ''], [13, '']),
  Exp: operator(unary(exp, Math.exp), [1, ''], [6, ''], [13, '']),
  Gelu: operator(
    activation((x, call) => {
      if (call.choice('approximate', ['none', 'tanh'], 'none') === 'none') return gelu(x)
      const inner = mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI))
      return mul(mul(x, 0.5), add(1, tanh(inner)))
    }),
    [20, 'approximate'],
  ),
  Hardmax: versioned(hardmaxes),
  HardSigmoid: operator(hardSigmoid, [1, 'alpha beta'], [6, 'alpha beta'], [22, 'alpha beta']),
  HardSwish: operator(
    activation((x) => mul(x, clip(add(mul(x, 1 / 6), 0.5), 0, 1))),
    [14, ''],
    [22, ''],
  ),
  LeakyRelu: operator(leaky, [1, 'alpha'], [6, 'alpha'], [16, 'alpha']),
  Log: operator(unary(log, Math.log), [1, ''], [6, ''], [13, '']),
  LogSoftmax: versioned(logSoftmaxes),
  Mish: operator(
    activation((x) => mul(x, tanh(softplus(x)))),
    [18, ''],
    [22, ''],
  ),
  PRelu: operator(prelu, [1, ''], [6, ''], [7, ''], [9, ''], [16, '']),
  Reciprocal: operator(
    unary(
      (x) => div(1, x),
      (x) => 1 / x,
    ),
    [1, ''],
    [6, ''],
    [13, ''],
  ),
  Relu: operator(
    (call) => {
      const x = call.value(0)
      if (isKnown(x)) return [zipKnown([x], (n) => Math.max(n, 0), x.type)]
      return [computed(x.type, isInteger(x.type) ? maximum(x.tensor, 0) : relu(x.tensor))]
    },
    [1, ''],
    [6, ''],
    [13, ''],
    [14, ''],
  ),
  Selu: operator(selus, [1, 'alpha gamma'], [6, 'alpha gamma'], [22, 'alpha gamma']),
  Shrink: operator(
    activation((x, call) => {
      const [bias, lambda] = [call.number('bias', 0), call.number('lambd', 0.5)]
      return where(less(x, -lambda), add(x, bias), where(greater(x, lambda), sub(x, bias), 0))
    }),
    [9, 'bias lambd'],
  ),
  Sigmoid: operator(activation(sigmoid), [1, ''], [6, ''], [13, '']),
  Softmax: versioned(softmaxes),
  Softplus: operator(activation(softplus), [1, ''], [22, '']),
  Softsign: operator(
    activation((x) => div(x, add(1, abs(x)))),
    [1, ''],
    [22, ''],
  ),
  Sqrt: operator(unary(sqrt, Math.sqrt), [1, ''], [6, ''], [13, '']),
  Tanh: operator(activation(tanh), [1, ''], [6, ''], [13, '']),
  ThresholdedRelu: operator(
    activation((x, call) => where(greater(x, call.number('alpha', 1)), x, 0)),
    [10, 'alpha'],
    [22, 'alpha'],
  ),
} satisfies Record<string, Operator>
