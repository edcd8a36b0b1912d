/** Ops of graphs that act on each element alone. */
import type { Tensor } from '../../../graph/tensor.ts'
import { elu, leakyRelu, relu, relu6, sigmoid, softplus, tanh } from '../../../ops/activations.ts'
import {
  abs,
  add,
  cast,
  div,
  equal,
  erf,
  exp,
  expm1,
  floorDiv,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  log1p,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  pow,
  sign,
  sqrt,
  sub,
  where,
} from '../../../ops/elementwise.ts'
import { acosh, asinh, atanh, cosh, sinh } from '../../../ops/hyperbolic.ts'
import { ceil, floor, round } from '../../../ops/rounding.ts'
import { acos, asin, atan, cos, sin, tan } from '../../../ops/trigonometry.ts'
import { floatRemainder } from '../../float-remainder.ts'
import { combine } from '../placed.ts'
import type { GraphOperator } from './call.ts'

const unary =
  (of: (x: Tensor) => Tensor): GraphOperator =>
  (call) => [call.placed(0).map(of)]

const binary =
  (of: (a: Tensor, b: Tensor) => Tensor): GraphOperator =>
  (call) => [combine([call.placed(0), call.placed(1)], of)]

/** Truth values are 0 and 1, as floats where they were computed and as integers where the file has them. */
const truth = (x: Tensor): Tensor => cast(x, 'float32')

const both = (a: Tensor, b: Tensor): Tensor => mul(truth(a), truth(b))

const isInteger = (x: Tensor): boolean => x.dtype === 'int32'

/** Of integers the quotient rounded down, as TensorFlow.js has it. */
const quotient = (a: Tensor, b: Tensor): Tensor => (isInteger(a) && isInteger(b) ? floorDiv(a, b) : div(a, b))

const quotientOrZero = (a: Tensor, b: Tensor): Tensor => {
  const isZero = equal(b, 0)
  return where(isZero, 0, div(a, where(isZero, 1, b)))
}

/** With the sign of the divisor; NaN where it is not exact. */
function flooredRemainder(a: Tensor, b: Tensor): Tensor {
  const { remainder, inexact } = floatRemainder(a, b)
  const isOther = both(notEqual(remainder, 0), notEqual(less(remainder, 0), less(b, 0)))
  return where(inexact, Number.NaN, where(isOther, add(remainder, b), remainder))
}

const square = (x: Tensor): Tensor => mul(x, x)

/** Klambauer, Unterthiner, Mayr, Hochreiter, "Self-Normalizing Neural Networks", 2017, appendix. */
const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772]

export const selu = (x: Tensor): Tensor => mul(seluScale, elu(x, seluAlpha))

/** x for x > 0, else x slope. */
export const prelu = (x: Tensor, slope: Tensor): Tensor => sub(relu(x), mul(slope, relu(neg(x))))

/** To which type of ours a type of TensorFlow comes. */
const castTo: GraphOperator = (call) => {
  const to = call.text('DstT', 'DT_FLOAT')
  call.flag('Truncate')
  return [
    call.placed(0).map((x) => {
      switch (to) {
        case 'DT_BOOL':
          return notEqual(x, 0)
        case 'DT_INT32':
        case 'DT_INT64':
        case 'DT_INT16':
        case 'DT_INT8':
        case 'DT_UINT8':
          return cast(x, 'int32')
        case 'DT_FLOAT':
        case 'DT_DOUBLE':
        case 'DT_HALF':
        case 'DT_BFLOAT16':
          return cast(x, 'float32')
        default:
          return call.fail(`casts to ${to}; expected floats, integers or booleans`)
      }
    }),
  ]
}

const select: GraphOperator = (call) => {
  const [condition, a, b] = [call.placed(0), call.placed(1), call.placed(2)]
  // The old form chooses rows by a vector.
  if (call.node.op === 'Select' && condition.shape.length === 1 && a.shape.length > 1)
    call.fail('chooses rows by a vector, which is not supported')
  return [combine([condition, a, b], where)]
}

const addAll: GraphOperator = (call) => [
  combine(
    call.operands.map((_, i) => call.placed(i)),
    (...tensors) => tensors.reduce((a, b) => add(a, b)),
  ),
]

const clipByValue: GraphOperator = (call) => [
  combine([call.placed(0), call.placed(1), call.placed(2)], (x, low, high) => minimum(maximum(x, low), high)),
]

const identity: GraphOperator = (call) => [call.value(0)]

export const elementwiseOperators: Readonly<Record<string, GraphOperator>> = {
  Abs: unary(abs),
  Acos: unary(acos),
  Acosh: unary(acosh),
  Add: binary(add),
  AddN: addAll,
  AddV2: binary(add),
  Asin: unary(asin),
  Asinh: unary(asinh),
  Atan: unary(atan),
  Atanh: unary(atanh),
  BiasAdd(call) {
    const format = call.text('data_format', 'NHWC')
    if (format !== 'NHWC' && call.shape(0).length > 2) call.fail(`has data_format ${format}; expected NHWC`)
    return [combine([call.placed(0), call.placed(1)], add)]
  },
  Cast: castTo,
  Ceil: unary(ceil),
  CheckNumerics: identity,
  ClipByValue: clipByValue,
  Cos: unary(cos),
  Cosh: unary(cosh),
  Div: binary(quotient),
  DivNoNan: binary(quotientOrZero),
  Elu: unary((x) => elu(x)),
  Equal: binary(equal),
  Erf: unary(erf),
  Exp: unary(exp),
  Expm1: unary(expm1),
  Floor: unary(floor),
  FloorDiv: binary((a, b) => (isInteger(a) ? floorDiv(a, b) : floor(div(a, b)))),
  FloorMod: binary((a, b) => (isInteger(a) ? mod(a, b) : flooredRemainder(a, b))),
  Greater: binary(greater),
  GreaterEqual: binary(greaterEqual),
  Identity: identity,
  IsNan: unary((x) => notEqual(x, x)),
  LeakyRelu: (call) => {
    const alpha = call.attributeNumber('alpha', 0.2)
    return [call.placed(0).map((x) => leakyRelu(x, alpha))]
  },
  Less: binary(less),
  LessEqual: binary(lessEqual),
  Log: unary(log),
  Log1p: unary(log1p),
  LogicalAnd: binary(both),
  LogicalNot: unary((x) => sub(1, truth(x))),
  LogicalOr: binary((a, b) => maximum(truth(a), truth(b))),
  Maximum: binary(maximum),
  Minimum: binary(minimum),
  Mul: binary(mul),
  Neg: unary(neg),
  NotEqual: binary(notEqual),
  Pow: binary(pow),
  Prelu: binary(prelu),
  PreventGradient: identity,
  RealDiv: binary(quotient),
  Reciprocal: unary((x) => div(1, x)),
  Relu: unary(relu),
  Relu6: unary(relu6),
  Round: unary(round),
  Rsqrt: unary((x) => div(1, sqrt(x))),
  Select: select,
  SelectV2: select,
  Selu: unary(selu),
  Sigmoid: unary(sigmoid),
  Sign: unary(sign),
  Sin: unary(sin),
  Sinh: unary(sinh),
  Snapshot: identity,
  Softplus: unary(softplus),
  Softsign: unary((x) => div(x, add(1, abs(x)))),
  Sqrt: unary(sqrt),
  Square: unary(square),
  SquaredDifference: binary((a, b) => square(sub(a, b))),
  StopGradient: identity,
  Sub: binary(sub),
  Tan: unary(tan),
  Tanh: unary(tanh),
}
