/** Random numbers. */
import type { UniformAttributes } from '../../../ops/random.ts'
import { uniformKernel } from '../kernels/random.ts'
import type { Lowerings } from './context.ts'

export const lowerRandom: Lowerings<'uniform'> = {
  uniform(context, node, output) {
    const step = context.buffer(node.inputs[0], 'plain')
    context.emit(uniformKernel(step, output, node.attributes as UniformAttributes))
  },
}
