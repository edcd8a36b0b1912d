/** One-hot vectors. */
import { oneHotKernel } from '../kernels/one-hot.ts'
import type { Lowerings } from './context.ts'

export const lowerOneHot: Lowerings<'oneHot'> = {
  oneHot(context, node, output) {
    context.emit(oneHotKernel(context.buffer(node.inputs[0], output.layout), output))
  },
}
