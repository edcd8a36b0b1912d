/** Values at places that other values tell. */
import type { GatherAttributes, ScatterAddAttributes } from '../../../ops/indexing.ts'
import type { ArgsortAttributes } from '../../../ops/sort.ts'
import { addAlongAxisKernel, gatherKernel, scatterAddKernel, takeAlongAxisKernel } from '../kernels/indexing.ts'
import { argsortKernel } from '../kernels/sort.ts'
import type { Lowerings } from './context.ts'

export const lowerIndexing: Lowerings<'gather' | 'scatterAdd' | 'takeAlongAxis' | 'addAlongAxis' | 'argsort'> = {
  gather(context, node, output) {
    const [x, indices] = node.inputs.map((input) => context.buffer(input, 'plain'))
    context.emit(gatherKernel(x, indices, output, (node.attributes as GatherAttributes).axis))
  },

  scatterAdd(context, node, output) {
    const [dy, indices] = node.inputs.map((input) => context.buffer(input, 'plain'))
    context.emit(scatterAddKernel(dy, indices, output, (node.attributes as ScatterAddAttributes).axis))
  },

  takeAlongAxis(context, node, output) {
    const [x, indices] = node.inputs.map((input) => context.buffer(input, 'plain'))
    context.emit(takeAlongAxisKernel(x, indices, output, (node.attributes as { axis: number }).axis))
  },

  addAlongAxis(context, node, output) {
    const [dy, indices] = node.inputs.map((input) => context.buffer(input, 'plain'))
    context.emit(addAlongAxisKernel(dy, indices, output, (node.attributes as { axis: number }).axis))
  },

  argsort(context, node, output) {
    const { descending } = node.attributes as ArgsortAttributes
    context.emit(argsortKernel(context.buffer(node.inputs[0], 'plain'), descending, output))
  },
}
