/** Sums of all that stands before. */
import type { CumsumAttributes } from '../../../ops/cumulative.ts'
import { cumsumKernel } from '../kernels/cumsum.ts'
import type { Lowerings } from './context.ts'

export const lowerCumulative: Lowerings<'cumsum'> = {
  cumsum(context, node, output) {
    context.emit(cumsumKernel(context.buffer(node.inputs[0], 'plain'), node.attributes as CumsumAttributes, output))
  },
}
