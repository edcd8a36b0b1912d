/** The gradient of convolutions' filters. */
import type { Tensor } from '../../../graph/tensor.ts'
import { type Conv2dWeightGradientAttributes, conv2dSizes } from '../../../ops/conv2d.ts'
import { type Buffer, floatBuffer } from '../buffer.ts'
import { conv2dWeightGradientKernel } from '../kernels/conv2d-weight-gradient.ts'
import { reducePlainKernel } from '../kernels/reduce.ts'
import { cheapestOf, firstOf, type WeightGradient, weightGradientSums, weightGradients } from './choices.ts'
import type { LoweringContext, Lowerings } from './context.ts'

/** A gradient to lower. */
export interface WeightGradientProblem extends WeightGradient {
  readonly attributes: Conv2dWeightGradientAttributes
  /** In lanes. */
  readonly x: Buffer
  readonly dy: Tensor
  readonly output: Buffer
}

const methods: Readonly<
  Record<keyof typeof weightGradients, (context: LoweringContext, problem: WeightGradientProblem) => void>
> = {
  direct(context, problem) {
    const { x, attributes, output } = problem
    const dy = context.masked(context.buffer(problem.dy, 'lanes'))
    if (firstOf(weightGradientSums, problem) === 'whole') {
      context.emit(conv2dWeightGradientKernel(x, dy, output, attributes, false))
      return
    }
    const partial = floatBuffer('sums by block', [x.blocks, ...output.shape])
    context.emit(
      conv2dWeightGradientKernel(x, dy, partial, attributes, true),
      reducePlainKernel('sum', partial, [0], output),
    )
  },

  pointwise(context, problem) {
    context.packed!.pointwise(context, problem)
  },

  depthwise(context, problem) {
    context.packed!.depthwise(context, problem)
  },

  winogradInSlices(context, problem) {
    context.winograd!.weightGradientInSlices(context, problem)
  },

  winograd(context, problem) {
    context.winograd!.weightGradient(context, problem)
  },
}

export const lowerWeightGradient: Lowerings<'conv2dWeightGradient'> = {
  conv2dWeightGradient(context, node, output) {
    const attributes = node.attributes as Conv2dWeightGradientAttributes
    const { weightShape } = attributes
    const x = context.buffer(node.inputs[0], 'lanes')
    const sizes = conv2dSizes(x.shape, weightShape, attributes)
    const { winograd, packed } = context
    const problem = {
      winograd,
      packed,
      sizes,
      attributes,
      weightShape,
      blocks: x.blocks,
      x,
      dy: node.inputs[1],
      output,
    }
    methods[cheapestOf(weightGradients, problem)](context, problem)
  },
}
