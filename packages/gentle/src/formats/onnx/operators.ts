/** What ONNX's operators compute, as ops on tensors, or on plain numbers where these are known (https://onnx.ai/onnx/operators). */
import { type Shape, sizeOf, stridesOf } from '../../core/shape.ts'
import { constant, type Tensor } from '../../graph/tensor.ts'
import { clip, elu, leakyRelu, logSoftmax, relu, sigmoid, softmax, softplus, tanh } from '../../ops/activations.ts'
import { convTranspose2d } from '../../ops/conv-transpose2d.ts'
import { conv2d } from '../../ops/conv2d.ts'
import { cumsum } from '../../ops/cumulative.ts'
import {
  abs,
  add,
  cast,
  div,
  equal,
  erf,
  exp,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  sign,
  sqrt,
  sub,
  where,
} from '../../ops/elementwise.ts'
import { gather, takeAlongAxis } from '../../ops/indexing.ts'
import { matmul } from '../../ops/matmul.ts'
import { localResponseNorm } from '../../ops/normalize.ts'
import { avgPool2d, maxPool2d } from '../../ops/pool2d.ts'
import { max, mean, sum } from '../../ops/reduce.ts'
import { concat, pad, reshape, slice, transpose } from '../../ops/structure.ts'
import { upsample2d } from '../../ops/upsample2d.ts'
import { isKnown, type Known, type OnnxCall, type OnnxVariable } from './call.ts'
import { dataTypes } from './messages.ts'

type Operator = (call: OnnxCall) => (OnnxVariable | undefined)[]

const unary =
  (of: (x: Tensor) => Tensor): Operator =>
  (call) => [of(call.tensor(0))]

const listOf = (data: readonly number[]): Known => ({ shape: [data.length], data, whole: true })

/** Arithmetic on tensors, or on numbers that are known: those of a shape. */
const binary =
  (ofTensors: (a: Tensor, b: Tensor) => Tensor, ofNumbers: (a: number, b: number) => number): Operator =>
  (call) => {
    const [a, b] = [call.value(0), call.value(1)]
    if (!isKnown(a) || !isKnown(b)) return [ofTensors(call.tensor(0), call.tensor(1))]
    const longer = a.data.length >= b.data.length ? a : b
    const at = ({ data }: Known, i: number): number => data[data.length === 1 ? 0 : i]
    const whole = a.whole && b.whole
    const results = longer.data.map((_, i) => ofNumbers(at(a, i), at(b, i)))
    return [{ shape: longer.shape, data: whole ? results.map(Math.trunc) : results, whole }]
  }

const variadic =
  (of: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (call) => [Array.from({ length: call.count }, (_, i) => call.tensor(i)).reduce(of)]

type Pair = [number, number]

/** Strides, dilations and other pairs of a window. */
function pair(call: OnnxCall, name: string, otherwise: number): Pair {
  const list = call.list(name) ?? [otherwise, otherwise]
  return list.length === 2 ? [list[0], list[1]] : call.fail(`has ${name} of ${list.length} numbers; expected 2`)
}

/** Padding before and after rows and columns, as `pads` or `auto_pad` tell it. */
function paddingOf(call: OnnxCall, x: Tensor, kernel: Pair): { before: Pair; after: Pair } {
  const auto = call.text('auto_pad', 'NOTSET')
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const [strides, dilations] = [pair(call, 'strides', 1), pair(call, 'dilations', 1)]
    const missing = [0, 1].map((axis) => {
      const size = x.shape[2 + axis]
      const reach = (kernel[axis] - 1) * dilations[axis] + 1
      return Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size)
    })
    const small = missing.map((n) => Math.floor(n / 2)) as Pair
    const large = missing.map((n) => Math.ceil(n / 2)) as Pair
    return auto === 'SAME_UPPER' ? { before: small, after: large } : { before: large, after: small }
  }
  if (auto !== 'NOTSET' && auto !== 'VALID') call.fail(`has auto_pad ${auto}`)
  const pads = auto === 'VALID' ? [0, 0, 0, 0] : (call.list('pads') ?? [0, 0, 0, 0])
  if (pads.length !== 4) call.fail(`has pads of ${pads.length} numbers; expected 4`)
  return { before: [pads[0], pads[1]], after: [pads[2], pads[3]] }
}

/** The image with the padding that a window cannot have: it has the same before and after. */
function evenly(call: OnnxCall, x: Tensor, kernel: Pair, value: number, most: Pair): { images: Tensor; padding: Pair } {
  const { before, after } = paddingOf(call, x, kernel)
  const even = before.every((n, axis) => n === after[axis] && n <= most[axis])
  if (even) return { images: x, padding: before }
  return { images: pad(x, [0, 0, ...before], [0, 0, ...after], value), padding: [0, 0] }
}

const unlimited: Pair = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]

function images(call: OnnxCall): Tensor {
  const x = call.tensor(0)
  return x.shape.length === 4 ? x : call.fail(`has an operand of ${x.shape.length} axes; expected images [N, C, H, W]`)
}

const perChannel = (bias: Tensor): Tensor => reshape(bias, [bias.shape[0], 1, 1])

/** Axes counted from the end made to count from the start. */
const axesOf = (axes: readonly number[], rank: number): number[] => axes.map((axis) => (axis < 0 ? axis + rank : axis))

/** The axes of a reduction: an attribute, or since operator set 13 or 18 an operand. */
function reduction(of: (x: Tensor, axes: number[] | undefined, options: { keepDims: boolean }) => Tensor): Operator {
  return (call) => {
    const x = call.tensor(0)
    const given = call.list('axes') ?? (call.has(1) ? call.numbers(1) : undefined)
    const axes = given && axesOf(given, x.shape.length)
    return [of(x, axes, { keepDims: call.integer('keepdims', 1) === 1 })]
  }
}

/** The sizes that Reshape asks for: 0 keeps a size, -1 takes the rest. */
function reshaped(call: OnnxCall, from: Shape, asked: readonly number[]): number[] {
  const sizes = asked.map((n, axis) => (n === 0 ? (from[axis] ?? call.fail('keeps an axis that is not there')) : n))
  const rest = sizeOf(from) / sizes.filter((n) => n !== -1).reduce((product, n) => product * n, 1)
  return sizes.map((n) => (n === -1 ? rest : n))
}

const reshapeTo = (value: OnnxVariable, shape: Shape): OnnxVariable =>
  isKnown(value) ? { ...value, shape } : reshape(value, shape)

function sliced(call: OnnxCall): OnnxVariable[] {
  const x = call.value(0)
  const starts = call.list('starts') ?? call.numbers(1)
  const ends = call.list('ends') ?? call.numbers(2)
  const axes = axesOf(call.list('axes') ?? (call.has(3) ? call.numbers(3) : starts.map((_, i) => i)), x.shape.length)
  const steps = call.has(4) ? call.numbers(4) : starts.map(() => 1)
  const within = (at: number, size: number, step: number): number => {
    const place = at < 0 ? at + size : at
    return step > 0 ? Math.min(Math.max(place, 0), size) : Math.min(Math.max(place, -1), size - 1)
  }
  /** Of each axis, the places that stay. */
  const places = x.shape.map((size) => Array.from({ length: size }, (_, i) => i))
  axes.forEach((axis, i) => {
    const [size, step] = [x.shape[axis], steps[i]]
    const from = within(starts[i], size, step)
    const count = Math.max(0, Math.ceil((within(ends[i], size, step) - from) / step))
    places[axis] = Array.from({ length: count }, (_, k) => from + k * step)
  })
  const shape = places.map(({ length }) => length)
  if (isKnown(x)) return [picked(x, places)]
  const strides = x.shape.map(() => 1)
  axes.forEach((axis, i) => {
    strides[axis] = steps[i]
  })
  return [
    slice(
      x,
      places.map(([first]) => first ?? 0),
      shape,
      { strides },
    ),
  ]
}

/** Known numbers at these places of each axis. */
function picked(x: Known, places: readonly (readonly number[])[]): Known {
  const strides = stridesOf(x.shape)
  const offsets = places.reduce<number[]>(
    (before, ofAxis, axis) => before.flatMap((offset) => ofAxis.map((place) => offset + place * strides[axis])),
    [0],
  )
  return { shape: places.map(({ length }) => length), data: offsets.map((offset) => x.data[offset]), whole: x.whole }
}

/** A tensor, or known numbers, with its axes in another order. */
function reordered(x: OnnxVariable, order: readonly number[]): OnnxVariable {
  if (!isKnown(x)) return transpose(x, order)
  const strides = stridesOf(x.shape)
  const shape = order.map((axis) => x.shape[axis])
  const offsets = order.reduce<number[]>(
    (before, axis) =>
      before.flatMap((offset) => Array.from({ length: x.shape[axis] }, (_, i) => offset + i * strides[axis])),
    [0],
  )
  return { shape, data: offsets.map((offset) => x.data[offset]), whole: x.whole }
}

/** Indices along an axis of `count` elements as int32, of which those below 0 count from the end. */
const fromStart = (indices: Tensor, count: number): Tensor =>
  cast(where(less(indices, 0), add(indices, count), indices), 'int32')

function gathered(call: OnnxCall): OnnxVariable[] {
  const [x, indices] = [call.value(0), call.value(1)]
  const [axis] = axesOf([call.integer('axis', 0)], x.shape.length)
  const count = x.shape[axis]
  if (!isKnown(indices)) return [gather(call.tensor(0), fromStart(indices, count), axis)]
  const { shape } = indices
  const places = indices.data.map((i) => (i < 0 ? i + count : i))
  if (isKnown(x)) return [{ shape, data: places.map((i) => x.data[i]), whole: x.whole }]
  if (shape.length === 0)
    return [
      reshape(
        slice(
          x,
          x.shape.map((_, a) => (a === axis ? places[0] : 0)),
          x.shape.map((n, a) => (a === axis ? 1 : n)),
        ),
        x.shape.filter((_, a) => a !== axis),
      ),
    ]
  return [gather(x, constant(places, shape, 'int32'), axis)]
}

function split(call: OnnxCall): Tensor[] {
  const x = call.tensor(0)
  const [axis] = axesOf([call.integer('axis', 0)], x.shape.length)
  const parts = call.node.outputs.length
  const sizes =
    call.list('split') ?? (call.has(1) ? call.numbers(1) : Array.from({ length: parts }, () => x.shape[axis] / parts))
  let start = 0
  return sizes.map((size) => {
    const part = slice(
      x,
      x.shape.map((_, a) => (a === axis ? start : 0)),
      x.shape.map((n, a) => (a === axis ? size : n)),
    )
    start += size
    return part
  })
}

function resized(call: OnnxCall): Tensor {
  const x = images(call)
  const sizes = call.has(3)
    ? call.numbers(3)
    : call.numbers(call.count > 2 ? 2 : 1).map((scale, axis) => Math.floor(x.shape[axis] * scale))
  const mode = call.text('mode', 'nearest')
  const place = call.text('coordinate_transformation_mode', 'half_pixel')
  const size: [number, number] = [sizes[2], sizes[3]]
  if (mode === 'nearest') {
    const whole = size.every((n, axis) => n % x.shape[2 + axis] === 0)
    const floored = place === 'asymmetric' && call.text('nearest_mode', 'floor') === 'floor'
    if (!whole && !floored) call.fail(`places pixels by ${place}; expected a whole factor, or asymmetric and floor`)
    return upsample2d(x, { size }, { method: 'nearest' })
  }
  if (mode !== 'linear') call.fail(`has mode ${mode}; expected nearest or linear`)
  if (place !== 'half_pixel' && place !== 'pytorch_half_pixel' && place !== 'align_corners')
    call.fail(`places pixels by ${place}; expected half_pixel or align_corners`)
  return upsample2d(x, { size }, { method: 'bilinear', alignCorners: place === 'align_corners' })
}

function batchNormalized(call: OnnxCall): Tensor {
  const x = call.tensor(0)
  const along = (t: Tensor): Tensor => reshape(t, [t.shape[0], ...x.shape.slice(2).map(() => 1)])
  const scale = div(call.tensor(1), sqrt(add(call.state(4), call.integer('epsilon', 1e-5))))
  return add(mul(x, along(scale)), along(sub(call.tensor(2), mul(call.state(3), scale))))
}

function gemm(call: OnnxCall): Tensor {
  const options = { transposeA: call.integer('transA', 0) === 1, transposeB: call.integer('transB', 0) === 1 }
  const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor))
  const product = scaled(matmul(call.tensor(0), call.tensor(1), options), call.integer('alpha', 1))
  return call.has(2) ? add(product, scaled(call.tensor(2), call.integer('beta', 1))) : product
}

/** Every operator that can be read, by its name. */
export const operators: Readonly<Record<string, Operator>> = {
  Abs: unary(abs),
  Add: binary(add, (a, b) => a + b),
  AveragePool(call) {
    const x = images(call)
    const kernel = pair(call, 'kernel_shape', 1)
    const counted = call.integer('count_include_pad', 0) === 1
    const half = kernel.map((n) => Math.floor(n / 2)) as Pair
    const { before, after } = paddingOf(call, x, kernel)
    const uneven = before.some((n, axis) => n !== after[axis] || n > half[axis])
    if (uneven && !counted) call.fail('leaves uneven padding out of its means')
    const { images: padded, padding } = evenly(call, x, kernel, 0, half)
    const options = { stride: pair(call, 'strides', 1), padding, ceil: call.integer('ceil_mode', 0) === 1 }
    return [avgPool2d(padded, kernel, { ...options, countPadding: counted })]
  },
  BatchNormalization: (call) => [batchNormalized(call)],
  Cast(call) {
    const x = call.value(0)
    const to = call.integer('to', dataTypes.float)
    const whole = to !== dataTypes.float && to !== dataTypes.double && to !== dataTypes.float16
    if (isKnown(x)) return [{ ...x, data: whole ? x.data.map(Math.trunc) : x.data, whole }]
    if (to === dataTypes.bool) return [notEqual(x, 0)]
    // Whole numbers of a graph are computed as floats.
    return [whole ? cast(cast(x, 'int32'), 'float32') : x]
  },
  Clip(call) {
    const bound = (index: number, name: string, otherwise: number): number =>
      call.has(index) ? call.numbers(index)[0] : call.integer(name, otherwise)
    const [low, high] = [bound(1, 'min', -3.4e38), bound(2, 'max', 3.4e38)]
    return [clip(call.tensor(0), low, high)]
  },
  Concat(call) {
    const parts = Array.from({ length: call.count }, (_, i) => call.value(i))
    if (parts.every(isKnown)) {
      const data = parts.flatMap((part) => part.data)
      return [{ shape: [data.length], data, whole: parts.every((part) => part.whole) }]
    }
    const tensors = parts.map((_, i) => call.tensor(i))
    return [concat(tensors, axesOf([call.integer('axis', 0)], tensors[0].shape.length)[0])]
  },
  Constant(call) {
    const value = call.constant('value')
    if (value !== undefined)
      return [{ shape: value.shape, data: [...value.data], whole: !(value.data instanceof Float32Array) }]
    const floats = call.list('value_floats')
    if (floats !== undefined) return [{ ...listOf(floats), whole: false }]
    const integers = call.list('value_ints')
    if (integers !== undefined) return [listOf(integers)]
    const whole = call.node.attributes.value_int !== undefined
    return [{ shape: [], data: [call.integer(whole ? 'value_int' : 'value_float', 0)], whole }]
  },
  ConstantOfShape(call) {
    const shape = call.numbers(0)
    const tensor = call.constant('value')
    const value = tensor?.data[0] ?? 0
    if (sizeOf(shape) > 4096) call.fail('repeats a number more than 4096 times')
    const whole = tensor !== undefined && !(tensor.data instanceof Float32Array)
    return [{ shape, data: new Array<number>(sizeOf(shape)).fill(value), whole }]
  },
  Conv(call) {
    const x = images(call)
    const w = call.tensor(1)
    const { images: padded, padding } = evenly(call, x, [w.shape[2], w.shape[3]], 0, unlimited)
    const y = conv2d(padded, w, {
      stride: pair(call, 'strides', 1),
      padding,
      dilation: pair(call, 'dilations', 1),
      groups: call.integer('group', 1),
    })
    return [call.has(2) ? add(y, perChannel(call.tensor(2))) : y]
  },
  ConvTranspose(call) {
    const x = images(call)
    const w = call.tensor(1)
    const { before, after } = paddingOf(call, x, [w.shape[2], w.shape[3]])
    if (before.some((n, axis) => n !== after[axis])) call.fail('has uneven padding')
    const y = convTranspose2d(x, w, {
      stride: pair(call, 'strides', 1),
      padding: before,
      outputPadding: pair(call, 'output_padding', 0),
      dilation: pair(call, 'dilations', 1),
      groups: call.integer('group', 1),
    })
    return [call.has(2) ? add(y, perChannel(call.tensor(2))) : y]
  },
  CumSum(call) {
    const [axis] = axesOf(call.numbers(1), call.tensor(0).shape.length)
    const options = { exclusive: call.integer('exclusive', 0) === 1, reverse: call.integer('reverse', 0) === 1 }
    return [cumsum(call.tensor(0), axis, options)]
  },
  Div: binary(div, (a, b) => a / b),
  Dropout: (call) => [call.value(0)],
  Elu: (call) => [elu(call.tensor(0), call.integer('alpha', 1))],
  Equal: binary(equal, (a, b) => Number(a === b)),
  Erf: unary(erf),
  Exp: unary(exp),
  Expand(call) {
    const x = call.tensor(0)
    const ones = call.numbers(1).every((n, i, all) => n === 1 || x.shape.at(i - all.length) === n)
    return [ones ? x : call.fail('repeats a tensor')]
  },
  Flatten(call) {
    const x = call.tensor(0)
    const [axis] = axesOf([call.integer('axis', 1)], x.shape.length)
    return [reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])]
  },
  Floor(call) {
    const x = call.value(0)
    return [isKnown(x) ? { ...x, data: x.data.map(Math.floor) } : call.fail('rounds a tensor')]
  },
  Gather: gathered,
  GatherElements(call) {
    const [x, indices] = [call.tensor(0), call.tensor(1)]
    const [axis] = axesOf([call.integer('axis', 0)], x.shape.length)
    return [takeAlongAxis(x, fromStart(indices, x.shape[axis]), axis)]
  },
  Gemm: (call) => [gemm(call)],
  GlobalAveragePool: (call) => [mean(images(call), [2, 3], { keepDims: true })],
  GlobalMaxPool: (call) => [max(images(call), [2, 3], { keepDims: true })],
  Greater: binary(greater, (a, b) => Number(a > b)),
  GreaterOrEqual: binary(greaterEqual, (a, b) => Number(a >= b)),
  HardSigmoid: (call) => [clip(add(mul(call.tensor(0), call.integer('alpha', 0.2)), call.integer('beta', 0.5)), 0, 1)],
  HardSwish: (call) => {
    const x = call.tensor(0)
    return [mul(x, clip(add(mul(x, 1 / 6), 0.5), 0, 1))]
  },
  Identity: (call) => [call.value(0)],
  LayerNormalization(call) {
    const x = call.tensor(0)
    const [first] = axesOf([call.integer('axis', -1)], x.shape.length)
    const axes = x.shape.map((_, axis) => axis).slice(first)
    const centred = sub(x, mean(x, axes, { keepDims: true }))
    const variance = mean(mul(centred, centred), axes, { keepDims: true })
    const scaled = mul(div(centred, sqrt(add(variance, call.integer('epsilon', 1e-5)))), call.tensor(1))
    return [call.has(2) ? add(scaled, call.tensor(2)) : scaled]
  },
  LeakyRelu: (call) => [leakyRelu(call.tensor(0), call.integer('alpha', 0.01))],
  Less: binary(less, (a, b) => Number(a < b)),
  LessOrEqual: binary(lessEqual, (a, b) => Number(a <= b)),
  Log: unary(log),
  LogSoftmax(call) {
    const x = call.tensor(0)
    return [logSoftmax(x, axesOf([call.integer('axis', -1)], x.shape.length)[0])]
  },
  LRN: (call) => [
    localResponseNorm(call.tensor(0), {
      size: call.integer('size', 5),
      alpha: call.integer('alpha', 1e-4),
      beta: call.integer('beta', 0.75),
      k: call.integer('bias', 1),
    }),
  ],
  MatMul: (call) => [matmul(call.tensor(0), call.tensor(1))],
  Max: variadic(maximum),
  MaxPool(call) {
    const x = images(call)
    const kernel = pair(call, 'kernel_shape', 1)
    if (pair(call, 'dilations', 1).some((n) => n !== 1)) call.fail('has dilations other than 1')
    const half = kernel.map((n) => Math.floor(n / 2)) as Pair
    const { images: padded, padding } = evenly(call, x, kernel, -3.4e38, half)
    const ceil = call.integer('ceil_mode', 0) === 1
    return [maxPool2d(padded, kernel, { stride: pair(call, 'strides', 1), padding, ceil })]
  },
  Min: variadic(minimum),
  Mul: binary(mul, (a, b) => a * b),
  Neg: unary(neg),
  Not: (call) => [sub(1, call.tensor(0))],
  Pad(call) {
    const x = call.tensor(0)
    const pads = call.list('pads') ?? call.numbers(1)
    const mode = call.text('mode', 'constant')
    if (mode !== 'constant') call.fail(`has mode ${mode}; expected constant`)
    const value = call.has(2) ? call.numbers(2)[0] : call.integer('value', 0)
    const rank = x.shape.length
    return [pad(x, pads.slice(0, rank), pads.slice(rank), value)]
  },
  Pow: binary(pow, (a, b) => a ** b),
  ReduceMax: reduction(max),
  ReduceMean: reduction(mean),
  ReduceSum: reduction(sum),
  Relu: unary(relu),
  Reshape(call) {
    const x = call.value(0)
    return [reshapeTo(x, reshaped(call, x.shape, call.numbers(1)))]
  },
  Resize: (call) => [resized(call)],
  Shape(call) {
    return [listOf(call.value(0).shape)]
  },
  Sigmoid: unary(sigmoid),
  Sign: unary(sign),
  Slice: sliced,
  Softmax(call) {
    const x = call.tensor(0)
    return [softmax(x, axesOf([call.integer('axis', -1)], x.shape.length)[0])]
  },
  Softplus: unary(softplus),
  Split: split,
  Sqrt: unary(sqrt),
  Squeeze(call) {
    const x = call.value(0)
    const given = call.list('axes') ?? (call.has(1) ? call.numbers(1) : undefined)
    const axes = given ? axesOf(given, x.shape.length) : x.shape.flatMap((n, axis) => (n === 1 ? [axis] : []))
    return [
      reshapeTo(
        x,
        x.shape.filter((_, axis) => !axes.includes(axis)),
      ),
    ]
  },
  Sub: binary(sub, (a, b) => a - b),
  Sum: variadic(add),
  Tanh: unary(tanh),
  Transpose(call) {
    const x = call.value(0)
    return [reordered(x, call.list('perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis))]
  },
  Unsqueeze(call) {
    const x = call.value(0)
    const given = call.list('axes') ?? call.numbers(1)
    const axes = axesOf(given, x.shape.length + given.length)
    const rest = [...x.shape]
    const shape = Array.from({ length: x.shape.length + axes.length }, (_, axis) =>
      axes.includes(axis) ? 1 : rest.shift()!,
    )
    return [reshapeTo(x, shape)]
  },
  Upsample: (call) => [resized(call)],
  Where: (call) => [where(call.tensor(0), call.tensor(1), call.tensor(2))],
}
