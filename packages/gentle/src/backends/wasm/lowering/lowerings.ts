/** How each structured op becomes kernels: a table typed over the ops' names, so that an op without an entry does not compile. */
import type { StructuredName } from '../../../ops/table.ts'
import type { Lowerings } from './context.ts'
import { lowerConvolution } from './convolution.ts'
import { lowerIndexing } from './indexing.ts'
import { lowerPooling } from './pooling.ts'
import { lowerProducts } from './products.ts'
import { lowerRandom } from './random.ts'
import { lowerReductions } from './reductions.ts'
import { lowerResampling } from './resampling.ts'
import { lowerStructure } from './structure.ts'
import { lowerWeightGradient } from './weight-gradient.ts'

/** Ops with kernels: all but the reshape, which renames a buffer. */
export type LoweredName = Exclude<StructuredName, 'reshape'>

export const lowerings: Lowerings<LoweredName> = {
  ...lowerReductions,
  ...lowerStructure,
  ...lowerProducts,
  ...lowerConvolution,
  ...lowerWeightGradient,
  ...lowerPooling,
  ...lowerResampling,
  ...lowerIndexing,
  ...lowerRandom,
}
