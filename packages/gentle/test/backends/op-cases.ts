import { range } from '../../src/core/range.ts'
import { sizeOf } from '../../src/core/shape.ts'
import type { Op } from '../../src/graph/op.ts'
import { apply, constant, type Tensor } from '../../src/graph/tensor.ts'
import { type Conv2dAttributes, conv2dAttributes, conv2dSizes } from '../../src/ops/conv2d.ts'
import type { CtcAttributes } from '../../src/ops/ctc-loss.ts'
import { add, cast, greaterEqual } from '../../src/ops/elementwise.ts'
import { type Pool2dAttributes, pool2dAttributes } from '../../src/ops/pool2d.ts'
import type { ResampleMethod } from '../../src/ops/resample2d.ts'
import type { SlicePlace } from '../../src/ops/structure.ts'
import { type ElementwiseName, elementwiseOps, type StructuredName, structuredOps } from '../../src/ops/table.ts'
import { slidingOutput } from '../../src/ops/window.ts'
import { approximated, spreading, summed, type Tolerance } from './closeness.ts'
import { coin, edgy, normal, positive, type Sampler, type Scene, tied } from './scene.ts'

/** How one op is tried: a graph of it with random shapes and attributes. */
export interface OpCase {
  readonly tolerance: Tolerance
  readonly build: (scene: Scene) => Tensor
}

const unary = (op: Op<string, object>, tolerance: Tolerance, sampler: Sampler = edgy): OpCase => ({
  tolerance,
  build: (scene) => apply(op, [scene.floats(scene.shape(), sampler)], {}),
})

const binary = (op: Op<string, object>, sampler: Sampler = edgy): OpCase => ({
  tolerance: 'exact',
  build: (scene) => apply(op, broadcasting(scene, [sampler, sampler]), {}),
})

/** Of floats, or of integers up to the largest, so that results wrap around. */
const arithmetic = (op: Op<string, object>, operands: 1 | 2): OpCase => ({
  tolerance: 'exact',
  build(scene) {
    if (scene.flag(0.7)) return operands === 1 ? unary(op, 'exact').build(scene) : binary(op).build(scene)
    return apply(op, integersThatBroadcast(scene, operands), {})
  },
})

function integersThatBroadcast(scene: Scene, operands: 1 | 2): Tensor[] {
  const limit = scene.pick([4, 1000, 2 ** 31])
  const shape = scene.shape()
  const a = scene.integers(shape, limit, -limit)
  if (operands === 1) return [a]
  const b = scene.integers(scene.flag(0.2) ? [] : scene.narrower(shape), limit, -limit)
  return scene.flag() ? [a, b] : [b, a]
}

const onIntegers = (op: Op<string, object>): OpCase => ({
  tolerance: 'exact',
  build: (scene) => apply(op, integersThatBroadcast(scene, 2), {}),
})

/** Operands of which one has the whole shape and the others broadcast; at times one is a number, or all are the same tensor. */
function broadcasting(scene: Scene, samplers: readonly Sampler[]): Tensor[] {
  const shape = scene.shape()
  const whole = scene.between(0, samplers.length - 1)
  const operands = samplers.map((sampler, i) => {
    if (i !== whole && scene.flag(0.15)) return scene.floats([], sampler)
    return scene.floats(i === whole || scene.flag() ? shape : scene.narrower(shape), sampler)
  })
  return scene.flag(0.1) ? operands.map(() => operands[whole]) : operands
}

const comparison = (op: Op<string, object>): OpCase => ({
  tolerance: 'exact',
  build(scene) {
    const integers = scene.flag()
    const operand = (shape: readonly number[]): Tensor =>
      integers ? scene.integers(shape, 3, -2) : scene.floats(shape, tied)
    const shape = scene.shape()
    const [a, b] = [operand(shape), operand(scene.narrower(shape))]
    return apply(op, scene.flag() ? [a, b] : [b, a], {})
  },
})

const someAxes = (scene: Scene, rank: number): number[] =>
  scene
    .order(rank)
    .slice(0, scene.between(1, rank))
    .sort((a, b) => a - b)

/** A tensor of either element type, for the ops that only move. */
const anyTensor = (scene: Scene, shape: readonly number[]): Tensor =>
  scene.flag(0.2) ? scene.integers(shape, 100, -100) : scene.floats(shape, edgy)

/** A slice that lies in a shape, at times with strides. */
function somePlace(scene: Scene, shape: readonly number[]): { place: SlicePlace; sizes: number[] } {
  const sizes = shape.map((n) => (scene.flag(0.3) ? n : scene.size(n)))
  if (scene.flag(0.6)) return { place: { starts: shape.map((n, axis) => scene.between(0, n - sizes[axis])) }, sizes }
  const strides = shape.map((n, axis) => {
    const limit = sizes[axis] === 1 ? n : Math.floor((n - 1) / (sizes[axis] - 1))
    return scene.pick([1, 1, -1, limit, -limit])
  })
  const starts = shape.map((n, axis) => {
    const reach = (sizes[axis] - 1) * Math.abs(strides[axis])
    return scene.between(0, n - 1 - reach) + (strides[axis] < 0 ? reach : 0)
  })
  return { place: { starts, strides }, sizes }
}

/** Slices of one element along an axis that together are the whole, or nearly. */
function tiles(scene: Scene, shape: readonly number[]): { place: SlicePlace; sizes: number[] }[] {
  const axis = scene.between(0, shape.length - 1)
  const sizes = shape.with(axis, 1)
  const whole = range(shape[axis]).map((i) => ({ place: { starts: shape.map((_, a) => (a === axis ? i : 0)) }, sizes }))
  return scene.flag() ? whole : whole.slice(0, Math.max(1, whole.length - 1))
}

/** Another shape with as many elements: neighbouring axes joined, axes of 1 put in. */
function regrouped(scene: Scene, shape: readonly number[]): number[] {
  const joined: number[] = []
  for (const n of scene.flag() ? shape : [...shape].reverse()) {
    if (joined.length > 0 && scene.flag()) joined.push(joined.pop()! * n)
    else joined.push(n)
    if (joined.length < 4 && scene.flag(0.2)) joined.push(1)
  }
  return joined
}

/** Mostly normal, at times so far from it that a probability is not float32. */
const farFromLikely: Sampler = (random) => random.normal() * [1, 1, 30, 150][random.integer(4)]

/** Operands and attributes of CTC: few symbols, so that labels repeat; at times lengths and labels that are none, and targets that do not fit. */
function alignments(scene: Scene): [Tensor[], CtcAttributes] {
  const [examples, steps, symbols] = [scene.batch(), scene.between(1, 40), scene.between(2, 9)]
  const labels = scene.flag() ? scene.between(1, Math.ceil(steps / 2)) : scene.between(1, 20)
  const blank = scene.between(0, symbols - 1)
  const shape = [examples, labels]
  const labelled = (drawn: Tensor): Tensor => add(drawn, cast(greaterEqual(drawn, blank), 'int32'))
  const areLabels = scene.flag(0.9)
  const targets = areLabels ? labelled(scene.integers(shape, symbols - 1)) : scene.integers(shape, symbols + 1, -1)
  const beyond = scene.flag(0.1) ? 1 : 0
  return [
    [
      scene.floats([examples, steps, symbols], farFromLikely),
      targets,
      scene.integers([examples], steps + 1 + beyond, scene.flag() ? 0 : steps),
      scene.integers([examples], labels + 1 + beyond, -beyond),
    ],
    { blank, zeroInfinity: scene.flag() },
  ]
}

interface Convolution {
  readonly x: number[]
  readonly w: number[]
  readonly y: number[]
  readonly attributes: Conv2dAttributes
  /** Terms of one sum in the output, and in the weight gradient. */
  readonly terms: number
}

/** The geometry of a convolution: every kind that networks use, and corners: a kernel as large as the image, strides that skip. */
function convolution(scene: Scene): Convolution {
  const isPlain = scene.flag(0.4)
  const depthwise = scene.flag(0.2)
  const groups = depthwise ? scene.between(1, 14) : scene.pick([1, 1, 1, 2, 3])
  const perGroup = (channels: number) => Math.max(1, Math.floor(channels / groups))
  const groupIn = depthwise ? 1 : perGroup(channelsOf(scene))
  const groupOut = depthwise ? scene.between(1, 2) : perGroup(channelsOf(scene))
  const image = [scene.size(10), scene.size(10)]
  const side = scene.pick([1, 3, 3, 5])
  const attributes = conv2dAttributes(
    isPlain
      ? { stride: scene.pick([1, 1, 2]), padding: scene.flag() ? (side - 1) / 2 : 0, groups }
      : { stride: scene.pair(1, 4), padding: scene.pair(0, 3), dilation: scene.flag() ? 1 : scene.pair(1, 3), groups },
  )
  const kernel = image.map((n, axis) => {
    const limit = Math.floor((n + 2 * attributes.padding[axis] - 1) / attributes.dilation[axis]) + 1
    return Math.min(limit, isPlain ? side : scene.pick([1, 2, 3, 5, n]))
  })
  const w = [groupOut * groups, groupIn, ...kernel]
  const one = conv2dSizes([1, groupIn * groups, ...image], w, attributes)
  const work = one.outHeight * one.outWidth * sizeOf(w)
  const batch = Math.min(scene.batch(), Math.max(1, Math.floor(500_000 / work)))
  const y = [batch, one.outChannels, one.outHeight, one.outWidth]
  return { x: [batch, groupIn * groups, ...image], w, y, attributes, terms: groupIn * kernel[0] * kernel[1] }
}

/** Few channels, those of LeNet, and those that fill tiles. */
const channelsOf = (scene: Scene): number => scene.pick([1, 3, 6, 8, 16, 16, 24, 32, scene.size(14), scene.size(14)])

interface Pooling {
  readonly x: number[]
  readonly y: number[]
  readonly attributes: Pool2dAttributes
  /** For means. */
  readonly counting: { countIncludePad?: boolean }
}

function pooling(scene: Scene, isMaximum: boolean): Pooling {
  const image: [number, number] = [scene.size(9), scene.size(9)]
  const size = image.map((n) => Math.min(n, scene.pick([1, 2, 2, 3, 4, n]))) as [number, number]
  const stride = scene.flag() ? size : scene.pair(1, 4)
  const longest = (axis: 0 | 1): number => Math.floor((image[axis] - 1) / Math.max(1, size[axis] - 1))
  const distances = [scene.between(1, Math.max(1, longest(0))), scene.between(1, Math.max(1, longest(1)))] as const
  const dilation = isMaximum && scene.flag(0.3) ? distances : 1
  const side = (n: number): [number, number] => [scene.between(0, n - 1), scene.between(0, n - 1)]
  const even = size.map((n) => (scene.flag() ? 0 : Math.floor(n / 2))) as [number, number]
  const uneven = [side(size[0]), side(size[1])] as const
  const padding = scene.flag(0.7) && even.every((n, axis) => n < size[axis]) ? even : uneven
  const attributes = pool2dAttributes(size, { stride, padding, dilation, ceilMode: scene.flag(0.3) })
  const planes = [scene.batch(), scene.size(14)]
  const out = slidingOutput(image, size, { dilation: [1, 1], ...attributes }, 'pooling')
  const counting = scene.flag(0.3) ? { countIncludePad: false } : {}
  return { x: [...planes, ...image], y: [...planes, ...out], attributes, counting }
}

/** Images at another size: multiples and parts of it, and any other. */
function resampling(scene: Scene): { x: number[]; y: number[]; method: ResampleMethod } {
  const image = [scene.size(9), scene.size(9)]
  const size = image.map((n) => scene.pick([scene.size(14), 2 * n, Math.ceil(n / 2), 1]))
  const planes = [scene.batch(), scene.size(14)]
  const method = scene.pick<ResampleMethod>(['nearest', 'bilinear', 'alignedBilinear', 'average'])
  return { x: [...planes, ...image], y: [...planes, ...size], method }
}

/** Numbers up to 1 and -1, which are among them, and a few beyond. */
const upToOne: Sampler = (random) => (random.integer(4) > 0 ? 2 * random.uniform() - 1 : random.integer(5) / 2 - 1)

/** Numbers that round in all ways: wholes, halves, those beside them, and some without a fraction. */
const nearHalves: Sampler = (random) =>
  random.integer(4) > 0 ? (random.integer(21) - 10) / 2 + [0, 0, 0.25, -1e-6][random.integer(4)] : edgy(random)

/** Below 0, between, above 6, and at both. */
const aroundSix: Sampler = (random) =>
  random.integer(4) > 0 ? 10 * random.uniform() - 2 : random.integer(2) > 0 ? 6 * random.integer(2) : edgy(random)

/** Values of images: all different, or with ties, of which the first wins. */
const contested = (scene: Scene): Sampler => (scene.flag() ? normal : tied)

/** Numbers among which NaN and infinities are. */
const unordered: Sampler = (random) =>
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1, -1][random.integer(7)]

/** Indices along an axis of a shape, some of them outside. */
function picks(scene: Scene): { shape: number[]; axis: number; indices: Tensor } {
  const shape = scene.shape(1)
  const axis = scene.between(0, shape.length - 1)
  return { shape, axis, indices: scene.integers(shape.with(axis, scene.size(9)), shape[axis] + 1, -1) }
}

/** Sizes of a matrix product: small ones, those around the multiples of a tile, and now and then a larger one. */
const matrixSize = (scene: Scene): number => (scene.flag(0.15) ? scene.between(21, 70) : scene.size(20))

/** A case for each op; an op without one does not compile. */
export const opCases: Readonly<Record<ElementwiseName | StructuredName, OpCase>> = {
  fakeQuantize: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape()
      const low = scene.between(-128, 0)
      const numbers = [scene.between(low, 127), low, 127].map((number) => constant(number))
      return apply(
        elementwiseOps.fakeQuantize,
        [scene.floats(shape, edgy), scene.floats(scene.narrower(shape), positive), ...numbers],
        {},
      )
    },
  },
  neg: arithmetic(elementwiseOps.neg, 1),
  exp: unary(elementwiseOps.exp, approximated),
  expm1: unary(elementwiseOps.expm1, approximated),
  log: unary(elementwiseOps.log, approximated),
  log1p: unary(elementwiseOps.log1p, approximated),
  sqrt: unary(elementwiseOps.sqrt, 'exact'),
  abs: arithmetic(elementwiseOps.abs, 1),
  sign: arithmetic(elementwiseOps.sign, 1),
  tanh: unary(elementwiseOps.tanh, approximated),
  sin: unary(elementwiseOps.sin, approximated),
  cos: unary(elementwiseOps.cos, approximated),
  tan: unary(elementwiseOps.tan, approximated),
  asin: unary(elementwiseOps.asin, approximated, upToOne),
  acos: unary(elementwiseOps.acos, approximated, upToOne),
  atan: unary(elementwiseOps.atan, approximated),
  sinh: unary(elementwiseOps.sinh, approximated),
  cosh: unary(elementwiseOps.cosh, approximated),
  asinh: unary(elementwiseOps.asinh, approximated),
  acosh: unary(elementwiseOps.acosh, approximated),
  atanh: unary(elementwiseOps.atanh, approximated, upToOne),
  sigmoid: unary(elementwiseOps.sigmoid, approximated),
  softplus: unary(elementwiseOps.softplus, approximated),
  erf: unary(elementwiseOps.erf, approximated),
  relu: unary(elementwiseOps.relu, 'exact'),
  relu6: unary(elementwiseOps.relu6, 'exact', aroundSix),
  floor: unary(elementwiseOps.floor, 'exact', nearHalves),
  ceil: unary(elementwiseOps.ceil, 'exact', nearHalves),
  round: unary(elementwiseOps.round, 'exact', nearHalves),
  trunc: unary(elementwiseOps.trunc, 'exact', nearHalves),
  toFloat32: {
    tolerance: 'exact',
    build: (scene) => apply(elementwiseOps.toFloat32, [anyTensor(scene, scene.shape())], {}),
  },
  toInt32: {
    tolerance: 'exact',
    build: (scene) => apply(elementwiseOps.toInt32, [anyTensor(scene, scene.shape())], {}),
  },
  stopGradient: unary(elementwiseOps.stopGradient, 'exact'),
  add: arithmetic(elementwiseOps.add, 2),
  sub: arithmetic(elementwiseOps.sub, 2),
  mul: arithmetic(elementwiseOps.mul, 2),
  div: binary(elementwiseOps.div),
  floorDiv: onIntegers(elementwiseOps.floorDiv),
  mod: onIntegers(elementwiseOps.mod),
  pow: {
    tolerance: { relative: 5e-6, absolute: 1e-7, largest: 0 },
    build(scene) {
      if (scene.flag(0.4)) {
        const exponent = scene.pick([2, 3, 0.5, -1, -0.5, 0, 1])
        const base = scene.floats(scene.shape(), Number.isInteger(exponent) ? normal : positive)
        return apply(elementwiseOps.pow, [base, constant(exponent)], {})
      }
      const [base, exponent] = scene.flag() ? [positive, normal] : [tied, tied]
      return apply(elementwiseOps.pow, broadcasting(scene, [base, exponent]), {})
    },
  },
  maximum: arithmetic(elementwiseOps.maximum, 2),
  minimum: arithmetic(elementwiseOps.minimum, 2),
  equal: comparison(elementwiseOps.equal),
  notEqual: comparison(elementwiseOps.notEqual),
  less: comparison(elementwiseOps.less),
  lessEqual: comparison(elementwiseOps.lessEqual),
  greater: comparison(elementwiseOps.greater),
  greaterEqual: comparison(elementwiseOps.greaterEqual),
  where: {
    tolerance: 'exact',
    build(scene) {
      if (scene.flag(0.7)) return apply(elementwiseOps.where, broadcasting(scene, [coin, edgy, edgy]), {})
      const condition = scene.integers(scene.shape(), 2, -1)
      const branches = [0, 1].map(() => scene.integers(scene.narrower(condition.shape), 2 ** 31, -(2 ** 31)))
      return apply(elementwiseOps.where, [condition, ...branches], {})
    },
  },
  sum: {
    tolerance: summed,
    build(scene) {
      const shape = scene.shape(1)
      const x = scene.flag(0.2) ? scene.integers(shape, 2 ** 31, -(2 ** 31)) : scene.floats(shape)
      return apply(structuredOps.sum, [x], { axes: someAxes(scene, shape.length) })
    },
  },
  max: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape(1)
      return apply(structuredOps.max, [anyTensor(scene, shape)], { axes: someAxes(scene, shape.length) })
    },
  },
  argmax: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape(1)
      const axis = scene.between(0, shape.length - 1)
      const x = scene.flag(0.2) ? scene.integers(shape, 3, -2) : scene.floats(shape, contested(scene))
      return apply(structuredOps.argmax, [x], { axis })
    },
  },
  reshape: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape()
      return apply(structuredOps.reshape, [anyTensor(scene, shape)], { shape: regrouped(scene, shape) })
    },
  },
  transpose: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape(1)
      return apply(structuredOps.transpose, [anyTensor(scene, shape)], { order: scene.order(shape.length) })
    },
  },
  broadcastTo: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape()
      return apply(structuredOps.broadcastTo, [anyTensor(scene, scene.narrower(shape))], { shape })
    },
  },
  concat: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape(1)
      const axis = scene.between(0, shape.length - 1)
      const integers = scene.flag(0.2)
      const operands = Array.from({ length: scene.between(1, 4) }, () => {
        const own = shape.map((n, a) => (a === axis ? scene.size(n) : n))
        return integers ? scene.integers(own, 100, -100) : scene.floats(own, edgy)
      })
      return apply(structuredOps.concat, scene.flag(0.2) ? [...operands, operands[0]] : operands, { axis })
    },
  },
  slice: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape(1)
      const { place, sizes } = somePlace(scene, shape)
      return apply(structuredOps.slice, [anyTensor(scene, shape)], { ...place, sizes })
    },
  },
  addSlices: {
    tolerance: summed,
    build(scene) {
      const shape = scene.shape(1)
      const slices = scene.flag() ? tiles(scene, shape) : range(scene.between(1, 4)).map(() => somePlace(scene, shape))
      const parts = slices.map(({ sizes }) => scene.floats(sizes))
      return apply(structuredOps.addSlices, parts, { shape, places: slices.map(({ place }) => place) })
    },
  },
  pad: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape(1)
      const width = () => shape.map(() => (scene.flag() ? 0 : scene.between(1, 3)))
      const attributes = { before: width(), after: width(), value: scene.pick([0, 0, 1, -3]) }
      return apply(structuredOps.pad, [anyTensor(scene, shape)], attributes)
    },
  },
  matmul: {
    tolerance: summed,
    build(scene) {
      const [m, k, n] = [matrixSize(scene), matrixSize(scene), matrixSize(scene)]
      const [transposeA, transposeB] = [scene.flag(), scene.flag()]
      const batch = scene.flag() ? [] : [scene.size(5), scene.size(3)].slice(0, scene.between(1, 2))
      const a = [...(scene.flag(0.7) ? batch : scene.narrower(batch)), ...(transposeA ? [k, m] : [m, k])]
      const b = [...(scene.flag(0.7) ? batch : scene.narrower(batch)), ...(transposeB ? [n, k] : [k, n])]
      return apply(structuredOps.matmul, [scene.floats(a), scene.floats(b)], { transposeA, transposeB })
    },
  },
  conv2d: {
    tolerance: spreading,
    build(scene) {
      const { x, w, attributes, terms } = convolution(scene)
      return apply(structuredOps.conv2d, [scene.floats(x), scene.weight(w, terms)], attributes)
    },
  },
  conv2dInputGradient: {
    tolerance: spreading,
    build(scene) {
      const { x, w, y, attributes, terms } = convolution(scene)
      // The gradient of a window that sees padding alone goes nowhere, but NaN in it may go anywhere.
      const inPadding = attributes.padding.some((n, axis) => n > (w[2 + axis] - 1) * attributes.dilation[axis])
      const operands = [scene.weight(w, terms), inPadding ? scene.weight(y, 1) : scene.floats(y)]
      return apply(structuredOps.conv2dInputGradient, operands, { ...attributes, inputShape: x })
    },
  },
  conv2dWeightGradient: {
    tolerance: spreading,
    build(scene) {
      const { x, w, y, attributes } = convolution(scene)
      const operands = [scene.floats(x), scene.floats(y)]
      return apply(structuredOps.conv2dWeightGradient, operands, { ...attributes, weightShape: w })
    },
  },
  maxPool2d: {
    tolerance: 'exact',
    build(scene) {
      const { x, attributes } = pooling(scene, true)
      return apply(structuredOps.maxPool2d, [scene.floats(x, contested(scene))], attributes)
    },
  },
  maxPool2dScatter: {
    tolerance: summed,
    build(scene) {
      const { x, y, attributes } = pooling(scene, true)
      return apply(structuredOps.maxPool2dScatter, [scene.floats(x, contested(scene)), scene.floats(y)], attributes)
    },
  },
  maxPool2dGather: {
    tolerance: 'exact',
    build(scene) {
      const { x, attributes } = pooling(scene, true)
      return apply(structuredOps.maxPool2dGather, [scene.floats(x, contested(scene)), scene.floats(x)], attributes)
    },
  },
  avgPool2d: {
    tolerance: summed,
    build(scene) {
      const { x, attributes, counting } = pooling(scene, false)
      return apply(structuredOps.avgPool2d, [scene.floats(x)], { ...attributes, ...counting })
    },
  },
  avgPool2dGradient: {
    tolerance: summed,
    build(scene) {
      const { x, y, attributes, counting } = pooling(scene, false)
      return apply(structuredOps.avgPool2dGradient, [scene.floats(y)], { ...attributes, ...counting, inputShape: x })
    },
  },
  resample2d: {
    tolerance: summed,
    build(scene) {
      const { x, y, method } = resampling(scene)
      return apply(structuredOps.resample2d, [scene.floats(x)], { method, size: [y[2], y[3]] })
    },
  },
  resample2dGradient: {
    tolerance: summed,
    build(scene) {
      const { x, y, method } = resampling(scene)
      return apply(structuredOps.resample2dGradient, [scene.floats(y)], { method, inputShape: x })
    },
  },
  oneHot: {
    tolerance: 'exact',
    build(scene) {
      const classes = scene.size(12)
      const indices = scene.integers(scene.shape(0, 2), classes + 1, -1)
      return apply(structuredOps.oneHot, [indices], { classes })
    },
  },
  gather: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape(1)
      const axis = scene.between(0, shape.length - 1)
      const indices = scene.integers(scene.shape(0, 2), shape[axis] + 1, -1)
      return apply(structuredOps.gather, [anyTensor(scene, shape), indices], { axis })
    },
  },
  scatterAdd: {
    tolerance: summed,
    build(scene) {
      const shape = scene.shape(1)
      const axis = scene.between(0, shape.length - 1)
      const indices = scene.integers(scene.shape(0, 2), shape[axis] + 1, -1)
      const dy = [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)]
      return apply(structuredOps.scatterAdd, [scene.floats(dy), indices], { axis, size: shape[axis] })
    },
  },
  takeAlongAxis: {
    tolerance: 'exact',
    build(scene) {
      const { shape, axis, indices } = picks(scene)
      return apply(structuredOps.takeAlongAxis, [anyTensor(scene, shape), indices], { axis })
    },
  },
  addAlongAxis: {
    tolerance: summed,
    build(scene) {
      const { shape, axis, indices } = picks(scene)
      return apply(structuredOps.addAlongAxis, [scene.floats(indices.shape), indices], { axis, size: shape[axis] })
    },
  },
  argsort: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.flag(0.3) ? [scene.size(3), scene.between(1, 300)] : scene.shape(1)
      const x = scene.flag(0.2)
        ? scene.integers(shape, 2 ** 31, -(2 ** 31))
        : scene.floats(shape, scene.pick([edgy, tied, unordered]))
      return apply(structuredOps.argsort, [x], { descending: scene.flag() })
    },
  },
  cumsum: {
    tolerance: summed,
    build(scene) {
      const shape = scene.shape(1)
      const axis = scene.between(0, shape.length - 1)
      const x = scene.flag(0.2) ? scene.integers(shape, 2 ** 31, -(2 ** 31)) : scene.floats(shape)
      return apply(structuredOps.cumsum, [x], { axis, reverse: scene.flag(), exclusive: scene.flag() })
    },
  },
  ctcLoss: {
    tolerance: summed,
    build: (scene) => apply(structuredOps.ctcLoss, ...alignments(scene)),
  },
  ctcLossGradient: {
    tolerance: summed,
    build: (scene) => apply(structuredOps.ctcLossGradient, ...alignments(scene)),
  },
  after: {
    tolerance: 'exact',
    build(scene) {
      const shape = scene.shape(0)
      return apply(structuredOps.after, [anyTensor(scene, shape), anyTensor(scene, scene.shape(0))], {})
    },
  },
  uniform: {
    tolerance: 'exact',
    build(scene) {
      const attributes = { shape: scene.shape(), key: scene.pair(-(2 ** 31), 2 ** 31 - 1) }
      return apply(structuredOps.uniform, [scene.integers([], 2 ** 31)], attributes)
    },
  },
}
