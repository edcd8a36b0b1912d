/** Operators of ONNX that pick elements, or put them in places, by indices. */
import { type Shape, sizeOf, stridesOf } from '../../../core/shape.ts'
import { constant, type Tensor } from '../../../graph/tensor.ts'
import { cumsum } from '../../../ops/cumulative.ts'
import { add, cast, greaterEqual, less, mul, sub, where } from '../../../ops/elementwise.ts'
import { addAlongAxis, gather, oneHot, scatterAdd, takeAlongAxis } from '../../../ops/indexing.ts'
import { sort } from '../../../ops/sort.ts'
import { concat, reshape, slice, transpose } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { isFloat } from '../element-types.ts'
import { knownAs } from '../on-known.ts'
import { constantOf, integers, type Known, offsetsOf, shapeOf, type Value } from '../values.ts'
import { computed, like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { axisOf, fromStart, reshaped } from './structure.ts'

const indexTensor = (data: readonly number[], shape: Shape = [data.length]): Tensor => constant(data, shape, 'int32')

/** Known indices, of which those below 0 count from the end. */
function placesIn(call: OnnxCall, indices: ArrayLike<number>, count: number): number[] {
  return Array.from(indices, (i) => {
    const place = i < 0 ? i + count : i
    return place >= 0 && place < count ? place : call.fail(`has the index ${i} for ${count} elements`)
  })
}

const flat = (x: Tensor): Tensor => reshape(x, [sizeOf(x.shape)])

/** data with updates written at these offsets; of those at one offset the last one stays. */
function written(call: OnnxCall, offsets: readonly number[]): Value {
  const [data, updates] = [call.tensor(0), call.tensor(2)]
  const size = sizeOf(data.shape)
  const from = Array.from({ length: size }, (_, i) => i)
  offsets.forEach((offset, i) => {
    from[offset] = size + i
  })
  const both = concat([flat(data), flat(updates)], 0)
  return like(call, 0, reshape(gather(both, indexTensor(from), 0), data.shape))
}

type Joining = 'add' | 'mul' | 'max' | 'min'
const joins: Readonly<Record<Joining, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
}

/** data with updates joined to what is at their offsets, one by one. */
const joined = (call: OnnxCall, join: Joining, offsetsFrom: (indices: Known) => readonly number[]) =>
  call.onHost((data, indices, updates) => {
    const result = Float64Array.from(data!.data)
    offsetsFrom(indices!).forEach((offset, i) => {
      result[offset] = joins[join](result[offset], updates!.data[i])
    })
    return [knownAs(data!.type, data!.shape, result)]
  })

const scatterElements: Compute = (call) => {
  const shape = call.shape(0)
  const axis = axisOf(call, call.number('axis', 0), shape.length)
  const reduction = call.choice('reduction', ['none', 'add', 'mul', 'max', 'min'], 'none')
  const strides = stridesOf(shape)
  const offsetsFrom = (indices: Known): number[] => {
    const others = offsetsOf(indices.shape, strides.with(axis, 0))
    return placesIn(call, indices.data, shape[axis]).map((place, i) => others[i] + place * strides[axis])
  }
  const indices = call.value(1)
  const same = shape.every((n, i) => i === axis || n === shapeOf(indices)[i])
  if (reduction === 'add' && same && isFloat(call.type(0))) {
    const places = fromStart(call, call.tensor(1), shape[axis])
    return [like(call, 0, add(call.tensor(0), addAlongAxis(call.tensor(2), places, { axis, size: shape[axis] })))]
  }
  if (reduction !== 'none') return joined(call, reduction, offsetsFrom)
  return [written(call, offsetsFrom(call.known(1)))]
}

/** Of indices [..., k], how the first k axes of a shape are counted by each. */
function countedByIndex(shape: Shape, k: number): { strides: number[]; count: number; rest: Shape } {
  const rest = shape.slice(k)
  const count = sizeOf(shape.slice(0, k))
  return { strides: stridesOf(shape.slice(0, k)), count, rest }
}

/** Indices [..., k] as one number each, in the order of the elements. */
function flatIndices(call: OnnxCall, indices: Tensor, shape: Shape): Tensor {
  const k = indices.shape.at(-1)!
  const { strides } = countedByIndex(shape, k)
  const outer = indices.shape.slice(0, -1)
  const parts = strides.map((stride, axis) => {
    const starts = [...outer.map(() => 0), axis]
    const own = reshape(slice(indices, starts, [...outer, 1]), outer)
    return mul(fromStart(call, own, shape[axis]), stride)
  })
  return parts.reduce(add)
}

const scatterND: Compute = (call) => {
  const shape = call.shape(0)
  const reduction = call.choice('reduction', ['none', 'add', 'mul', 'max', 'min'], 'none')
  const k = call.shape(1).at(-1)!
  const { strides, count, rest } = countedByIndex(shape, k)
  const block = sizeOf(rest)
  if (reduction === 'add' && isFloat(call.type(0))) {
    const places = flatIndices(call, call.tensor(1), shape)
    const updates = reshape(call.tensor(2), [sizeOf(places.shape), block])
    const sums = scatterAdd(updates, flat(places), { axis: 0, size: count })
    return [like(call, 0, add(call.tensor(0), reshape(sums, shape)))]
  }
  const offsetsFrom = (indices: Known): number[] =>
    Array.from({ length: indices.data.length / k }, (_, i) => i).flatMap((i) => {
      const place = strides.reduce(
        (sum, stride, axis) => sum + placesIn(call, [indices.data[i * k + axis]], shape[axis])[0] * stride,
        0,
      )
      return Array.from({ length: block }, (_, element) => place * block + element)
    })
  if (reduction !== 'none') return joined(call, reduction, offsetsFrom)
  return [written(call, offsetsFrom(call.known(1)))]
}

const gatherND: Compute = (call) => {
  const [x, indices] = [call.tensor(0), call.tensor(1)]
  const batch = call.number('batch_dims', 0)
  const lead = x.shape.slice(0, batch)
  const inner = x.shape.slice(batch)
  const k = indices.shape.at(-1)!
  const { count, rest } = countedByIndex(inner, k)
  const places = flatIndices(call, indices, inner)
  // All batches one after the other, each with its own elements.
  const starts = Array.from({ length: sizeOf(lead) }, (_, i) => i * count)
  const own = reshape(indexTensor(starts), [...lead, ...places.shape.slice(batch).map(() => 1)])
  const all = reshape(x, [sizeOf(lead) * count, ...rest])
  return [like(call, 0, gather(all, batch === 0 ? places : add(places, own), 0))]
}

const topK: Compute = (call) => {
  const x = call.tensor(0)
  const k = call.opset < 10 ? call.number('k', 0) : call.numbers(1)[0]
  const axis = axisOf(call, call.number('axis', -1), x.shape.length)
  if (!(k >= 1 && k <= x.shape[axis])) call.fail(`takes ${k} of ${x.shape[axis]} elements`)
  const { values, indices } = sort(x, axis, { descending: call.flag('largest', true) })
  const first = (tensor: Tensor): Tensor =>
    slice(
      tensor,
      x.shape.map(() => 0),
      x.shape.with(axis, k),
    )
  return [like(call, 0, first(values)), computed('int64', first(indices))]
}

const oneHots: Compute = (call) => {
  const indices = cast(call.tensor(0), 'int32')
  const depth = call.numbers(1)[0]
  const rank = indices.shape.length + 1
  const axis = axisOf(call, call.number('axis', -1), rank)
  const places = where(less(indices, 0), add(indices, depth), indices)
  // Beyond the depth there is nothing on.
  const within = mul(greaterEqual(places, 0), less(places, depth))
  const rows = mul(oneHot(where(within, places, 0), depth), reshape(within, [...within.shape, 1]))
  const order = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i < axis ? i : i - 1))
  const values = call.tensor(2)
  const [off, on] = [0, 1].map((i) => reshape(slice(values, [i], [1]), []))
  return [computed(call.type(2), where(transpose(rows, order), on, off))]
}

const compress: Compute = (call) => {
  const axis = call.number('axis', Number.NaN)
  const x = call.value(0)
  const condition = call.numbers(1)
  const whole = Number.isNaN(axis)
  const source = whole ? reshaped(x, [sizeOf(shapeOf(x))]) : x
  const along = whole ? 0 : axisOf(call, axis, shapeOf(x).length)
  const places = condition.flatMap((keep, i) => (keep !== 0 ? [i] : []))
  if (places.length === 0) return [{ type: x.type, shape: shapeOf(source).with(along, 0), data: [] }]
  placesIn(call, places, shapeOf(source)[along])
  return [computed(x.type, gather(call.tensorOf(source), indexTensor(places), along))]
}

const nonZero: Compute = (call) =>
  call.onHost((x) => {
    const { shape, data } = x!
    if (shape.length === 0)
      call.fail('has an operand without axes, whose places have no axis in the standard and one in runtimes')
    const found = Array.from(data, (value, i) => (value !== 0 ? i : -1)).filter((i) => i >= 0)
    const strides = stridesOf(shape)
    const rows = shape.map((n, axis) => found.map((offset) => Math.floor(offset / strides[axis]) % n))
    return [integers(rows.flat(), [shape.length, found.length])]
  })

/** Distinct elements, or slices along an axis: each one's first place, and of each element the place of its equal among them. */
const unique: Compute = (call) => {
  const sorted = call.flag('sorted', true)
  const hasAxis = Object.hasOwn(call.node.attributes, 'axis')
  return call.onHost((given) => {
    const x = hasAxis ? given! : { ...given!, shape: [given!.data.length] }
    const axis = hasAxis ? axisOf(call, call.number('axis', 0), x.shape.length) : 0
    const strides = stridesOf(x.shape)
    const others = offsetsOf(x.shape.with(axis, 1), strides)
    const slices = Array.from({ length: x.shape[axis] }, (_, i) =>
      others.map((offset) => x.data[offset + i * strides[axis]]),
    )
    const groups = new Map<string, { values: number[]; places: number[] }>()
    slices.forEach((values, i) => {
      const key = values.join()
      const group = groups.get(key)
      if (group) group.places.push(i)
      else groups.set(key, { values, places: [i] })
    })
    const list = [...groups.values()]
    if (sorted) list.sort((a, b) => a.values.map((value, i) => value - b.values[i]).find((d) => d !== 0) ?? 0)
    const shape = x.shape.with(axis, list.length)
    const data = new Float64Array(sizeOf(shape))
    const target = stridesOf(shape)
    const offsets = offsetsOf(shape.with(axis, 1), target)
    list.forEach(({ values }, i) => {
      values.forEach((value, k) => {
        data[offsets[k] + i * target[axis]] = value
      })
    })
    const inverse = new Array<number>(slices.length)
    list.forEach(({ places }, i) => {
      for (const place of places) inverse[place] = i
    })
    return [
      { type: x.type, shape, data },
      integers(list.map(({ places }) => places[0])),
      integers(inverse),
      integers(list.map(({ places }) => places.length)),
    ]
  })
}

/** Each sequence's first elements in the other order, the rest as it is. */
const reverseSequence: Compute = (call) => {
  const x = call.tensor(0)
  const [time, batch] = [call.number('time_axis', 0), call.number('batch_axis', 1)]
  const lengths = cast(call.tensor(1), 'int32')
  const along = (axis: number, t: Tensor): Tensor =>
    reshape(
      t,
      x.shape.map((_, i) => (i === axis ? t.shape[0] : 1)),
    )
  const places = along(time, indexTensor(Array.from({ length: x.shape[time] }, (_, i) => i)))
  const own = along(batch, lengths)
  const from = where(less(places, own), sub(sub(own, 1), places), places)
  const all = add(from, constant(new Int32Array(sizeOf(x.shape)), x.shape, 'int32'))
  return [like(call, 0, takeAlongAxis(x, all, time))]
}

/** The elements on one side of a diagonal, the others 0. */
const triangle: Compute = (call) => {
  const x = call.value(0)
  const shape = shapeOf(x)
  const [rows, columns] = shape.slice(-2)
  const k = call.has(1) ? call.numbers(1)[0] : 0
  const upper = call.flag('upper', true)
  const kept = Array.from({ length: rows * columns }, (_, i) => {
    const distance = (i % columns) - Math.floor(i / columns)
    return Number(upper ? distance >= k : distance <= k)
  })
  if (shape.includes(0)) return [x]
  const zero = constantOf({ type: x.type, shape: [], data: [0] })
  return [computed(x.type, where(constant(kept, [rows, columns]), call.tensorOf(x), zero))]
}

const eye: Compute = (call) => {
  const [rows, columns] = call.shape(0)
  const k = call.number('k', 0)
  const data = Array.from({ length: rows * columns }, (_, i) => Number((i % columns) - Math.floor(i / columns) === k))
  return [{ type: call.typeNamed('dtype', call.type(0)), shape: [rows, columns], data }]
}

export const indexingOperators = {
  Compress: operator(compress, [9, 'axis'], [11, 'axis']),
  CumSum: operator(
    (call) => {
      const x = call.tensor(0)
      const options = { exclusive: call.flag('exclusive'), reverse: call.flag('reverse') }
      return [like(call, 0, cumsum(x, axisOf(call, call.numbers(1)[0], x.shape.length), options))]
    },
    [11, 'exclusive reverse'],
    [14, 'exclusive reverse'],
  ),
  EyeLike: operator(eye, [9, 'dtype k'], [22, 'dtype k']),
  GatherElements: operator(
    (call) => {
      const [x, indices] = [call.tensor(0), call.tensor(1)]
      const axis = axisOf(call, call.number('axis', 0), x.shape.length)
      // Along the other axes the indices may end before the operand.
      const part = slice(
        x,
        x.shape.map(() => 0),
        indices.shape.with(axis, x.shape[axis]),
      )
      return [like(call, 0, takeAlongAxis(part, fromStart(call, indices, x.shape[axis]), axis))]
    },
    [11, 'axis'],
    [13, 'axis'],
  ),
  GatherND: operator(gatherND, [11, ''], [12, 'batch_dims'], [13, 'batch_dims']),
  NonZero: operator(nonZero, [9, ''], [13, '']),
  OneHot: operator(oneHots, [9, 'axis'], [11, 'axis']),
  ReverseSequence: operator(reverseSequence, [10, 'batch_axis time_axis']),
  Scatter: operator(scatterElements, [9, 'axis']),
  ScatterElements: operator(
    scatterElements,
    [11, 'axis'],
    [13, 'axis'],
    [16, 'axis reduction'],
    [18, 'axis reduction'],
  ),
  ScatterND: operator(scatterND, [11, ''], [13, ''], [16, 'reduction'], [18, 'reduction']),
  TopK: operator(topK, [1, 'axis k'], [10, 'axis'], [11, 'axis largest sorted']),
  Trilu: operator(triangle, [14, 'upper']),
  Unique: operator(unique, [11, 'axis sorted']),
} satisfies Record<string, Operator>
