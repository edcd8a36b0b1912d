/** What operators on each element alone have in common: the same function for tensors, for integers among them, and for known numbers. */
import type { Tensor } from '../../../graph/tensor.ts'
import {
  abs,
  add,
  cast,
  floorDiv,
  greater,
  less,
  maximum,
  mod,
  mul,
  notEqual,
  sub,
  where,
} from '../../../ops/elementwise.ts'
import type { OnnxCall } from '../call.ts'
import { fitsEngine, integerRange, isInteger, type OnnxType } from '../element-types.ts'
import { mapKnown, zipKnown } from '../on-known.ts'
import { isKnown, type Value } from '../values.ts'
import type { Compute } from './operator.ts'

export const computed = (type: OnnxType, tensor: Tensor): Value => ({ type, tensor })

/** A tensor as a value of an operand's type. */
export const like = (call: OnnxCall, index: number, tensor: Tensor): Value => computed(call.type(index), tensor)

/** A function of floats. */
export const unary =
  (ofTensor: (x: Tensor) => Tensor, ofNumber: (x: number) => number): Compute =>
  (call) => {
    const x = call.value(0)
    return [isKnown(x) ? mapKnown(x, ofNumber) : computed(x.type, ofTensor(x.tensor))]
  }

/** An activation: a function of floats, with attributes, that is never asked of shapes. */
export const activation =
  (of: (x: Tensor, call: OnnxCall) => Tensor): Compute =>
  (call) => [like(call, 0, of(call.tensor(0), call))]

/**
 * An integer result of the engine as one of its own type: of fewer bits it is cut to its lowest, of 32 it was already. One of 64 bits is refused when the program
 * runs where it would not fit, unless nothing but its lowest 32 bits is looked at.
 * @param estimate about the result, as float32
 */
export function integerResult(call: OnnxCall, type: OnnxType, result: Tensor, estimate: () => Tensor): Tensor {
  if (type === 'int32') return result
  const [min, max] = integerRange(type)
  if (fitsEngine(type)) {
    const count = max - min + 1
    return min === 0 ? mod(result, count) : add(mod(sub(result, min), count), min)
  }
  // float32 tells numbers of this size to within some hundreds.
  const size = 2 ** 31 - 1024
  const about = estimate()
  const bad = min === 0 ? maximum(greater(about, size), less(about, 0)) : greater(abs(about), size)
  call.doubtWhere(bad, result, `computes an ${type} that does not fit the 32 bits that integers are computed with`)
  return result
}

/** Arithmetic of two operands of one type. */
export function arithmetic(
  ofTensors: (a: Tensor, b: Tensor) => Tensor,
  ofNumbers: (a: number, b: number) => number,
): Compute {
  return (call) => {
    const [a, b] = alike(call, [call.value(0), call.value(1)])
    return [pairwise(call, a, b, ofTensors, ofNumbers)]
  }
}

export function pairwise(
  call: OnnxCall,
  a: Value,
  b: Value,
  ofTensors: (a: Tensor, b: Tensor) => Tensor,
  ofNumbers: (a: number, b: number) => number,
): Value {
  const { type } = a
  if (isKnown(a) && isKnown(b)) return zipKnown([a, b], ofNumbers, type)
  const [x, y] = [call.tensorOf(a), call.tensorOf(b)]
  const result = ofTensors(x, y)
  if (!isInteger(type)) return computed(type, result)
  return computed(
    type,
    integerResult(call, type, result, () => ofTensors(cast(x, 'float32'), cast(y, 'float32'))),
  )
}

/** Operands, which have to be of one type. */
export function alike<V extends Value>(call: OnnxCall, values: readonly V[]): readonly V[] {
  const [{ type }] = values
  const other = values.find((value) => value.type !== type)
  if (other !== undefined) call.fail(`has operands of ${type} and ${other.type}; expected one type`)
  return values
}

/** A quotient of integers, cut towards 0. */
export function truncatedQuotient(call: OnnxCall, a: Tensor, b: Tensor): Tensor {
  call.refuseWhere(sub(1, notEqual(b, 0)), 'divides an integer by 0')
  const floored = floorDiv(a, b)
  const whole = sub(1, notEqual(mul(floored, b), a))
  const opposite = notEqual(less(a, 0), less(b, 0))
  return where(mul(opposite, sub(1, whole)), add(floored, 1), floored)
}

/** A tensor of truth values, or numbers, as truth values. */
export const truth = (x: Tensor): Tensor => notEqual(x, 0)
