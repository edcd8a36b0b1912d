/** The references of the structured ops, typed over their names: one that is missing is a compile error. */
import type { Reference } from '../graph/op.ts'
import * as conv2d from './conv2d.ts'
import { ctcLossGradientReference, ctcLossReference } from './ctc-loss.ts'
import { cumsumReference } from './cumulative.ts'
import * as indexing from './indexing.ts'
import { matmulReference } from './matmul.ts'
import * as pool2d from './pool2d.ts'
import { uniformReference } from './random.ts'
import * as reduce from './reduce.ts'
import { afterReference } from './remat.ts'
import * as resample2d from './resample2d.ts'
import { argsortReference } from './sort.ts'
import * as structure from './structure.ts'
import type { StructuredName, structuredOps } from './table.ts'

export const references: { readonly [Name in StructuredName]: Reference<(typeof structuredOps)[Name]> } = {
  sum: reduce.sumReference,
  max: reduce.maxReference,
  argmax: reduce.argmaxReference,
  reshape: structure.reshapeReference,
  transpose: structure.transposeReference,
  broadcastTo: structure.broadcastToReference,
  concat: structure.concatReference,
  slice: structure.sliceReference,
  addSlices: structure.addSlicesReference,
  pad: structure.padReference,
  matmul: matmulReference,
  conv2d: conv2d.conv2dReference,
  conv2dInputGradient: conv2d.conv2dInputGradientReference,
  conv2dWeightGradient: conv2d.conv2dWeightGradientReference,
  maxPool2d: pool2d.maxPool2dReference,
  maxPool2dScatter: pool2d.maxPool2dScatterReference,
  maxPool2dGather: pool2d.maxPool2dGatherReference,
  avgPool2d: pool2d.avgPool2dReference,
  avgPool2dGradient: pool2d.avgPool2dGradientReference,
  resample2d: resample2d.resample2dReference,
  resample2dGradient: resample2d.resample2dGradientReference,
  oneHot: indexing.oneHotReference,
  gather: indexing.gatherReference,
  scatterAdd: indexing.scatterAddReference,
  takeAlongAxis: indexing.takeAlongAxisReference,
  addAlongAxis: indexing.addAlongAxisReference,
  argsort: argsortReference,
  cumsum: cumsumReference,
  ctcLoss: ctcLossReference,
  ctcLossGradient: ctcLossGradientReference,
  uniform: uniformReference,
  after: afterReference,
}
