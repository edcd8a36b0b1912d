/** How each structured op becomes kernels: tables typed over the ops' names, so that an op without an entry does not compile. */
import type { StructuredName } from '../../../ops/table.ts'
import type { Lowerings } from './context.ts'
import { lowerConvolution } from './convolution.ts'
import { lowerOneHot } from './one-hot.ts'
import { lowerPooling } from './pooling.ts'
import { lowerProducts } from './products.ts'
import { lowerRandom } from './random.ts'
import { lowerReductions } from './reductions.ts'
import { lowerStructure } from './structure.ts'
import { lowerWeightGradient } from './weight-gradient.ts'

/** Ops with kernels: all but the reshape, which renames a buffer. */
export type LoweredName = Exclude<StructuredName, 'reshape'>

/** Ops of most programs that train. */
export const lowerings = {
  ...lowerReductions,
  ...lowerStructure,
  ...lowerProducts,
  ...lowerConvolution,
  ...lowerWeightGradient,
  ...lowerPooling,
  ...lowerOneHot,
  ...lowerRandom,
}

/** Ops that few programs have; a program that has one loads its family. */
type RareName = Exclude<LoweredName, keyof typeof lowerings>

const indexing = () => import('./indexing.ts').then(({ lowerIndexing }) => lowerIndexing)
const resampling = () => import('./resampling.ts').then(({ lowerResampling }) => lowerResampling)
const ctc = () => import('./ctc.ts').then(({ lowerCtc }) => lowerCtc)
const cumulative = () => import('./cumulative.ts').then(({ lowerCumulative }) => lowerCumulative)

export const rareLowerings: Readonly<Record<RareName, () => Promise<Lowerings<string>>>> = {
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
