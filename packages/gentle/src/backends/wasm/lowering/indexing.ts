/** Values at places that other values tell. */
import type { GatherAttributes, ScatterAddAttributes } from '../../../ops/indexing.ts'
import { gatherKernel, oneHotKernel, scatterAddKernel } from '../kernels/indexing.ts'
import type { Lowerings } from './context.ts'

export const lowerIndexing: Lowerings<'oneHot' | 'gather' | 'scatterAdd'> = {
  oneHot(context, node, output) {
    context.emit(oneHotKernel(context.buffer(node.inputs[0], output.layout), output))
  },

  gather(context, node, output) {
    const [x, indices] = node.inputs.map((input) => context.buffer(input, 'plain'))
    context.emit(gatherKernel(x, indices, output, (node.attributes as GatherAttributes).axis))
  },

  scatterAdd(context, node, output) {
    const [dy, indices] = node.inputs.map((input) => context.buffer(input, 'plain'))
    context.emit(scatterAddKernel(dy, indices, output, (node.attributes as ScatterAddAttributes).axis))
  },
}
