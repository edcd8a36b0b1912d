/** Ops on tensors, as functions and as methods: the public entry `gentle-dl/ops`. */
import { installMethods } from './methods.ts'

export type { Op, Operand, Signature } from '../graph/op.ts'
export { apply } from '../graph/tensor.ts'
export {
  clip,
  elu,
  gelu,
  leakyRelu,
  logSoftmax,
  relu,
  relu6,
  sigmoid,
  silu,
  softmax,
  softplus,
  step,
  tanh,
} from './activations.ts'
export { adaptiveAvgPool2d, adaptiveMaxPool2d } from './adaptive-pool2d.ts'
export { arange } from './arange.ts'
export { type Attended, type AttentionMask, lengthMask, maskedSoftmax, scaledDotProductAttention } from './attention.ts'
export { call, TracedFunction, traceFunction } from './call.ts'
export { type ConvTranspose1dOptions, convTranspose1d } from './conv-transpose1d.ts'
export { type ConvTranspose2dOptions, convTranspose2d } from './conv-transpose2d.ts'
export { type ConvTranspose3dOptions, convTranspose3d } from './conv-transpose3d.ts'
export { type Conv1dOptions, conv1d } from './conv1d.ts'
export { type Conv2dOptions, conv2d } from './conv2d.ts'
export { type Conv3dOptions, conv3d } from './conv3d.ts'
export { cumsum } from './cumulative.ts'
export { defineOp, type OpDefinition } from './custom.ts'
export { einsum } from './einsum.ts'
export {
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
  stopGradient,
  sub,
  type Value,
  where,
} from './elementwise.ts'
export { fakeQuantize, type Quantization } from './fake-quantize.ts'
export { acosh, asinh, atanh, cosh, sinh } from './hyperbolic.ts'
export { gather, oneHot, takeAlongAxis } from './indexing.ts'
export { matmul } from './matmul.ts'
export type { TensorMethods } from './methods.ts'
export { groupNorm, type LocalResponseNormOptions, layerNorm, localResponseNorm } from './normalize.ts'
export { type AvgPool1dOptions, avgPool1d, globalAvgPool1d, maxPool1d, type Pool1dOptions } from './pool1d.ts'
export { type AvgPool2dOptions, avgPool2d, globalAvgPool2d, maxPool2d, type Pool2dOptions } from './pool2d.ts'
export { type AvgPool3dOptions, avgPool3d, maxPool3d, type Pool3dOptions } from './pool3d.ts'
export { dropout, dropout2d, uniform } from './random.ts'
export { argmax, argmin, logSumExp, max, mean, min, prod, sum } from './reduce.ts'
export { remat } from './remat.ts'
export { resizeByWeights } from './resize.ts'
export { ceil, floor, round, trunc } from './rounding.ts'
export { type Scanned, type ScanOptions, type ScanStep, scan, type TensorsOf } from './scan.ts'
export { argsort, type Sorted, sort, topK } from './sort.ts'
export { expandDims, split, squeeze, stack, unstack } from './split-stack.ts'
export { broadcastTo, concat, flip, pad, reshape, slice, transpose } from './structure.ts'
export { acos, asin, atan, cos, sin, tan } from './trigonometry.ts'
export { type Upsample2dOptions, type UpsampleTo, upsample2d } from './upsample2d.ts'
export type { Padding3d, Triple } from './volumes.ts'
export type { Padding, Pair } from './window.ts'

installMethods()
