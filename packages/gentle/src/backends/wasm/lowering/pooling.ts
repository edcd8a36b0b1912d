/** Pooling and its gradients. */
import type { AvgPool2dAttributes, AvgPool2dGradientAttributes, Pool2dAttributes } from '../../../ops/pool2d.ts'
import {
  avgPoolGradientKernel,
  avgPoolKernel,
  maxPoolGatherKernel,
  maxPoolKernel,
  maxPoolScatterKernel,
} from '../kernels/pool.ts'
import type { Lowerings } from './context.ts'

export const lowerPooling: Lowerings<
  'maxPool2d' | 'maxPool2dScatter' | 'maxPool2dGather' | 'avgPool2d' | 'avgPool2dGradient'
> = {
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

  avgPool2d(context, node, output) {
    const x = context.buffer(node.inputs[0], output.layout)
    context.emit(avgPoolKernel(x, output, node.attributes as AvgPool2dAttributes))
  },

  avgPool2dGradient(context, node, output, epilogue) {
    const dy = context.buffer(node.inputs[0], 'lanes')
    context.emit(avgPoolGradientKernel(dy, output, node.attributes as AvgPool2dGradientAttributes, epilogue))
  },
}
