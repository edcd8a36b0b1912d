/** The gradient of filters of 1 x 1 as a product over all places, loaded for programs that have some. */
import { pointwiseWeightGradientKernel } from '../kernels/pointwise-weight-gradient.ts'

export const pointwise = { weightGradientKernel: pointwiseWeightGradientKernel }

export type Pointwise = typeof pointwise
