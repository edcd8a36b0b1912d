import { Random } from '../../src/core/random.ts'
import { type Shape, sizeOf } from '../../src/core/shape.ts'
import { apply, constant, type Tensor, type Variable, variable } from '../../src/graph/tensor.ts'
import * as ops from '../../src/ops/index.ts'
import { elementwiseOps, structuredOps } from '../../src/ops/table.ts'

const random = new Random(0, 'gradients')

const filled = (shape: Shape, value: (i: number) => number): Variable =>
  variable(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
  )

/** Random values from -2 to 2, at least 0.1 from 0, where several functions have a kink. */
const signed = (shape: Shape): Variable =>
  filled(shape, () => (random.uniform() < 0.5 ? -1 : 1) * (0.1 + 1.9 * random.uniform()))
/** Random values from 0.3 to 2.3. */
const positive = (shape: Shape): Variable => filled(shape, () => 0.3 + 2 * random.uniform())
/** Random values of which no two are near, so that no difference changes which is larger. */
const distinct = (shape: Shape): Variable => {
  const order = random.permutation(sizeOf(shape))
  return filled(shape, (i) => (order[i] + 0.5 * random.uniform()) / 20 - 2)
}
/** Random values, with 0 at some places. */
const withZeros = (shape: Shape, zeros: readonly number[]): Variable =>
  filled(shape, (i) => (zeros.includes(i) ? 0 : 0.5 + random.uniform()))
/** x with 0 in the place of NaN. */
const numbersOf = (x: Tensor): Tensor => ops.where(ops.equal(x, x), x, 0)
const indices = (values: number[], shape: Shape = [values.length]): Tensor => constant(values, shape, 'int32')

const convolution =
  (x: Shape, w: Shape, options: ops.Conv2dOptions = {}) =>
  () =>
    ops.conv2d(signed(x), signed(w), options)

/**
 * Expressions of variables. Together they use every op that has a gradient; each is differentiated with respect to all its
 * variables.
 */
export const gradientCases: Readonly<Record<string, () => Tensor>> = {
  neg: () => ops.neg(signed([2, 3])),
  exp: () => ops.exp(signed([2, 3])),
  expm1: () => ops.expm1(signed([2, 3])),
  log: () => ops.log(positive([2, 3])),
  log1p: () => ops.log1p(positive([2, 3])),
  sqrt: () => ops.sqrt(positive([2, 3])),
  abs: () => ops.abs(signed([2, 3])),
  tanh: () => ops.tanh(signed([2, 3])),
  sin: () => ops.sin(signed([2, 3])),
  cos: () => ops.cos(signed([2, 3])),
  tan: () => ops.tan(ops.mul(signed([2, 3]), 0.6)),
  asin: () => ops.asin(ops.mul(signed([2, 3]), 0.45)),
  acos: () => ops.acos(ops.mul(signed([2, 3]), 0.45)),
  atan: () => ops.atan(signed([2, 3])),
  sinh: () => ops.sinh(signed([2, 3])),
  cosh: () => ops.cosh(signed([2, 3])),
  asinh: () => ops.asinh(signed([2, 3])),
  acosh: () => ops.acosh(ops.add(positive([2, 3]), 1)),
  atanh: () => ops.atanh(ops.mul(signed([2, 3]), 0.45)),
  sigmoid: () => ops.sigmoid(signed([2, 3])),
  softplus: () => ops.softplus(signed([2, 3])),
  erf: () => ops.erf(signed([2, 3])),
  relu: () => ops.relu(signed([2, 3])),
  'leaky relu': () => ops.leakyRelu(signed([2, 3]), 0.2),
  elu: () => ops.elu(signed([2, 3]), 1.5),
  gelu: () => ops.gelu(signed([2, 3])),
  silu: () => ops.silu(signed([2, 3])),
  'softmax over the last axis': () => ops.softmax(signed([3, 4])),
  'softmax over the first axis': () => ops.softmax(signed([3, 4]), 0),
  'log-softmax over the last axis': () => ops.logSoftmax(signed([3, 4])),
  'log-softmax over a middle axis': () => ops.logSoftmax(signed([2, 3, 2]), -2),

  'add of equal shapes': () => ops.add(signed([2, 3]), signed([2, 3])),
  'add of a row': () => ops.add(signed([2, 3]), signed([3])),
  'add of a column and a row': () => ops.add(signed([2, 1]), signed([1, 3])),
  'add of a scalar': () => ops.add(signed([]), signed([2, 3])),
  'sub of a channel': () => ops.sub(signed([2, 3, 2, 2]), signed([3, 1, 1])),
  'mul of a row': () => ops.mul(signed([3]), signed([2, 3])),
  'mul of a tensor with itself': () => {
    const x = signed([4])
    return ops.mul(x, x)
  },
  'div by a column': () => ops.div(signed([2, 3]), signed([2, 1])),
  'div of a scalar': () => ops.div(signed([]), positive([2, 3])),
  'pow with both variable': () => ops.pow(positive([2, 3]), signed([3])),
  'pow of negative numbers to a whole one': () => ops.pow(signed([4]), 3),
  'pow to 0': () => ops.pow(signed([4]), 0),
  maximum: () => ops.maximum(distinct([2, 3]), signed([3])),
  minimum: () => ops.minimum(signed([2, 1]), distinct([2, 3])),
  where: () => ops.where(constant([1, 0, 2], [3]), signed([2, 3]), signed([2, 1])),
  'where by a comparison': () => {
    const x = signed([2, 3])
    return ops.where(ops.greater(x, 0), ops.mul(x, x), ops.mul(x, 3))
  },

  'sum of all': () => ops.sum(signed([2, 3])),
  'sum over a negative axis': () => ops.sum(signed([2, 3, 2]), -2),
  'sum over two axes that stay': () => ops.sum(signed([2, 3, 2]), [0, 2], { keepDims: true }),
  mean: () => ops.mean(signed([2, 3, 2]), [1, 2]),
  'max of all': () => ops.max(distinct([2, 3])),
  'max over an axis': () => ops.max(distinct([2, 3, 4]), 1),
  'min over a negative axis that stays': () => ops.min(distinct([2, 3, 4]), -1, { keepDims: true }),

  'prod of all': () => ops.prod(signed([2, 3])),
  'prod over axes of odd sizes': () => ops.prod(signed([3, 2, 5]), [0, -1], { keepDims: true }),
  'prod of zeros': () => ops.prod(withZeros([3, 3], [1, 3, 5]), 1),

  reshape: () => ops.reshape(signed([2, 6]), [3, -1]),
  transpose: () => ops.transpose(signed([2, 3, 4]), [2, 0, 1]),
  'broadcast to more axes': () => ops.broadcastTo(signed([3, 1]), [2, 3, 4]),
  'concat along a negative axis': () => ops.concat([signed([2, 1]), signed([2, 3]), signed([2, 2])], -1),
  'concat of a tensor with itself': () => {
    const x = signed([2, 2])
    return ops.concat([x, signed([1, 2]), x], 0)
  },
  slice: () => ops.slice(signed([3, 4, 2]), [1, 0, 1], [2, 3, 1]),
  'slice in strides, backwards': () => ops.slice(signed([5, 4]), [-1, 0], [-1, 2], { strides: [-2, 3] }),
  'slices of one tensor that overlap': () => {
    const x = signed([4, 3])
    return ops.add(ops.slice(x, [0, 0], [3, 3]), ops.mul(ops.slice(x, [1, 0], [3, 3]), ops.slice(x, [1, 2], [3, 1])))
  },
  'all slices of one tensor, and the tensor itself': () => {
    const x = signed([3, 2])
    return ops.concat(
      [...ops.unstack(x, 1).map((row, i) => ops.expandDims(ops.mul(row, row), i)), x].map((y) => ops.reshape(y, [-1])),
    )
  },
  addSlices: () =>
    apply(structuredOps.addSlices, [signed([2, 2]), signed([3, 1])], {
      shape: [4, 3],
      places: [{ starts: [0, 1] }, { starts: [3, 1], strides: [-1, 1] }],
    }),
  flip: () => ops.flip(signed([2, 3]), 1),
  'split into sizes': () => ops.mul(...(ops.split(signed([2, 4]), [1, 3], -1) as [Tensor, Tensor])),
  stack: () => ops.stack([signed([2, 3]), signed([2, 3])], -1),
  squeeze: () => ops.squeeze(signed([1, 3, 1]), -1),
  'logSumExp over an axis': () => ops.logSumExp(signed([3, 4]), 1),
  'logSumExp over all, kept': () => ops.logSumExp(signed([2, 3]), undefined, { keepDims: true }),
  pad: () => ops.pad(signed([2, 3]), [1, 0], [0, 2], 5),

  'gather of rows, one twice': () => ops.gather(signed([4, 3]), indices([2, 0, 2])),
  'gather along a negative axis by a matrix': () => ops.gather(signed([2, 4, 2]), indices([3, 1, 0, 3], [2, 2]), -2),
  'gather, also from outside, which is left out': () => numbersOf(ops.gather(signed([3, 2]), indices([-1, 2, 7, 0]))),
  scatterAdd: () => apply(structuredOps.scatterAdd, [signed([2, 3, 2]), indices([1, 4, 1])], { axis: 1, size: 5 }),

  'takeAlongAxis, some twice': () =>
    ops.takeAlongAxis(signed([2, 3, 2]), indices([0, 2, 2, 0, 2, 1, 0, 0], [2, 2, 2]), 1),
  'takeAlongAxis, also from outside, which is left out': () =>
    numbersOf(ops.takeAlongAxis(signed([2, 3, 2]), indices([0, 2, 2, 0, 5, 1, -1, 0], [2, 2, 2]), 1)),
  addAlongAxis: () =>
    apply(structuredOps.addAlongAxis, [signed([2, 3]), indices([0, 2, 2, 4, 1, 4], [2, 3])], { axis: 1, size: 5 }),
  'sort along a first axis': () => ops.sort(distinct([4, 2]), 0).values,
  topK: () => ops.topK(distinct([3, 5]), 2).values,
  cumsum: () => ops.cumsum(signed([3, 4]), 1),
  'cumsum from the end, without the element itself': () =>
    ops.cumsum(signed([3, 2]), 0, { reverse: true, exclusive: true }),

  'ctcLoss, labels that repeat, examples of their own lengths, one too long, one empty': () =>
    apply(
      structuredOps.ctcLoss,
      [
        signed([4, 6, 4]),
        indices([2, 2, 0, 3, 0, 2, 2, 2, 2, 1, 1, 1], [4, 3]),
        indices([6, 5, 4, 3]),
        indices([3, 2, 3, 0]),
      ],
      { blank: 1, zeroInfinity: true },
    ),

  matmul: () => ops.matmul(signed([2, 3]), signed([3, 4])),
  'matmul with a transposed': () => ops.matmul(signed([3, 2]), signed([3, 4]), { transposeA: true }),
  'matmul with b transposed': () => ops.matmul(signed([2, 3]), signed([4, 3]), { transposeB: true }),
  'matmul with both transposed': () =>
    ops.matmul(signed([3, 2]), signed([4, 3]), { transposeA: true, transposeB: true }),
  'matmul of batches': () => ops.matmul(signed([2, 2, 3]), signed([2, 3, 2])),
  'matmul of batches that broadcast': () => ops.matmul(signed([2, 1, 2, 3]), signed([3, 2, 3]), { transposeB: true }),
  'matmul of a batch with one matrix': () => ops.matmul(signed([3, 4, 2]), signed([2, 3]), { transposeA: false }),
  'matmul of one matrix, transposed, with a batch': () =>
    ops.matmul(signed([3, 2]), signed([2, 3, 2]), { transposeA: true }),

  conv2d: convolution([2, 2, 4, 5], [3, 2, 3, 2]),
  'conv2d with stride [1, 2] and padding': convolution([1, 2, 4, 5], [2, 2, 3, 3], { stride: [1, 2], padding: 1 }),
  'conv2d with stride [3, 2] that leaves a rest': convolution([2, 1, 6, 5], [2, 1, 2, 2], { stride: [3, 2] }),
  'conv2d with padding [0, 2]': convolution([1, 1, 3, 3], [2, 1, 2, 3], { padding: [0, 2] }),
  'conv2d with dilation [2, 1]': convolution([1, 2, 6, 4], [2, 2, 3, 2], { dilation: [2, 1], padding: [1, 0] }),
  'conv2d in groups': convolution([2, 4, 3, 3], [6, 2, 2, 2], { groups: 2 }),
  'conv2d depthwise with stride': convolution([1, 3, 5, 5], [3, 1, 3, 3], { groups: 3, stride: 2, padding: 1 }),
  'conv2d 1 x 1': convolution([2, 3, 2, 2], [4, 3, 1, 1]),
  'conv2d with a kernel as large as the image': convolution([2, 2, 3, 4], [2, 2, 3, 4]),
  conv2dInputGradient: () =>
    apply(structuredOps.conv2dInputGradient, [signed([2, 2, 2, 2]), signed([1, 2, 2, 3])], {
      ...{ stride: [2, 1], padding: [0, 1], dilation: [1, 2], groups: 1 },
      inputShape: [1, 2, 4, 3],
    }),
  conv2dWeightGradient: () =>
    apply(structuredOps.conv2dWeightGradient, [signed([2, 4, 3, 4]), signed([2, 2, 2, 2])], {
      ...{ stride: [1, 2], padding: [0, 0], dilation: [1, 1], groups: 2 },
      weightShape: [2, 2, 2, 2],
    }),

  conv1d: () => ops.conv1d(signed([2, 2, 6]), signed([4, 1, 3]), { stride: 2, padding: 1, groups: 2 }),
  maxPool1d: () => ops.maxPool1d(distinct([1, 2, 7]), 3, { stride: 2, padding: 1 }),
  avgPool1d: () => ops.avgPool1d(signed([2, 2, 5]), 2, { ceilMode: true }),
  'einsum of three, one of them a diagonal': () =>
    ops.einsum('aab,bc,c->ab', signed([2, 2, 3]), signed([3, 4]), signed([4])),
  'einsum of batches': () => ops.einsum('bij,bkj->bki', signed([2, 3, 4]), signed([2, 2, 4])),

  maxPool2d: () => ops.maxPool2d(distinct([1, 2, 4, 4]), 2),
  'maxPool2d with overlap and padding': () => ops.maxPool2d(distinct([2, 1, 5, 5]), 3, { stride: 2, padding: 1 }),
  'maxPool2d with strides that skip': () => ops.maxPool2d(distinct([1, 2, 5, 7]), [1, 2], { stride: [2, 3] }),
  avgPool2d: () => ops.avgPool2d(signed([1, 2, 4, 4]), 2),
  'avgPool2d with overlap and padding': () =>
    ops.avgPool2d(signed([2, 1, 5, 4]), [3, 2], { stride: [2, 1], padding: [1, 0] }),
  'maxPool2d that rounds up': () =>
    ops.maxPool2d(distinct([1, 2, 4, 6]), 3, { stride: 2, padding: [1, 0], ceilMode: true }),
  'avgPool2d that rounds up': () => ops.avgPool2d(signed([1, 2, 6, 5]), 3, { stride: 2, padding: 1, ceilMode: true }),
  'avgPool2d that does not count padding': () =>
    ops.avgPool2d(signed([1, 2, 4, 6]), 3, { stride: 2, padding: [1, 0], ceilMode: true, countIncludePad: false }),
  'maxPool2d with dilation and uneven padding': () =>
    ops.maxPool2d(distinct([1, 2, 6, 6]), [2, 3], {
      stride: 2,
      padding: [
        [1, 0],
        [0, 2],
      ],
      dilation: 2,
    }),
  'avgPool2d with dilation': () =>
    ops.avgPool2d(signed([1, 2, 5, 4]), 2, {
      stride: 1,
      padding: [
        [2, 0],
        [0, 1],
      ],
      dilation: 2,
      countIncludePad: false,
    }),
  'avgPool2d with uneven padding that rounds up': () =>
    ops.avgPool2d(signed([1, 2, 5, 4]), 3, {
      stride: 2,
      padding: [
        [2, 0],
        [0, 1],
      ],
      ceilMode: true,
    }),
  'global average pooling': () => ops.globalAvgPool2d(signed([2, 3, 2, 3])),
  maxPool2dScatter: () =>
    apply(structuredOps.maxPool2dScatter, [distinct([1, 2, 5, 5]), signed([1, 2, 3, 3])], overlapping),
  maxPool2dGather: () =>
    apply(structuredOps.maxPool2dGather, [distinct([1, 2, 5, 5]), signed([1, 2, 5, 5])], overlapping),
  avgPool2dGradient: () =>
    apply(structuredOps.avgPool2dGradient, [signed([1, 2, 3, 3])], { ...overlapping, inputShape: [1, 2, 5, 5] }),
  'upsample2d to the nearest': () => ops.upsample2d(signed([2, 1, 2, 3]), [3, 2]),
  'upsample2d to the nearest of fewer pixels': () => ops.upsample2d(signed([1, 2, 5, 4]), { size: [3, 3] }),
  'upsample2d bilinearly': () => ops.upsample2d(signed([1, 2, 3, 2]), { size: [5, 4] }, { method: 'bilinear' }),
  'upsample2d with aligned corners': () =>
    ops.upsample2d(signed([1, 2, 3, 1]), { size: [5, 2] }, { method: 'bilinear', alignCorners: true }),
  'adaptiveAvgPool2d of parts that overlap': () => ops.adaptiveAvgPool2d(signed([1, 2, 5, 7]), [3, 4]),
  'adaptiveMaxPool2d of parts that overlap': () => ops.adaptiveMaxPool2d(distinct([1, 2, 5, 7]), [3, 4]),
  convTranspose2d: () =>
    ops.convTranspose2d(signed([1, 2, 2, 3]), signed([2, 1, 3, 2]), { stride: 2, padding: [1, 0], outputPadding: 1 }),
  'convTranspose2d with an output padding of a stride': () =>
    ops.convTranspose2d(signed([1, 2, 2, 2]), signed([2, 1, 2, 2]), { dilation: 3, outputPadding: [2, 0], groups: 2 }),
  maskedSoftmax: () => ops.maskedSoftmax(signed([2, 3]), constant([1, 0, 1, 0, 0, 0], [2, 3])),
  scaledDotProductAttention: () =>
    ops.scaledDotProductAttention(signed([2, 2, 3]), signed([2, 3, 3]), signed([2, 3, 2]), {
      lengths: indices([3, 1]),
      causal: true,
    }).output,
  'layerNorm of the last axes': () => ops.layerNorm(signed([2, 2, 3]), [1, 2], signed([2, 3]), signed([2, 3])),
  'layerNorm of the first axis': () => ops.layerNorm(signed([4, 2]), 0, signed([4])),
  groupNorm: () => ops.groupNorm(signed([2, 4, 2, 1]), 2, signed([4]), signed([4])),
  localResponseNorm: () => ops.localResponseNorm(signed([2, 4, 1, 2]), { size: 3, alpha: 0.5 }),
  'localResponseNorm with another exponent': () =>
    ops.localResponseNorm(signed([2, 4, 2]), { size: 2, alpha: 2, beta: 0.3, k: 2 }),
  relu6: () => ops.relu6(ops.mul(signed([3, 4]), 5)),
  clip: () => ops.clip(distinct([3, 4]), -1.91, -1.61),
  resample2dGradient: () =>
    apply(structuredOps.resample2dGradient, [signed([1, 2, 5, 4])], { method: 'bilinear', inputShape: [1, 2, 3, 3] }),

  dropout: () => ops.dropout(signed([4, 5]), 0.4, constant(3, [], 'int32'), { seed: 1, stream: 'dropout' }),
  dropout2d: () => ops.dropout2d(signed([3, 4, 2, 1]), 0.4, constant(3, [], 'int32'), { seed: 1, stream: 'dropout2d' }),
  after: () => ops.mul(apply(structuredOps.after, [signed([2, 3]), signed([4])], {}), 2),
  'a tensor times uniform noise': () =>
    ops.mul(signed([6]), apply(structuredOps.uniform, [constant(1, [], 'int32')], { shape: [6], key: [1, 2] })),
  'through a stopped branch': () => {
    const x = signed([3])
    return ops.add(ops.mul(x, 2), apply(elementwiseOps.stopGradient, [constant([1, 2, 3], [3])], {}))
  },
}

const overlapping = { size: [3, 3], stride: [2, 2], padding: [1, 1] } as const

/** Functions whose gradients are differentiated once more. */
export const secondOrderCases: Readonly<Record<string, () => Tensor>> = {
  tanh: () => ops.tanh(signed([2, 3])),
  sigmoid: () => ops.sigmoid(signed([2, 3])),
  sin: () => ops.sin(signed([2, 3])),
  cos: () => ops.cos(signed([2, 3])),
  tan: () => ops.tan(ops.mul(signed([2, 3]), 0.6)),
  asin: () => ops.asin(ops.mul(signed([2, 3]), 0.45)),
  acos: () => ops.acos(ops.mul(signed([2, 3]), 0.45)),
  atan: () => ops.atan(signed([2, 3])),
  sinh: () => ops.sinh(signed([2, 3])),
  cosh: () => ops.cosh(signed([2, 3])),
  asinh: () => ops.asinh(signed([2, 3])),
  acosh: () => ops.acosh(ops.add(positive([2, 3]), 1)),
  atanh: () => ops.atanh(ops.mul(signed([2, 3]), 0.45)),
  log1p: () => ops.log1p(positive([4])),
  softplus: () => ops.softplus(signed([2, 3])),
  gelu: () => ops.gelu(signed([2, 3])),
  div: () => ops.div(signed([2, 3]), positive([3])),
  pow: () => ops.pow(positive([2, 3]), signed([3])),
  sqrt: () => ops.sqrt(positive([4])),
  'log-softmax': () => ops.logSoftmax(signed([2, 3])),
  max: () => ops.max(distinct([2, 4]), 1),
  gather: () => ops.gather(signed([4, 2]), indices([2, 0, 2])),
  'concat, slice and pad': () => {
    const x = signed([2, 3])
    return ops.pad(ops.slice(ops.concat([x, ops.tanh(x)], 1), [0, 1], [2, 4]), [1, 0], [0, 1])
  },
  'slices in strides that overlap': () => {
    const x = signed([5, 2])
    return ops.mul(ops.slice(x, [-1, 0], [3, 2], { strides: [-2, 1] }), ops.slice(x, [1, 0], [3, 2]))
  },
  logSumExp: () => ops.logSumExp(signed([2, 3]), 0),
  'prod of zeros': () => ops.add(ops.prod(withZeros([3, 3], [1, 3, 5]), 1), 1),
  cumsum: () => ops.cumsum(signed([2, 3]), -1, { exclusive: true }),
  sort: () => ops.sort(distinct([2, 4]), -1, { descending: true }).values,
  matmul: () => ops.matmul(signed([2, 3]), signed([3, 2])),
  'matmul of batches that broadcast, transposed': () =>
    ops.matmul(signed([2, 3, 2]), signed([2, 3]), { transposeA: true, transposeB: true }),
  einsum: () => ops.einsum('ij,jk->ki', signed([2, 3]), signed([3, 2])),
  conv1d: () => ops.conv1d(signed([1, 2, 5]), signed([2, 2, 3]), { padding: 1 }),
  conv2d: convolution([1, 2, 4, 4], [2, 2, 3, 2]),
  'conv2d with stride, padding and dilation': convolution([1, 1, 5, 5], [2, 1, 2, 3], {
    stride: [1, 2],
    padding: [1, 0],
    dilation: [2, 1],
  }),
  'conv2d in groups': convolution([1, 4, 3, 3], [2, 2, 2, 2], { groups: 2 }),
  maxPool2d: () => ops.maxPool2d(distinct([1, 2, 5, 5]), 3, { stride: 2, padding: 1 }),
  avgPool2d: () => ops.avgPool2d(signed([1, 2, 5, 4]), 3, { stride: 2, padding: 1 }),
  'avgPool2d that rounds up and does not count padding': () =>
    ops.avgPool2d(signed([1, 1, 4, 6]), 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  'upsample2d bilinearly': () => ops.upsample2d(signed([1, 2, 2, 3]), 2, { method: 'bilinear' }),
  'adaptiveAvgPool2d of parts that overlap': () => ops.adaptiveAvgPool2d(signed([1, 2, 5, 4]), 3),
  'conv, tanh, pool, matmul and log-softmax': () => {
    const hidden = ops.avgPool2d(ops.tanh(ops.conv2d(signed([2, 1, 5, 5]), signed([2, 1, 2, 2]))), 2)
    return ops.logSoftmax(ops.matmul(ops.reshape(hidden, [2, -1]), signed([8, 3])))
  },
}
