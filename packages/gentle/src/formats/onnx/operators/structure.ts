/** Operators of ONNX that move elements about, and tell of shapes. */
import { broadcastShapes, broadcastStrides, type Shape, sizeOf, stridesOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import {
  add,
  cast as asType,
  greater,
  greaterEqual,
  less,
  maximum,
  mod,
  mul,
  sub,
  where,
} from '../../../ops/elementwise.ts'
import { gather } from '../../../ops/indexing.ts'
import { broadcastTo, concat, pad, reshape, slice, transpose } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { fitsEngine, integerRange, isFloat, isInteger, type OnnxType } from '../element-types.ts'
import { knownAs } from '../on-known.ts'
import {
  type Computed,
  constantOf,
  integers,
  isKnown,
  type Known,
  offsetsOf,
  picked,
  shapeOf,
  type Value,
} from '../values.ts'
import { alike, computed, truth } from './elements.ts'
import { roundHalf } from './halves.ts'
import { type Compute, type Operator, operator } from './operator.ts'

/** An axis counted from the end made to count from the start. */
export function axisOf(call: OnnxCall, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= Math.max(rank, 1))
    call.fail(`has axis ${axis} for an operand of ${rank} axes`)
  return axis < 0 ? axis + rank : axis
}

export const axesOf = (call: OnnxCall, axes: readonly number[], rank: number): number[] =>
  axes.map((axis) => axisOf(call, axis, rank))

/** Axes that are an attribute, or from some operator set on an operand; undefined where there are none. */
export const axesGiven = (call: OnnxCall, operand: number): readonly number[] | undefined =>
  call.list('axes') ?? (call.has(operand) ? call.numbers(operand) : undefined)

export const reshaped = (value: Value, shape: Shape): Value =>
  isKnown(value) ? { ...value, shape } : computed(value.type, reshape(value.tensor, shape))

/** The sizes that Reshape asks for: 0 keeps a size, unless zeros are allowed, and -1 takes the rest. */
function askedShape(call: OnnxCall, from: Shape, asked: readonly number[]): number[] {
  const literal = call.opset >= 14 && call.flag('allowzero')
  const sizes = asked.map((n, axis) =>
    n === 0 && !literal ? (from[axis] ?? call.fail('keeps an axis that does not exist')) : n,
  )
  const others = sizes.filter((n) => n !== -1).reduce((product, n) => product * n, 1)
  const whole = sizes.map((n) => (n === -1 ? sizeOf(from) / others : n))
  if (sizeOf(whole) !== sizeOf(from) || !whole.every((n) => Number.isSafeInteger(n) && n >= 0))
    call.fail(`reshapes [${from}] to [${asked}], which has a different number of elements`)
  return whole
}

const flatten: Compute = (call) => {
  const x = call.value(0)
  const shape = shapeOf(x)
  const axis = call.number('axis', 1)
  const first = axis < 0 ? axis + shape.length : axis
  if (first < 0 || first > shape.length) call.fail(`has axis ${axis} for an operand of ${shape.length} axes`)
  return [reshaped(x, [sizeOf(shape.slice(0, first)), sizeOf(shape.slice(first))])]
}

const squeeze: Compute = (call) => {
  const x = call.value(0)
  const shape = shapeOf(x)
  const given = axesGiven(call, 1)
  if (given?.length === 0 && shape.includes(1))
    call.fail('squeezes an empty list of axes, which means none or all, depending on the runtime')
  const axes = given ? axesOf(call, given, shape.length) : shape.flatMap((n, axis) => (n === 1 ? [axis] : []))
  const other = axes.find((axis) => shape[axis] !== 1)
  if (other !== undefined) call.fail(`squeezes axis ${other} of size ${shape[other]}; expected size 1`)
  return [
    reshaped(
      x,
      shape.filter((_, axis) => !axes.includes(axis)),
    ),
  ]
}

const unsqueeze: Compute = (call) => {
  const x = call.value(0)
  const given = axesGiven(call, 1) ?? call.fail('has no axes')
  const rank = shapeOf(x).length + given.length
  const axes = axesOf(call, given, rank)
  if (new Set(axes).size < axes.length) call.fail(`inserts an axis twice: [${given}]`)
  const rest = [...shapeOf(x)]
  return [
    reshaped(
      x,
      Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!)),
    ),
  ]
}

/** A value with its axes in another order. */
export function reordered(x: Value, order: readonly number[]): Value {
  if (!isKnown(x)) return computed(x.type, transpose(x.tensor, order))
  const strides = stridesOf(x.shape)
  const shape = order.map((axis) => x.shape[axis])
  return picked(
    x,
    offsetsOf(
      shape,
      order.map((axis) => strides[axis]),
    ),
    shape,
  )
}

/** A value repeated along axes of size 1, and before its first axis. */
export function expanded(x: Value, shape: Shape): Value {
  if (!isKnown(x)) return computed(x.type, broadcastTo(x.tensor, shape))
  return picked(x, offsetsOf(shape, broadcastStrides(x.shape, shape)), shape)
}

/** The elements of an axis at places `start`, `start + step`, ... */
interface Stretch {
  readonly start: number
  readonly count: number
  readonly step: number
}

export function sliced(call: OnnxCall, x: Value, along: readonly Stretch[]): Value {
  const shape = along.map(({ count }) => count)
  if (isKnown(x) || shape.includes(0)) {
    if (!isKnown(x)) return { type: x.type, shape, data: [] }
    const strides = stridesOf(x.shape)
    const start = along.reduce((sum, stretch, axis) => sum + stretch.start * strides[axis], 0)
    return picked(
      x,
      offsetsOf(
        shape,
        along.map(({ step }, axis) => step * strides[axis]),
        start,
      ),
      shape,
    )
  }
  const options = { strides: along.map(({ step, count }) => (count === 1 ? 1 : step)) }
  return computed(
    x.type,
    slice(
      call.tensorOf(x),
      along.map(({ start }) => start),
      shape,
      options,
    ),
  )
}

const all = (shape: Shape): Stretch[] => shape.map((count) => ({ start: 0, count, step: 1 }))

const sliceOf: Compute = (call) => {
  const x = call.value(0)
  const shape = shapeOf(x)
  const starts = call.list('starts') ?? call.numbers(1)
  const ends = call.list('ends') ?? call.numbers(2)
  const given = axesGiven(call, 3) ?? starts.map((_, i) => i)
  const axes = axesOf(call, given, shape.length)
  const steps = call.has(4) ? call.numbers(4) : starts.map(() => 1)
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length)
    call.fail(`has ${starts.length} starts, ${ends.length} ends, ${axes.length} axes and ${steps.length} steps`)
  const along = all(shape)
  axes.forEach((axis, i) => {
    const [size, step] = [shape[axis], steps[i]]
    if (step === 0) call.fail('has a step of 0')
    const [fromEnd, toEnd] = [starts[i], ends[i]].map((at) => (at < 0 ? at + size : at))
    const start = Math.min(Math.max(fromEnd, 0), step > 0 ? size : size - 1)
    const end = step > 0 ? Math.min(Math.max(toEnd, 0), size) : Math.min(Math.max(toEnd, -1), size - 1)
    along[axis] = { start, step, count: Math.max(0, Math.ceil((end - start) / step)) }
  })
  return [sliced(call, x, along)]
}

const splitOf: Compute = (call) => {
  const x = call.value(0)
  const shape = shapeOf(x)
  const axis = axisOf(call, call.number('axis', 0), shape.length)
  const parts = call.node.outputs.length
  const size = shape[axis]
  const given = call.list('split') ?? (call.has(1) ? call.numbers(1) : undefined)
  const asked = call.number('num_outputs', parts)
  if (asked !== parts) call.fail(`has ${parts} outputs, and num_outputs ${asked}`)
  const limit = Math.ceil(size / parts)
  // From operator set 18 on the last part may be smaller.
  if (given === undefined && call.opset < 18 && size % parts !== 0)
    call.fail(`splits ${size} elements into ${parts} equal parts`)
  const sizes = given ?? Array.from({ length: parts }, (_, i) => Math.min(limit, size - i * limit))
  if (sizes.reduce((sum, n) => sum + n, 0) !== size) call.fail(`splits ${size} elements into parts of [${sizes}]`)
  let start = 0
  return sizes.map((count) => {
    const along = all(shape)
    along[axis] = { start, count, step: 1 }
    start += count
    return sliced(call, x, along)
  })
}

/** Values one after the other along an axis; those without elements are left out. */
export function concatenated(call: OnnxCall, values: readonly Value[], axis: number): Value {
  const { type } = alike(call, values)[0]
  if (values.every(isKnown)) {
    const known = values as readonly Known[]
    const shape = [...known[0].shape]
    shape[axis] = known.reduce((sum, part) => sum + part.shape[axis], 0)
    const outer = sizeOf(shape.slice(0, axis))
    const data = Array.from({ length: outer }, (_, i) =>
      known.flatMap((part) => {
        const n = part.data.length / outer
        return Array.from(part.data.slice(i * n, (i + 1) * n))
      }),
    ).flat()
    if (data.length !== sizeOf(shape)) call.fail('joins values of different shapes')
    return { type, shape, data }
  }
  const parts = values.filter((value) => !shapeOf(value).includes(0))
  if (parts.length === 1) return parts[0]
  return computed(
    type,
    concat(
      parts.map((value) => call.tensorOf(value)),
      axis,
    ),
  )
}

/** Indices along an axis of `count` elements, of which those below 0 count from the end; outside is refused when the program runs. */
export function fromStart(call: OnnxCall, indices: Tensor, count: number): Tensor {
  call.refuseWhere(maximum(less(indices, -count), greaterEqual(indices, count)), `takes an element outside of ${count}`)
  return where(less(indices, 0), add(indices, count), indices)
}

const gathered: Compute = (call) => {
  const [x, indices] = [call.value(0), call.value(1)]
  const from = shapeOf(x)
  const axis = axisOf(call, call.number('axis', 0), from.length)
  const count = from[axis]
  if (!isKnown(indices))
    return [computed(x.type, gather(call.tensorOf(x), fromStart(call, indices.tensor, count), axis))]
  const places = Array.from(indices.data, (i) => (i < 0 ? i + count : i))
  const outside = places.findIndex((i) => !(i >= 0 && i < count))
  if (outside >= 0) call.fail(`takes element ${indices.data[outside]} of ${count}`)
  const shape = [...from.slice(0, axis), ...indices.shape, ...from.slice(axis + 1)]
  if (shape.includes(0)) return [{ type: x.type, shape, data: [] }]
  if (isKnown(x)) {
    const strides = stridesOf(from)
    const inner = [...strides.slice(0, axis), ...strides.slice(axis + 1)]
    const rest = [...from.slice(0, axis), ...from.slice(axis + 1)]
    const [before, behind] = [
      offsetsOf(rest.slice(0, axis), inner.slice(0, axis)),
      offsetsOf(rest.slice(axis), inner.slice(axis)),
    ]
    const offsets = before.flatMap((o) => places.flatMap((i) => behind.map((k) => o + i * strides[axis] + k)))
    return [picked(x, offsets, shape)]
  }
  if (places.length === 1) {
    const along = all(from)
    along[axis] = { start: places[0], count: 1, step: 1 }
    return [reshaped(sliced(call, x, along), shape)]
  }
  return [computed(x.type, gather(x.tensor, constantOf({ type: 'int64', shape: indices.shape, data: places }), axis))]
}

const constant: Compute = (call) => {
  const tensor = call.constant('value')
  if (tensor !== undefined) return [tensor]
  const floats = call.list('value_floats')
  if (floats !== undefined) return [{ type: 'float32', shape: [floats.length], data: floats }]
  const whole = call.list('value_ints')
  if (whole !== undefined) return [integers(whole)]
  if (Object.hasOwn(call.node.attributes, 'value_int')) return [integers([call.number('value_int', 0)], [])]
  if (Object.hasOwn(call.node.attributes, 'value_float'))
    return [{ type: 'float32', shape: [], data: [call.number('value_float', 0)] }]
  return call.fail('has no value of numbers')
}

const constantOfShape: Compute = (call) => {
  const shape = call.numbers(0)
  call.checkSize(shape)
  const { type, data } = call.constant('value') ?? { type: 'float32' as const, data: [0] }
  return [{ type, shape, data: new Float64Array(sizeOf(shape)).fill(data[0]) }]
}

/** The operand as elements of another type, of which integers of up to 32 bits are the lowest of those of 64. */
function castOperand(call: OnnxCall, type: OnnxType): Value {
  const low = isInteger(type) && fitsEngine(type)
  return cast(call, low ? call.lowestBits(0) : call.value(0), type)
}

/** Values as elements of another type: fractions are cut, truth values are 0 or 1, floats of 16 bits rounded. */
function cast(call: OnnxCall, x: Value, type: OnnxType): Value {
  if (x.type === type) return x
  if (isKnown(x)) return { ...knownAs(type, x.shape, x.data) }
  if (type === 'bool') return computed(type, truth(x.tensor))
  if (isInteger(type)) return computed(type, asInteger(call, x, type))
  const converted = asType(x.tensor, 'float32')
  if (type === 'float16' || type === 'bfloat16') return computed(type, roundHalf(converted, type))
  return computed(type, converted)
}

/** The whole part of a number as an integer of a type, of which one of fewer bits is cut to its lowest. What the engine's 32 bits do not hold is refused when the program runs. */
function asInteger(call: OnnxCall, { type: from, tensor }: Computed, type: OnnxType): Tensor {
  const [min, max] = integerRange(type)
  const unsigned = min === 0 && !fitsEngine(type)
  if (isFloat(from)) {
    // NaN is not within, either.
    const within = mul(greaterEqual(tensor, -(2 ** 31)), less(tensor, 2 ** 31))
    call.refuseWhere(
      sub(1, unsigned ? mul(within, greater(tensor, -1)) : within),
      `casts to ${type} a number that does not fit the 32 bits that integers are computed with`,
    )
  }
  const whole = asType(tensor, 'int32')
  const [fromLeast, fromLargest] = isInteger(from)
    ? integerRange(from)
    : from === 'bool'
      ? [0, 1]
      : [-Infinity, Infinity]
  if (min <= fromLeast && fromLargest <= max) return whole
  if (unsigned && !isFloat(from))
    call.refuseWhere(
      less(whole, 0),
      `casts a number below 0 to ${type}, which does not fit the 32 bits that integers are computed with`,
    )
  if (!fitsEngine(type) || type === 'int32') return whole
  const count = max - min + 1
  return min === 0 ? mod(whole, count) : add(mod(sub(whole, min), count), min)
}

const padded: Compute = (call) => {
  const x = call.value(0)
  const shape = shapeOf(x)
  const rank = shape.length
  const pads = call.list('pads') ?? call.list('paddings') ?? call.numbers(1)
  const axes = call.has(3) ? axesOf(call, call.numbers(3), rank) : shape.map((_, axis) => axis)
  if (pads.length !== 2 * axes.length) call.fail(`has ${pads.length} pads for ${axes.length} axes`)
  const [before, after] = [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0)]
  axes.forEach((axis, i) => {
    before[axis] = pads[i]
    after[axis] = pads[axes.length + i]
  })
  const mode = call.choice('mode', ['constant', 'reflect', 'edge', 'wrap'], 'constant')
  // A pad below 0 cuts elements off.
  const cut = before.some((n) => n < 0) || after.some((n) => n < 0)
  const kept = cut
    ? sliced(
        call,
        x,
        shape.map((size, axis) => {
          const start = Math.max(0, -before[axis])
          return { start, count: size - start - Math.max(0, -after[axis]), step: 1 }
        }),
      )
    : x
  const [front, back] = [before, after].map((list) => list.map((n) => Math.max(0, n)))
  if (mode !== 'constant') return [repeatedBeyond(call, kept, front, back, mode)]
  const value = call.has(2) ? call.numbers(2)[0] : call.number('value', 0)
  if (front.every((n) => n === 0) && back.every((n) => n === 0)) return [kept]
  if (isKnown(kept)) {
    const filled = shapeOf(kept).map((n, axis) => n + front[axis] + back[axis])
    call.checkSize(filled)
    const data = new Float64Array(sizeOf(filled)).fill(value)
    const strides = stridesOf(filled)
    const start = front.reduce((sum, n, axis) => sum + n * strides[axis], 0)
    offsetsOf(kept.shape, strides, start).forEach((offset, i) => {
      data[offset] = kept.data[i]
    })
    return [{ type: kept.type, shape: filled, data }]
  }
  return [computed(kept.type, pad(kept.tensor, front, back, value))]
}

/** A value continued beyond its edges by its own elements. */
function repeatedBeyond(
  call: OnnxCall,
  x: Value,
  before: readonly number[],
  after: readonly number[],
  mode: 'reflect' | 'edge' | 'wrap',
): Value {
  return before.reduce<Value>((value, front, axis) => {
    if (front === 0 && after[axis] === 0) return value
    const size = shapeOf(value)[axis]
    const places = Array.from({ length: front + size + after[axis] }, (_, i) => placeBeyond(i - front, size, mode))
    if (isKnown(value)) {
      const parts = places.map((place) => {
        const along = all(value.shape)
        along[axis] = { start: place, count: 1, step: 1 }
        return sliced(call, value, along)
      })
      return concatenated(call, parts, axis)
    }
    return computed(value.type, gather(value.tensor, constantOf(integers(places)), axis))
  }, x)
}

function placeBeyond(at: number, size: number, mode: 'reflect' | 'edge' | 'wrap'): number {
  if (mode === 'edge') return Math.min(Math.max(at, 0), size - 1)
  if (mode === 'wrap') return ((at % size) + size) % size
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const place = ((at % period) + period) % period
  return place < size ? place : period - place
}

const tiled: Compute = (call) => {
  const x = call.value(0)
  const repeats = call.numbers(1)
  const shape = shapeOf(x)
  if (repeats.length !== shape.length) call.fail(`repeats ${repeats.length} axes of ${shape.length}`)
  if (repeats.every((n) => n === 1)) return [x]
  if (repeats.includes(0)) return [{ type: x.type, shape: shape.map((n, axis) => n * repeats[axis]), data: [] }]
  const spread = expanded(
    reshaped(
      x,
      shape.flatMap((n) => [1, n]),
    ),
    shape.flatMap((n, axis) => [repeats[axis], n]),
  )
  return [
    reshaped(
      spread,
      shape.map((n, axis) => n * repeats[axis]),
    ),
  ]
}

const range: Compute = (call) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => call.numbers(i)[0])
  if (delta === 0) call.fail('has a step of 0')
  const count = Math.max(0, Math.ceil((limit - start) / delta))
  call.checkSize([count])
  return [
    knownAs(
      call.type(0),
      [count],
      Float64Array.from({ length: count }, (_, i) => start + i * delta),
    ),
  ]
}

export const structureOperators = {
  Cast: operator(
    (call) => [castOperand(call, call.typeNamed('to'))],
    [6, 'to'],
    [9, 'to'],
    [13, 'to'],
    [19, 'to saturate'],
    [21, 'to saturate'],
  ),
  CastLike: operator((call) => [castOperand(call, call.type(1))], [15, ''], [19, 'saturate'], [21, 'saturate']),
  Concat: operator(
    (call) => {
      const values = call.values()
      return [concatenated(call, values, axisOf(call, call.number('axis', 1), shapeOf(values[0]).length))]
    },
    [1, 'axis'],
    [4, 'axis'],
    [11, 'axis'],
    [13, 'axis'],
  ),
  Constant: operator(
    constant,
    [1, 'value'],
    [9, 'value'],
    [11, 'value sparse_value'],
    [12, 'value sparse_value value_int value_float value_ints value_floats value_string value_strings'],
    [13, 'value sparse_value value_int value_float value_ints value_floats value_string value_strings'],
    [19, 'value sparse_value value_int value_float value_ints value_floats value_string value_strings'],
    [21, 'value sparse_value value_int value_float value_ints value_floats value_string value_strings'],
  ),
  ConstantOfShape: operator(constantOfShape, [9, 'value'], [20, 'value'], [21, 'value']),
  Expand: operator(
    (call) => {
      const x = call.value(0)
      return [expanded(x, broadcastShapes(shapeOf(x), call.numbers(1), 'Expand'))]
    },
    [8, ''],
    [13, ''],
  ),
  Flatten: operator(flatten, [1, 'axis'], [9, 'axis'], [11, 'axis'], [13, 'axis'], [21, 'axis']),
  Gather: operator(gathered, [1, 'axis'], [11, 'axis'], [13, 'axis']),
  Identity: operator((call) => [call.value(0)], [1, ''], [13, ''], [14, ''], [16, ''], [19, ''], [21, '']),
  Pad: operator(
    padded,
    [1, 'mode paddings value'],
    [2, 'mode pads value'],
    [11, 'mode'],
    [13, 'mode'],
    [18, 'mode'],
    [19, 'mode'],
    [21, 'mode'],
  ),
  Range: operator(range, [11, '']),
  Reshape: operator(
    (call) => {
      const x = call.value(0)
      return [reshaped(x, askedShape(call, shapeOf(x), call.list('shape') ?? call.numbers(1)))]
    },
    [1, 'shape'],
    [5, ''],
    [13, ''],
    [14, 'allowzero'],
    [19, 'allowzero'],
    [21, 'allowzero'],
  ),
  Shape: operator(
    (call) => {
      const shape = call.shape(0)
      return [integers(shape.slice(call.number('start', 0), call.number('end', shape.length)))]
    },
    [1, ''],
    [13, ''],
    [15, 'start end'],
    [19, 'start end'],
    [21, 'start end'],
  ),
  Size: operator((call) => [integers([sizeOf(call.shape(0))], [])], [1, ''], [13, ''], [19, ''], [21, '']),
  Slice: operator(sliceOf, [1, 'axes ends starts'], [10, ''], [11, ''], [13, '']),
  Split: operator(
    splitOf,
    [1, 'axis split'],
    [2, 'axis split'],
    [11, 'axis split'],
    [13, 'axis'],
    [18, 'axis num_outputs'],
  ),
  Squeeze: operator(squeeze, [1, 'axes'], [11, 'axes'], [13, ''], [21, '']),
  Tile: operator(tiled, [6, ''], [13, '']),
  Transpose: operator(
    (call) => {
      const x = call.value(0)
      const rank = shapeOf(x).length
      return [reordered(x, call.list('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i))]
    },
    [1, 'perm'],
    [13, 'perm'],
    [21, 'perm'],
  ),
  Unsqueeze: operator(unsqueeze, [1, 'axes'], [11, 'axes'], [13, ''], [21, '']),
} satisfies Record<string, Operator>
