/** How each structured op becomes kernels: tables typed over the ops' names, so that an op without an entry does not compile. */
import type { StructuredName } from '../../../ops/table.ts'
import type { Lowerings } from './context.ts'
import { lowerConvolution } from './convolution.ts'
import { lowerOneHot } from './one-hot.ts'
import { lowerPooling } from './pooling.ts'
import { lowerProducts } from './products.ts'
import { lowerReductions } from './reductions.ts'
import { lowerWeightGradient } from './weight-gradient.ts'

/** Ops with kernels: all but those that rename a buffer. */
export type LoweredName = Exclude<StructuredName, 'reshape' | 'after'>

/** Ops of a small network of convolutions that trains. */
export const lowerings = {
  ...lowerReductions,
  ...lowerProducts,
  ...lowerConvolution,
  ...lowerWeightGradient,
  ...lowerPooling,
  ...lowerOneHot,
}

/** Ops that such a network does without; a program that has one loads its family. */
type RareName = Exclude<LoweredName, keyof typeof lowerings>

const maxPooling = () => import('./max-pooling.ts').then(({ lowerMaxPooling }) => lowerMaxPooling)
const structure = () => import('./structure.ts').then(({ lowerStructure }) => lowerStructure)
const random = () => import('./random.ts').then(({ lowerRandom }) => lowerRandom)
const indexing = () => import('./indexing.ts').then(({ lowerIndexing }) => lowerIndexing)
const resampling = () => import('./resampling.ts').then(({ lowerResampling }) => lowerResampling)
const ctc = () => import('./ctc.ts').then(({ lowerCtc }) => lowerCtc)
const cumulative = () => import('./cumulative.ts').then(({ lowerCumulative }) => lowerCumulative)

export const rareLowerings: { readonly [Name in RareName]: () => Promise<Lowerings<Name>> } = {
  maxPool2d: maxPooling,
  maxPool2dScatter: maxPooling,
  maxPool2dGather: maxPooling,
  transpose: structure,
  broadcastTo: structure,
  concat: structure,
  slice: structure,
  addSlices: structure,
  pad: structure,
  uniform: random,
  gather: indexing,
  scatterAdd: indexing,
  takeAlongAxis: indexing,
  addAlongAxis: indexing,
  argsort: indexing,
  resample2d: resampling,
  resample2dGradient: resampling,
  cumsum: cumulative,
  ctcLoss: ctc,
  ctcLossGradient: ctc,
}
