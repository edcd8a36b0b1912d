/** Every op by its name. Backends are tables typed over these names, so that a missing kernel is a compile error. */
import { constantOp, inputOp, variableOp } from '../graph/tensor.ts'
import * as conv2d from './conv2d.ts'
import { ctcLossGradientOp, ctcLossOp } from './ctc-loss.ts'
import { cumsumOp } from './cumulative.ts'
import * as elementwise from './elementwise.ts'
import { fakeQuantizeOp } from './fake-quantize.ts'
import * as hyperbolic from './hyperbolic.ts'
import * as indexing from './indexing.ts'
import { matmulOp } from './matmul.ts'
import * as pool2d from './pool2d.ts'
import { uniformOp } from './random.ts'
import * as reduce from './reduce.ts'
import { afterOp } from './remat.ts'
import * as resample2d from './resample2d.ts'
import * as rounding from './rounding.ts'
import { resultOp, scanOp } from './scan-op.ts'
import { argsortOp } from './sort.ts'
import * as structure from './structure.ts'
import * as trigonometry from './trigonometry.ts'

/** Ops that act on each element alone, in families by what a kernel has to know of them. */
export const elementwiseOps = {
  neg: elementwise.negOp,
  exp: elementwise.expOp,
  expm1: elementwise.expm1Op,
  log: elementwise.logOp,
  log1p: elementwise.log1pOp,
  sqrt: elementwise.sqrtOp,
  abs: elementwise.absOp,
  sign: elementwise.signOp,
  tanh: elementwise.tanhOp,
  sin: trigonometry.sinOp,
  cos: trigonometry.cosOp,
  tan: trigonometry.tanOp,
  asin: trigonometry.asinOp,
  acos: trigonometry.acosOp,
  atan: trigonometry.atanOp,
  sinh: hyperbolic.sinhOp,
  cosh: hyperbolic.coshOp,
  asinh: hyperbolic.asinhOp,
  acosh: hyperbolic.acoshOp,
  atanh: hyperbolic.atanhOp,
  sigmoid: elementwise.sigmoidOp,
  softplus: elementwise.softplusOp,
  erf: elementwise.erfOp,
  relu: elementwise.reluOp,
  relu6: elementwise.relu6Op,
  floor: rounding.floorOp,
  ceil: rounding.ceilOp,
  round: rounding.roundOp,
  trunc: rounding.truncOp,
  toFloat32: elementwise.toFloat32Op,
  toInt32: elementwise.toInt32Op,
  stopGradient: elementwise.stopGradientOp,
  add: elementwise.addOp,
  sub: elementwise.subOp,
  mul: elementwise.mulOp,
  div: elementwise.divOp,
  floorDiv: elementwise.floorDivOp,
  mod: elementwise.modOp,
  pow: elementwise.powOp,
  maximum: elementwise.maximumOp,
  minimum: elementwise.minimumOp,
  equal: elementwise.equalOp,
  notEqual: elementwise.notEqualOp,
  less: elementwise.lessOp,
  lessEqual: elementwise.lessEqualOp,
  greater: elementwise.greaterOp,
  greaterEqual: elementwise.greaterEqualOp,
  where: elementwise.whereOp,
  fakeQuantize: fakeQuantizeOp,
} as const

export const structuredOps = {
  sum: reduce.sumOp,
  max: reduce.maxOp,
  argmax: reduce.argmaxOp,
  reshape: structure.reshapeOp,
  transpose: structure.transposeOp,
  broadcastTo: structure.broadcastToOp,
  concat: structure.concatOp,
  slice: structure.sliceOp,
  addSlices: structure.addSlicesOp,
  pad: structure.padOp,
  matmul: matmulOp,
  conv2d: conv2d.conv2dOp,
  conv2dInputGradient: conv2d.conv2dInputGradientOp,
  conv2dWeightGradient: conv2d.conv2dWeightGradientOp,
  maxPool2d: pool2d.maxPool2dOp,
  maxPool2dScatter: pool2d.maxPool2dScatterOp,
  maxPool2dGather: pool2d.maxPool2dGatherOp,
  avgPool2d: pool2d.avgPool2dOp,
  avgPool2dGradient: pool2d.avgPool2dGradientOp,
  resample2d: resample2d.resample2dOp,
  resample2dGradient: resample2d.resample2dGradientOp,
  oneHot: indexing.oneHotOp,
  gather: indexing.gatherOp,
  scatterAdd: indexing.scatterAddOp,
  takeAlongAxis: indexing.takeAlongAxisOp,
  addAlongAxis: indexing.addAlongAxisOp,
  argsort: argsortOp,
  cumsum: cumsumOp,
  ctcLoss: ctcLossOp,
  ctcLossGradient: ctcLossGradientOp,
  uniform: uniformOp,
  after: afterOp,
} as const

/** Functions and loops, whose bodies are graphs. */
export const functionOps = { scan: scanOp, result: resultOp } as const

/** Ops whose values come from outside the graph. */
export const sourceOps = { input: inputOp, variable: variableOp, constant: constantOp } as const

export type ElementwiseName = keyof typeof elementwiseOps
export type FunctionName = keyof typeof functionOps
export type StructuredName = keyof typeof structuredOps
