/** Mean pooling and its gradient. */
import type { AvgPool2dAttributes, AvgPool2dGradientAttributes } from '../../../ops/pool2d.ts'
import { avgPoolGradientKernel, avgPoolKernel } from '../kernels/pool.ts'
import type { Lowerings } from './context.ts'

export const lowerPooling: Lowerings<'avgPool2d' | 'avgPool2dGradient'> = {
  avgPool2d(context, node, output) {
    const x = context.buffer(node.inputs[0], output.layout)
    context.emit(avgPoolKernel(x, output, node.attributes as AvgPool2dAttributes))
  },

  avgPool2dGradient(context, node, output, epilogue) {
    const dy = context.buffer(node.inputs[0], 'lanes')
    context.emit(avgPoolGradientKernel(dy, output, node.attributes as AvgPool2dGradientAttributes, epilogue))
  },
}
