/** Integers of few bits that stand for floats. */
import { sizeOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { abs, add, cast, div, equal, greater, maximum, minimum, mul, sub, where } from '../../../ops/elementwise.ts'
import { fakeQuantize } from '../../../ops/fake-quantize.ts'
import { matmul } from '../../../ops/matmul.ts'
import { max, min } from '../../../ops/reduce.ts'
import { round } from '../../../ops/rounding.ts'
import { reshape } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { integerRange, type OnnxType } from '../element-types.ts'
import { foldedOf } from '../folded.ts'
import { isKnown, type Value } from '../values.ts'
import { convolved } from './convolution.ts'
import { computed } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { axisOf } from './structure.ts'

/** A scale or zero point, one or one for each slice along an axis, as float32 beside x. */
function alongAxis(call: OnnxCall, index: number, x: Tensor): Tensor {
  const tensor = cast(call.tensor(index), 'float32')
  if (call.number('block_size', 0) !== 0)
    call.fail('has scales of blocks; expected one, or one for each slice of an axis')
  if (tensor.shape.length === 0) return tensor
  if (tensor.shape.length > 1) call.fail(`has scales of shape [${tensor.shape}]`)
  if (tensor.shape[0] === 1) return reshape(tensor, [])
  const axis = axisOf(call, call.number('axis', 1), x.shape.length)
  return reshape(
    tensor,
    x.shape.map((_, i) => (i === axis ? tensor.shape[0] : 1)),
  )
}

const inRange = (x: Tensor, type: OnnxType): Tensor => {
  const [smallest, largest] = integerRange(type)
  return cast(minimum(maximum(x, smallest), largest), 'int32')
}

/** Floats rounded to signed bytes of one range. */
interface Rounding {
  readonly x: Tensor
  readonly scale: number
  readonly zeroPoint: number
}

/** What tensors of whole numbers are the rounding of: dequantized by the same numbers, they are what `fakeQuantize` gives, which integers compute. */
const roundings = new WeakMap<Tensor, Rounding>()

/** Numbers of a byte, as signed ones: of an unsigned one all are 128 less, and so is its zero point. */
const signedShift: Partial<Record<OnnxType, number>> = { int8: 0, uint8: 128 }

/** The one scale and zero point of a call, where they are known and the type is a byte. */
function rangeOf(call: OnnxCall, type: OnnxType): Omit<Rounding, 'x'> | undefined {
  const shift = signedShift[type]
  const [scale, zero] = [1, 2].map((i) => (call.has(i) ? foldedOf(call.value(i)) : undefined))
  if (shift === undefined || scale?.data.length !== 1 || (call.has(2) && zero?.data.length !== 1)) return undefined
  return { scale: scale.data[0], zeroPoint: (zero?.data[0] ?? 0) - shift }
}

const quantize: Compute = (call) => {
  const x = cast(call.tensor(0), 'float32')
  const type = call.has(2) ? call.type(2) : 'uint8'
  const scaled = round(div(x, alongAxis(call, 1, x)))
  const rounded = inRange(call.has(2) ? add(scaled, alongAxis(call, 2, x)) : scaled, type)
  const range = rangeOf(call, type)
  if (range !== undefined) roundings.set(rounded, { x, ...range })
  return [computed(type, rounded)]
}

const dequantize: Compute = (call) => {
  const type = call.type(1)
  const operand = call.value(0)
  const rounding = isKnown(operand) ? undefined : roundings.get(operand.tensor)
  const range = rangeOf(call, operand.type)
  if (rounding !== undefined && range?.scale === rounding.scale && range.zeroPoint === rounding.zeroPoint)
    return [computed(type, fakeQuantize(rounding.x, { ...range, low: -128, high: 127 }))]
  const x = cast(call.tensor(0), 'float32')
  const centred = call.has(2) ? sub(x, alongAxis(call, 2, x)) : x
  const scale = alongAxis(call, 1, x)
  const values = mul(centred, scale)
  return [computed(type, areWeights(call, x) ? fakeQuantize(values, { scale, low: -127, high: 127 }) : values)]
}

/** Whether an operand are signed bytes around 0 that are known, none of them -128: weights, which rounding leaves as they are. */
function areWeights(call: OnnxCall, x: Tensor): boolean {
  const known = foldedOf(call.value(0))
  if (known?.type !== 'int8' || x.shape.length < 2 || !Array.prototype.every.call(known.data, (q) => q > -128))
    return false
  const zero = call.has(2) ? foldedOf(call.value(2)) : undefined
  return !call.has(2) || (zero !== undefined && Array.prototype.every.call(zero.data, (q) => q === 0))
}

/** To 8 bits, with the scale that holds all values and 0. */
const dynamicQuantize: Compute = (call) => {
  const x = call.tensor(0)
  const [smallest, largest] = [minimum(min(x), 0), maximum(max(x), 0)]
  const span = div(sub(largest, smallest), 255)
  // Zeros alone have any scale.
  const scale = where(equal(span, 0), 1, span)
  const zero = round(minimum(maximum(div(sub(0, smallest), scale), 0), 255))
  const y = inRange(add(round(div(x, scale)), zero), 'uint8')
  return [computed('uint8', y), computed('float32', scale), computed('uint8', cast(zero, 'int32'))]
}

const matMulInteger: Compute = (call) => {
  const [a, b] = [call.tensor(0), call.tensor(1)]
  const without = (x: Tensor, index: number, axis: 0 | 1): Tensor => {
    const zero = call.optionalTensor(index)
    if (zero === undefined) return x
    if (zero.shape.length <= 1 && (zero.shape[0] ?? 1) === 1) return sub(x, reshape(zero, []))
    if (zero.shape.length > 1) call.fail(`has zero points of shape [${zero.shape}]`)
    return sub(x, axis === 0 ? reshape(zero, [zero.shape[0], 1]) : zero)
  }
  return [computed('int32', matmul(without(a, 2, 0), without(b, 3, 1)))]
}

/** Whole numbers of 8 bits without their zero point, as floats: one, or one for each slice along the first axis. */
function centred(call: OnnxCall, index: number, zero: number): Tensor {
  const x = cast(call.tensor(index), 'float32')
  const point = call.optionalTensor(zero)
  if (point === undefined) return x
  const shape = sizeOf(point.shape) === 1 ? [] : [point.shape[0], ...x.shape.slice(1).map(() => 1)]
  return sub(x, cast(reshape(point, shape), 'float32'))
}

/** A convolution of whole numbers, which is exact up to 2^24. */
function wholeConvolution(call: OnnxCall, x: Tensor, w: Tensor): Tensor {
  const terms = sizeOf(w.shape.slice(1))
  if (terms * 255 ** 2 > 2 ** 24)
    call.refuseWhere(
      greater(convolved(call, abs(x), abs(w)), 2 ** 24),
      'adds up products beyond 2^24, to which they are exact',
    )
  return convolved(call, x, w)
}

const convInteger: Compute = (call) => [
  computed('int32', cast(wholeConvolution(call, centred(call, 0, 2), centred(call, 1, 3)), 'int32')),
]

/** Whole numbers of scales as those of another scale and zero point. */
function requantized(call: OnnxCall, x: Tensor, scale: Tensor, places: { scale: number; zero: number }): Value {
  const type = call.type(places.zero)
  const [own, zero] = [places.scale, places.zero].map((i) => reshape(cast(call.tensor(i), 'float32'), []))
  return computed(type, inRange(add(round(mul(x, div(scale, own))), zero), type))
}

const quantizedConvolution: Compute = (call) => {
  const products = wholeConvolution(call, centred(call, 0, 2), centred(call, 3, 5))
  const along = (t: Tensor): Tensor =>
    reshape(t, sizeOf(t.shape) === 1 ? [] : [t.shape[0], ...products.shape.slice(2).map(() => 1)])
  const bias = call.optionalTensor(8)
  const total = bias ? add(products, along(cast(bias, 'float32'))) : products
  const scale = mul(reshape(call.tensor(1), []), along(call.tensor(4)))
  return [requantized(call, total, scale, { scale: 6, zero: 7 })]
}

const quantizedProduct: Compute = (call) => {
  for (const index of [1, 2, 4, 5])
    if (sizeOf(call.shape(index)) !== 1) call.fail('has scales of rows or columns; expected one of each matrix')
  const without = (index: number, zero: number): Tensor => sub(call.tensor(index), reshape(call.tensor(zero), []))
  const products = cast(matmul(without(0, 2), without(3, 5)), 'float32')
  const scale = mul(reshape(call.tensor(1), []), reshape(call.tensor(4), []))
  return [requantized(call, products, scale, { scale: 6, zero: 7 })]
}

const window = 'auto_pad dilations group kernel_shape pads strides'

export const quantizationOperators = {
  ConvInteger: operator(convInteger, [10, window]),
  DequantizeLinear: operator(dequantize, [10, ''], [13, 'axis'], [19, 'axis'], [21, 'axis block_size']),
  DynamicQuantizeLinear: operator(dynamicQuantize, [11, '']),
  MatMulInteger: operator(matMulInteger, [10, '']),
  QLinearConv: operator(quantizedConvolution, [10, window]),
  QLinearMatMul: operator(quantizedProduct, [10, ''], [21, '']),
  QuantizeLinear: operator(
    quantize,
    [10, ''],
    [13, 'axis'],
    [19, 'axis saturate'],
    [21, 'axis block_size output_dtype saturate'],
  ),
} satisfies Record<string, Operator>
