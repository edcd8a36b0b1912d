/** The ops against PyTorch; test/goldens/make-ops.py wrote what it gives. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import type { Shape } from '../../src/core/shape.ts'
import { constant, type Tensor, variable } from '../../src/graph/tensor.ts'
import * as ops from '../../src/ops/index.ts'
import { generator, type Kind } from '../goldens/generator.ts'

interface Golden {
  readonly shapes: Shape[]
  readonly kind: Kind
  readonly shape: Shape
  readonly y: number[]
  readonly gradients?: number[][]
}

const goldens: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../goldens/ops.json', import.meta.url), 'utf8'),
)

const indices = (values: number[], shape: Shape = [values.length]): Tensor => constant(values, shape, 'int32')

type Expression = (...operands: Tensor[]) => Tensor

const convolution =
  (options: ops.Conv2dOptions = {}): Expression =>
  (x, w) =>
    ops.conv2d(x, w, options)

/** More at the left than at the right, and at the bottom alone. */
const uneven: ops.Padding = [
  [0, 1],
  [2, 1],
]

const bilinear =
  (size: ops.Pair, alignCorners = false): Expression =>
  (x) =>
    ops.upsample2d(x, { size }, { method: 'bilinear', alignCorners })

const expressions: Record<string, Expression> = {
  neg: ops.neg,
  exp: ops.exp,
  expm1: ops.expm1,
  log: ops.log,
  sqrt: ops.sqrt,
  abs: ops.abs,
  'abs at 0': ops.abs,
  sign: ops.sign,
  tanh: ops.tanh,
  sin: (x) => ops.sin(ops.mul(x, 8)),
  cos: (x) => ops.cos(ops.mul(x, 8)),
  tan: ops.tan,
  asin: (x) => ops.asin(ops.div(x, 2)),
  acos: (x) => ops.acos(ops.div(x, 2)),
  atan: (x) => ops.atan(ops.mul(x, 4)),
  sinh: ops.sinh,
  cosh: ops.cosh,
  asinh: (x) => ops.asinh(ops.pow(x, 5)),
  acosh: (x) => ops.acosh(ops.add(x, 1)),
  atanh: (x) => ops.atanh(ops.div(x, 2)),
  log1p: ops.log1p,
  floor: ops.floor,
  ceil: ops.ceil,
  'round of halves': (x) => ops.round(ops.mul(x, 1.5)),
  trunc: ops.trunc,
  sigmoid: ops.sigmoid,
  softplus: ops.softplus,
  erf: ops.erf,
  relu: ops.relu,
  'relu at 0': ops.relu,
  step: ops.step,
  leakyRelu: (x) => ops.leakyRelu(x, 0.25),
  relu6: (x) => ops.relu6(ops.mul(x, 4)),
  'relu6 at 0 and 6': (x) => ops.relu6(ops.mul(x, 6)),
  clip: (x) => ops.clip(x, -0.5, 1),
  'clip at its limits': (x) => ops.clip(x, -1, 0),
  elu: (x) => ops.elu(x, 1.5),
  gelu: ops.gelu,
  silu: ops.silu,
  softmax: (x) => ops.softmax(x),
  'softmax over axis 0': (x) => ops.softmax(x, 0),
  logSoftmax: (x) => ops.logSoftmax(x),
  'logSoftmax over axis 1': (x) => ops.logSoftmax(x, 1),
  add: ops.add,
  sub: ops.sub,
  mul: ops.mul,
  'mul by a scalar': ops.mul,
  div: ops.div,
  pow: ops.pow,
  'pow to 3': (x) => ops.pow(x, 3),
  'pow to 0 at 0': (x) => ops.pow(x, 0),
  maximum: ops.maximum,
  'maximum of ties': ops.maximum,
  minimum: ops.minimum,
  'minimum of ties': ops.minimum,
  equal: ops.equal,
  notEqual: ops.notEqual,
  less: ops.less,
  lessEqual: ops.lessEqual,
  greater: ops.greater,
  greaterEqual: ops.greaterEqual,
  where: (c, a, b) => ops.where(ops.greater(c, 0), a, b),
  sum: (x) => ops.sum(x),
  'sum over axes 0 and -1': (x) => ops.sum(x, [0, -1]),
  mean: (x) => ops.mean(x),
  'mean over axis 1, kept': (x) => ops.mean(x, 1, { keepDims: true }),
  max: (x) => ops.max(x),
  'max over axes 0 and 2': (x) => ops.max(x, [0, 2]),
  'max of ties': (x) => ops.max(x, 1),
  'min over axis -1, kept': (x) => ops.min(x, -1, { keepDims: true }),
  'min of ties': (x) => ops.min(x, 2),
  argmax: (x) => ops.argmax(x),
  'argmax over axis 0 of ties': (x) => ops.argmax(x, 0),
  prod: (x) => ops.prod(x),
  'prod over axis 1 of odd size': (x) => ops.prod(x, 1),
  'prod of zeros': (x) => ops.prod(x, 1),
  'prod of zeros over axes 0 and 2, kept': (x) => ops.prod(x, [0, 2], { keepDims: true }),
  argmin: (x) => ops.argmin(x),
  'argmin over axis 0 of ties': (x) => ops.argmin(x, 0),
  reshape: (x) => ops.reshape(x, [3, -1]),
  transpose: (x) => ops.transpose(x, [2, 0, 1]),
  'transpose, reversed': (x) => ops.transpose(x),
  broadcastTo: (x) => ops.broadcastTo(x, [2, 3, 4]),
  concat: (a, b) => ops.concat([a, b], -2),
  slice: (x) => ops.slice(x, [1, 0, 1], [2, 3, 1]),
  pad: (x) => ops.pad(x, [0, 1], [1, 2], 0.5),
  'gather of rows': (x) => ops.gather(x, indices([2, 0, 2])),
  'gather along axis 1 by a matrix': (x) => ops.gather(x, indices([3, 1, 0, 3], [2, 2]), 1),
  oneHot: () => ops.oneHot(indices([2, 0, 1, 2], [2, 2]), 4),
  matmul: (a, b) => ops.matmul(a, b),
  'matmul with a transposed': (a, b) => ops.matmul(a, b, { transposeA: true }),
  'matmul with b transposed': (a, b) => ops.matmul(a, b, { transposeB: true }),
  'matmul with both transposed': (a, b) => ops.matmul(a, b, { transposeA: true, transposeB: true }),
  'matmul of batches': (a, b) => ops.matmul(a, b),
  'matmul of batches that broadcast': (a, b) => ops.matmul(a, b, { transposeB: true }),
  'matmul of a batch with a matrix': (a, b) => ops.matmul(a, b),
  'conv2d plain': convolution(),
  'conv2d 5 x 5 with padding 2': convolution({ padding: 2 }),
  'conv2d 1 x 1': convolution(),
  'conv2d 1 x 1 with stride 2': convolution({ stride: 2 }),
  'conv2d kernel as large as the image': convolution(),
  'conv2d stride [1, 2]': convolution({ stride: [1, 2] }),
  'conv2d stride [3, 2] that leaves a rest': convolution({ stride: [3, 2] }),
  'conv2d stride larger than the kernel': convolution({ stride: 3 }),
  'conv2d padding [0, 2]': convolution({ padding: [0, 2] }),
  'conv2d padding as large as the kernel': convolution({ padding: 2 }),
  'conv2d stride 2, padding 1': convolution({ stride: 2, padding: 1 }),
  'conv2d dilation 2': convolution({ dilation: 2 }),
  'conv2d dilation [2, 1], stride [1, 2], padding [1, 0]': convolution({
    dilation: [2, 1],
    stride: [1, 2],
    padding: [1, 0],
  }),
  'conv2d 2 groups': convolution({ groups: 2 }),
  'conv2d depthwise': convolution({ groups: 3, padding: 1 }),
  'conv2d depthwise, twice the channels, stride 2': convolution({ groups: 2, stride: 2 }),
  maxPool2d: (x) => ops.maxPool2d(x, 2),
  'maxPool2d with overlap and padding': (x) => ops.maxPool2d(x, 3, { stride: 2, padding: 1 }),
  'maxPool2d [1, 2] with stride [2, 3]': (x) => ops.maxPool2d(x, [1, 2], { stride: [2, 3] }),
  'maxPool2d of ties': (x) => ops.maxPool2d(x, 3, { stride: 1 }),
  avgPool2d: (x) => ops.avgPool2d(x, 2),
  'avgPool2d with overlap and padding': (x) => ops.avgPool2d(x, 3, { stride: 2, padding: 1 }),
  'avgPool2d [3, 2] with stride [1, 3]': (x) => ops.avgPool2d(x, [3, 2], { stride: [1, 3], padding: [1, 0] }),
  'maxPool2d that rounds up': (x) => ops.maxPool2d(x, 3, { stride: 2, ceilMode: true }),
  'maxPool2d that rounds up with padding': (x) => ops.maxPool2d(x, 2, { stride: 3, padding: 1, ceilMode: true }),
  'maxPool2d whose only window is cut': (x) => ops.maxPool2d(x, [3, 4], { stride: 4, ceilMode: true }),
  'avgPool2d that rounds up': (x) => ops.avgPool2d(x, 3, { stride: 2, ceilMode: true }),
  'avgPool2d that rounds up with padding': (x) => ops.avgPool2d(x, [3, 2], { stride: 2, padding: 1, ceilMode: true }),
  'avgPool2d without padding in the mean': (x) =>
    ops.avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false }),
  'avgPool2d that rounds up, without padding in the mean': (x) =>
    ops.avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  'maxPool2d dilation [2, 3], padding 1': (x) => ops.maxPool2d(x, 3, { stride: 2, padding: 1, dilation: [2, 3] }),
  'maxPool2d dilation 2 that rounds up': (x) =>
    ops.maxPool2d(x, 2, { stride: 3, padding: 1, dilation: 2, ceilMode: true }),
  'maxPool2d uneven padding': (x) => ops.maxPool2d(x, 3, { stride: 2, padding: uneven }),
  'maxPool2d padding over half the window': (x) => ops.maxPool2d(x, 3, { stride: 1, padding: 2 }),
  'avgPool2d uneven padding': (x) => ops.avgPool2d(x, 3, { stride: 2, padding: uneven }),
  'avgPool2d uneven padding that does not count': (x) =>
    ops.avgPool2d(x, 3, { stride: 2, padding: uneven, countIncludePad: false }),
  'avgPool2d dilation 2 that rounds up': (x) =>
    ops.avgPool2d(x, 2, { stride: 2, padding: 1, dilation: 2, ceilMode: true }),
  'avgPool2d dilation [2, 1], padding [2, 1]': (x) =>
    ops.avgPool2d(x, [3, 2], { stride: [1, 2], padding: [2, 1], dilation: [2, 1] }),
  'avgPool2d dilation [2, 1], padding that does not count': (x) =>
    ops.avgPool2d(x, [3, 2], { stride: [1, 2], padding: [2, 1], dilation: [2, 1], countIncludePad: false }),
  globalAvgPool2d: ops.globalAvgPool2d,
  'upsample2d nearest': (x) => ops.upsample2d(x, [3, 2]),
  'upsample2d nearest to a size': (x) => ops.upsample2d(x, { size: [5, 6] }),
  'upsample2d nearest to fewer pixels': (x) => ops.upsample2d(x, { size: [3, 4] }),
  'upsample2d bilinear': (x) => ops.upsample2d(x, 2, { method: 'bilinear' }),
  'upsample2d bilinear to a size': bilinear([5, 7]),
  'upsample2d bilinear to fewer pixels': bilinear([3, 2]),
  'upsample2d bilinear of one column': bilinear([4, 3]),
  'upsample2d bilinear with aligned corners': bilinear([5, 7], true),
  'upsample2d bilinear to fewer pixels, with aligned corners': bilinear([3, 1], true),
  'adaptiveAvgPool2d to one pixel': (x) => ops.adaptiveAvgPool2d(x, 1),
  'adaptiveMaxPool2d to one pixel': (x) => ops.adaptiveMaxPool2d(x, 1),
  'adaptiveAvgPool2d of parts that tile': (x) => ops.adaptiveAvgPool2d(x, [2, 3]),
  'adaptiveMaxPool2d of parts that tile': (x) => ops.adaptiveMaxPool2d(x, [2, 3]),
  'adaptiveAvgPool2d of parts at one distance that overlap': (x) => ops.adaptiveAvgPool2d(x, [3, 2]),
  'adaptiveMaxPool2d of parts at one distance that overlap': (x) => ops.adaptiveMaxPool2d(x, [3, 2]),
  'adaptiveAvgPool2d of parts that overlap': (x) => ops.adaptiveAvgPool2d(x, [3, 4]),
  'adaptiveMaxPool2d of parts that overlap': (x) => ops.adaptiveMaxPool2d(x, [3, 4]),
  'adaptiveAvgPool2d to more parts than pixels': (x) => ops.adaptiveAvgPool2d(x, [5, 3]),
  'adaptiveMaxPool2d to more parts than pixels': (x) => ops.adaptiveMaxPool2d(x, [5, 3]),
  'adaptiveAvgPool2d of large parts': (x) => ops.adaptiveAvgPool2d(x, [1, 2]),
  'adaptiveMaxPool2d of large parts': (x) => ops.adaptiveMaxPool2d(x, [1, 2]),
  'adaptiveMaxPool2d of ties': (x) => ops.adaptiveMaxPool2d(x, [3, 2]),
  'convTranspose2d plain': (x, w) => ops.convTranspose2d(x, w),
  'convTranspose2d that doubles': (x, w) => ops.convTranspose2d(x, w, { stride: 2, padding: 1, outputPadding: 1 }),
  'convTranspose2d stride [3, 1], padding [0, 1]': (x, w) =>
    ops.convTranspose2d(x, w, { stride: [3, 1], padding: [0, 1], outputPadding: [2, 0] }),
  'convTranspose2d 2 groups, dilation 2': (x, w) => ops.convTranspose2d(x, w, { groups: 2, dilation: 2 }),
  'convTranspose2d output padding of a stride': (x, w) =>
    ops.convTranspose2d(x, w, { dilation: 3, padding: 1, outputPadding: [2, 1] }),
  'conv3d plain': (x, w) => ops.conv3d(x, w),
  'conv3d stride [2, 1, 2], padding [1, 0, 2]': (x, w) => ops.conv3d(x, w, { stride: [2, 1, 2], padding: [1, 0, 2] }),
  'conv3d dilation [2, 1, 2], 2 groups': (x, w) => ops.conv3d(x, w, { dilation: [2, 1, 2], groups: 2 }),
  'conv3d uneven padding': (x, w) =>
    ops.conv3d(x, w, {
      stride: 2,
      padding: [
        [1, 0],
        [0, 1],
        [2, 1],
      ],
    }),
  maxPool3d: (x) => ops.maxPool3d(x, 2),
  'maxPool3d of ties, with overlap and padding': (x) => ops.maxPool3d(x, 3, { stride: 2, padding: 1 }),
  'maxPool3d dilation [1, 2, 3]': (x) => ops.maxPool3d(x, 2, { stride: [1, 2, 1], dilation: [1, 2, 3] }),
  'maxPool3d that rounds up': (x) => ops.maxPool3d(x, 2, { padding: 1, ceilMode: true }),
  avgPool3d: (x) => ops.avgPool3d(x, 2),
  'avgPool3d that rounds up, with padding': (x) => ops.avgPool3d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
  'avgPool3d without padding in the mean': (x) =>
    ops.avgPool3d(x, [2, 3, 3], { stride: 2, padding: [1, 0, 1], countIncludePad: false }),
  'convTranspose1d plain': (x, w) => ops.convTranspose1d(x, w),
  'convTranspose1d that doubles': (x, w) => ops.convTranspose1d(x, w, { stride: 2, padding: 1, outputPadding: 1 }),
  'convTranspose1d 2 groups, dilation 2': (x, w) => ops.convTranspose1d(x, w, { groups: 2, dilation: 2 }),
  'convTranspose3d plain': (x, w) => ops.convTranspose3d(x, w),
  'convTranspose3d that doubles': (x, w) => ops.convTranspose3d(x, w, { stride: 2, padding: 1, outputPadding: 1 }),
  'convTranspose3d 2 groups, output padding': (x, w) =>
    ops.convTranspose3d(x, w, { groups: 2, dilation: [3, 1, 1], stride: [2, 1, 3], outputPadding: [2, 0, 1] }),
  'resizeByWeights over the last axis': (x, w) => ops.resizeByWeights(x, -1, w),
  'resizeByWeights over axis 1': (x, w) => ops.resizeByWeights(x, 1, w),
  'layerNorm of the last axis': (x, gain, bias) => ops.layerNorm(x, -1, gain, bias),
  'layerNorm of the last two, epsilon 0.1': (x, gain) => ops.layerNorm(x, [1, 2], gain, undefined, 0.1),
  'layerNorm of a middle axis': (x) => ops.layerNorm(x, 1),
  groupNorm: (x, gain, bias) => ops.groupNorm(x, 3, gain, bias),
  'groupNorm of one group, epsilon 0.1': (x) => ops.groupNorm(x, 1, undefined, undefined, 0.1),
  localResponseNorm: (x) => ops.localResponseNorm(x),
  'localResponseNorm of 4, with other numbers': (x) =>
    ops.localResponseNorm(x, { size: 4, alpha: 0.5, beta: 0.25, k: 2 }),
  'localResponseNorm of more channels than there are': (x) => ops.localResponseNorm(x, { alpha: 1 }),
  'slice in strides': (x) => ops.slice(x, [1, 0], [2, 3], { strides: [3, 2] }),
  'flip over axis 1': (x) => ops.flip(x, 1),
  'slices that overlap': (x) => {
    const [a, b, c] = [0, 1, 2].map((start) => ops.slice(x, [start, 0], [3, 2]))
    return ops.add(ops.mul(a, b), c)
  },
  'split into sizes, multiplied': (x) => {
    const [a, , c] = ops.split(x, [2, 1, 2], 1)
    return ops.mul(a, c)
  },
  'stack along axis 1': (a, b) => ops.stack([a, b], 1),
  'cumsum over axis 1': (x) => ops.cumsum(x, 1),
  'cumsum from the end': (x) => ops.cumsum(x, -1, { reverse: true }),
  'logSumExp over axes 0 and 2, kept': (x) => ops.logSumExp(x, [0, 2], { keepDims: true }),
  'sort over axis 0': (x) => ops.sort(x, 0).values,
  'argsort, descending, of ties': (x) => ops.argsort(x, -1, { descending: true }),
  topK: (x) => ops.topK(x, 3).values,
  'takeAlongAxis over axis 1': (x) => ops.takeAlongAxis(x, indices([3, 1, 0, 3, 2, 2, 1, 1], [2, 2, 2]), 1),
  ...Object.fromEntries(
    [
      ...['bij,bjk->bik', 'ij,jk', 'kij,kj->ki', 'bhqd,bhkd->bhqk', 'btij,ijo->bto', 'ij,j,k->ki', 'iji->ji', 'ii'],
      ...['ab,ab->', 'a,b->ba', 'ijk->kj', 'ba'],
    ].map((equation): [string, Expression] => [
      `einsum ${equation}`,
      (...operands) => ops.einsum(equation, ...operands),
    ]),
  ),
  'conv1d plain': (x, w) => ops.conv1d(x, w),
  'conv1d stride 2, padding 1': (x, w) => ops.conv1d(x, w, { stride: 2, padding: 1 }),
  'conv1d dilation 2, 3 groups': (x, w) => ops.conv1d(x, w, { dilation: 2, groups: 3 }),
  maxPool1d: (x) => ops.maxPool1d(x, 2),
  'maxPool1d with overlap and padding, rounded up': (x) =>
    ops.maxPool1d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
  avgPool1d: (x) => ops.avgPool1d(x, 3),
  'avgPool1d without padding in the mean': (x) =>
    ops.avgPool1d(x, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  globalAvgPool1d: ops.globalAvgPool1d,
}

/** Largest relative error; below 0.1 an absolute one of a tenth as much. */
const errorOf = (actual: ArrayLike<number>, wanted: readonly number[]): number => {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY
  const errors = wanted.map((t, i) => Math.abs(actual[i] - t) / Math.max(Math.abs(t), 0.1))
  return errors.some(Number.isNaN) ? Number.NaN : Math.max(0, ...errors)
}

describe.each<[string, () => Promise<Backend> | Backend, number]>([
  ['the reference in float64', () => reference({ precision: 'float64' }), 5e-7],
  ['wasm', () => wasm({ threads: 1 }), 2e-5],
])('PyTorch gives the same values and gradients as %s for', (_, open, tolerance) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(() => backend.close())

  it.each(Object.entries(goldens))('%s', async (name, golden) => {
    const draw = generator(name)
    const operands = golden.shapes.map((shape) => variable(shape, draw(shape, golden.kind)))
    const y = expressions[name](...operands)
    const outputs: Record<string, Tensor> = { y }
    if (golden.gradients) {
      const weights = constant(draw(golden.shape, 'signed'), golden.shape)
      const slopes = gradients(ops.sum(ops.mul(y, weights)), operands)
      for (const [i, slope] of slopes.entries()) outputs[`gradient ${i}`] = slope
    }
    const program = await backend.compile({ inputs: {}, outputs })
    const results = await program.run()
    program.dispose()
    backend.release(operands)
    expect(y.shape).toEqual(golden.shape)
    expect(errorOf(results['y'].data, golden.y)).toBeLessThan(tolerance)
    for (const [i, wanted] of (golden.gradients ?? []).entries())
      expect(errorOf(results[`gradient ${i}`].data, wanted), `gradient ${i}`).toBeLessThan(tolerance)
  })
})

it('each expression has its golden', () => {
  expect(Object.keys(expressions).sort()).toEqual(Object.keys(goldens).sort())
})
