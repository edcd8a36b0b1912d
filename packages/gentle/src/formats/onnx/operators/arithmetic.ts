/** Arithmetic, comparisons and logic of ONNX. */
import type { Tensor } from '../../../graph/tensor.ts'
import {
  abs,
  add,
  cast,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  pow,
  sign,
  sub,
  where,
} from '../../../ops/elementwise.ts'
import { floatRemainder } from '../../float-remainder.ts'
import type { OnnxCall } from '../call.ts'
import { isInteger } from '../element-types.ts'
import { mapKnown, zipKnown } from '../on-known.ts'
import { isKnown, type Value } from '../values.ts'
import { alike, arithmetic, computed, integerResult, like, pairwise, truncatedQuotient } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'

const comparison =
  (ofTensors: (a: Tensor, b: Tensor) => Tensor, ofNumbers: (a: number, b: number) => boolean): Compute =>
  (call) => {
    const [a, b] = alike(call, [call.value(0), call.value(1)])
    if (isKnown(a) && isKnown(b)) return [zipKnown([a, b], (x, y) => Number(ofNumbers(x, y)), 'bool')]
    return [computed('bool', ofTensors(call.tensorOf(a), call.tensorOf(b)))]
  }

/** Any number of operands, folded from the left. */
const variadic =
  (ofTensors: (a: Tensor, b: Tensor) => Tensor, ofNumbers: (a: number, b: number) => number): Compute =>
  (call) => {
    const [first, ...rest] = alike(call, call.values())
    return [rest.reduce((a, b) => pairwise(call, a, b, ofTensors, ofNumbers), first)]
  }

/** What a product takes in place of a quotient by one number, which is several times as slow; undefined where it loses more than the last bit. */
function reciprocal(divisor: Value): number | undefined {
  if (!isKnown(divisor) || divisor.data.length !== 1 || divisor.shape.length > 1) return undefined
  const factor = 1 / divisor.data[0]
  return Math.abs(factor) > 2 ** -100 && Math.abs(factor) < 2 ** 100 ? factor : undefined
}

const divide: Compute = (call) => {
  const [a, b] = alike(call, [call.value(0), call.value(1)])
  const { type } = a
  const factor = reciprocal(b)
  if (!isInteger(type) && !isKnown(a) && factor !== undefined) return [computed(type, mul(a.tensor, factor))]
  if (!isInteger(type)) return [pairwise(call, a, b, div, (x, y) => x / y)]
  if (isKnown(a) && isKnown(b))
    return [zipKnown([a, b], (x, y) => (y === 0 ? call.fail('divides an integer by 0') : Math.trunc(x / y)), type)]
  return [computed(type, truncatedQuotient(call, call.tensorOf(a), call.tensorOf(b)))]
}

/** The remainder, with the sign of the divisor, or with `fmod` of the dividend. */
const remainder: Compute = (call) => {
  const [a, b] = alike(call, [call.value(0), call.value(1)])
  const { type } = a
  const fmod = call.flag('fmod')
  if (!fmod && !isInteger(type)) call.fail('takes a remainder of floats; expected fmod 1')
  if (isKnown(a) && isKnown(b)) return [zipKnown([a, b], (x, y) => (fmod ? x % y : ((x % y) + y) % y), type)]
  const [x, y] = [call.tensorOf(a), call.tensorOf(b)]
  if (isInteger(type)) return [computed(type, fmod ? sub(x, mul(truncatedQuotient(call, x, y), y)) : mod(x, y))]
  const { remainder: rest, inexact } = floatRemainder(x, y)
  call.refuseWhere(
    inexact,
    'takes the remainder of a float more than 2^24 times as large as its divisor, or beyond 2^114, which is not exact',
  )
  return [computed(type, rest)]
}

/** A power has the type of its base; the exponent may be of another. */
const power: Compute = (call) => {
  const [a, b] = [call.value(0), call.value(1)]
  const { type } = a
  if (isKnown(a) && isKnown(b)) return [zipKnown([a, b], (x, y) => x ** y, type)]
  const [x, y] = [call.tensorOf(a), call.tensorOf(b)].map((t) => cast(t, 'float32'))
  const result = pow(x, y)
  if (!isInteger(type)) {
    if (isKnown(b)) return [computed(type, result)]
    // As IEEE 754 has it: 1 to the power of anything is 1, and so is -1 to that of infinity.
    const one = maximum(equal(x, 1), mul(equal(abs(x), 1), equal(abs(y), Number.POSITIVE_INFINITY)))
    return [computed(type, where(one, 1, result))]
  }
  call.refuseWhere(greater(abs(result), 2 ** 24), 'computes a power beyond 2^24, to which integers are exact')
  const whole = cast(result, 'int32')
  return [
    computed(
      type,
      integerResult(call, type, whole, () => result),
    ),
  ]
}

const negate: Compute = (call) => {
  const x = call.value(0)
  if (isKnown(x)) return [mapKnown(x, (n) => -n)]
  return [
    computed(
      x.type,
      isInteger(x.type)
        ? integerResult(call, x.type, sub(0, x.tensor), () => neg(cast(x.tensor, 'float32')))
        : neg(x.tensor),
    ),
  ]
}

const absolute: Compute = (call) => {
  const x = call.value(0)
  if (isKnown(x)) return [mapKnown(x, Math.abs)]
  if (!isInteger(x.type)) return [computed(x.type, abs(x.tensor))]
  const size = maximum(x.tensor, sub(0, x.tensor))
  return [
    computed(
      x.type,
      integerResult(call, x.type, size, () => abs(cast(x.tensor, 'float32'))),
    ),
  ]
}

const signOf: Compute = (call) => {
  const x = call.value(0)
  if (isKnown(x)) return [mapKnown(x, Math.sign)]
  if (!isInteger(x.type)) return [computed(x.type, where(equal(x.tensor, x.tensor), sign(x.tensor), x.tensor))]
  return [computed(x.type, cast(sub(greater(x.tensor, 0), less(x.tensor, 0)), 'int32'))]
}

const average: Compute = (call) => {
  const values = alike(call, call.values())
  const total = values.reduce((a, b) => pairwise(call, a, b, add, (x, y) => x + y))
  return [pairwise(call, total, { type: total.type, shape: [], data: [values.length] }, div, (x, y) => x / y)]
}

const choose: Compute = (call) => {
  const [condition, a, b] = [call.value(0), call.value(1), call.value(2)]
  alike(call, [a, b])
  if (isKnown(condition) && isKnown(a) && isKnown(b))
    return [zipKnown([condition, a, b], (c, x, y) => (c === 0 ? y : x), a.type)]
  return [computed(a.type, where(call.tensorOf(condition), call.tensorOf(a), call.tensorOf(b)))]
}

const logical = (ofTensors: (a: Tensor, b: Tensor) => Tensor, of: (a: boolean, b: boolean) => boolean): Compute =>
  comparison(ofTensors, (a, b) => of(a !== 0, b !== 0))

/** Before operator set 7 a second operand was aligned by attributes. */
const aligned =
  (compute: Compute): Compute =>
  (call: OnnxCall): readonly (Value | undefined)[] => {
    const [a, b] = [call.shape(0), call.shape(1)]
    const same = a.length === b.length && a.every((n, axis) => n === b[axis])
    if (!same && !call.flag('broadcast')) call.fail('has operands of different shapes, and broadcast is not set')
    const axis = call.number('axis', a.length - b.length)
    if (axis !== a.length - b.length && axis !== -b.length)
      call.fail(`aligns its second operand with axis ${axis}; expected the last axes`)
    return compute(call)
  }

const since7 = (compute: Compute, ...later: number[]): Operator =>
  operator(
    aligned(compute),
    [1, 'axis broadcast', aligned(compute)],
    [6, 'axis broadcast'],
    [7, '', compute],
    ...later.map((version) => [version, ''] as const),
  )

const compared = (compute: Compute, ...later: number[]): Operator =>
  operator(aligned(compute), [1, 'axis broadcast'], [7, '', compute], ...later.map((version) => [version, ''] as const))

export const arithmeticOperators = {
  Abs: operator(absolute, [1, ''], [6, ''], [13, '']),
  Add: since7(
    arithmetic(add, (a, b) => a + b),
    13,
    14,
  ),
  And: compared(logical(mul, (a, b) => a && b)),
  Div: since7(divide, 13, 14),
  Equal: compared(
    comparison(equal, (a, b) => a === b),
    11,
    13,
    19,
  ),
  Greater: compared(
    comparison(greater, (a, b) => a > b),
    9,
    13,
  ),
  GreaterOrEqual: operator(
    comparison(greaterEqual, (a, b) => a >= b),
    [12, ''],
    [16, ''],
  ),
  Less: compared(
    comparison(less, (a, b) => a < b),
    9,
    13,
  ),
  LessOrEqual: operator(
    comparison(lessEqual, (a, b) => a <= b),
    [12, ''],
    [16, ''],
  ),
  Max: operator(variadic(maximum, Math.max), [1, ''], [6, ''], [8, ''], [12, ''], [13, '']),
  Mean: operator(average, [1, ''], [6, ''], [8, ''], [13, '']),
  Min: operator(variadic(minimum, Math.min), [1, ''], [6, ''], [8, ''], [12, ''], [13, '']),
  Mod: operator(remainder, [10, 'fmod'], [13, 'fmod']),
  Mul: since7(
    arithmetic(mul, (a, b) => a * b),
    13,
    14,
  ),
  Neg: operator(negate, [1, ''], [6, ''], [13, '']),
  Not: operator(
    (call) => {
      const x = call.value(0)
      return [isKnown(x) ? mapKnown(x, (n) => Number(n === 0)) : like(call, 0, sub(1, x.tensor))]
    },
    [1, ''],
  ),
  Or: compared(logical(maximum, (a, b) => a || b)),
  Pow: operator(aligned(power), [1, 'axis broadcast'], [7, '', power], [12, ''], [13, ''], [15, '']),
  Sign: operator(signOf, [9, ''], [13, '']),
  Sub: since7(
    arithmetic(sub, (a, b) => a - b),
    13,
    14,
  ),
  Sum: operator(
    variadic(add, (a, b) => a + b),
    [1, ''],
    [6, ''],
    [8, ''],
    [13, ''],
  ),
  Where: operator(choose, [9, ''], [16, '']),
  Xor: compared(logical(notEqual, (a, b) => a !== b)),
} satisfies Record<string, Operator>
