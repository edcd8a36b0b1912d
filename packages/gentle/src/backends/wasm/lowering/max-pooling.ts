/** Max pooling and its gradients. */
import type { Pool2dAttributes } from '../../../ops/pool2d.ts'
import { maxPoolGatherKernel, maxPoolKernel, maxPoolScatterKernel } from '../kernels/max-pool.ts'
import type { Lowerings } from './context.ts'

export const lowerMaxPooling: Lowerings<'maxPool2d' | 'maxPool2dScatter' | 'maxPool2dGather'> = {
  maxPool2d(context, node, output) {
    const x = context.buffer(node.inputs[0], output.layout)
    context.emit(maxPoolKernel(x, output, node.attributes as Pool2dAttributes))
  },

  maxPool2dScatter(context, node, output) {
    const [x, dy] = node.inputs.map((input) => context.buffer(input, 'lanes'))
    context.emit(maxPoolScatterKernel(x, dy, output, node.attributes as Pool2dAttributes))
  },

  maxPool2dGather(context, node, output) {
    const [x, values] = node.inputs.map((input) => context.buffer(input, 'lanes'))
    context.emit(maxPoolGatherKernel(x, values, output, node.attributes as Pool2dAttributes))
  },
}
