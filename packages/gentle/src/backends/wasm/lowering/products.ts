/** Matrix products. */
import type { Tensor } from '../../../graph/tensor.ts'
import type { MatmulAttributes } from '../../../ops/matmul.ts'
import type { Buffer } from '../buffer.ts'
import { denseKernel } from '../kernels/convolution.ts'
import { imageProductKernels } from '../kernels/image-product.ts'
import type { Epilogue } from '../kernels/tile.ts'
import { isDense, isInLoop } from '../layout/dense.ts'
import { firstOf, manyRows, products } from './choices.ts'
import type { LoweringContext, Lowerings } from './context.ts'

/** A product to lower. */
interface Problem {
  readonly a: Tensor
  readonly b: Tensor
  readonly attributes: MatmulAttributes
  readonly output: Buffer
  readonly epilogue: Epilogue | undefined
}

const methods: Readonly<Record<keyof typeof products, (context: LoweringContext, problem: Problem) => void>> = {
  panelsInLanes(context, { a, b, attributes, output, epilogue }) {
    const [x, weights] = [context.buffer(a, 'lanes'), context.buffer(b, 'plain')]
    const transposed = attributes.transposeB
    context.densePanels!.multiply(context, { x, weights, transposed, y: output, epilogue }, isInLoop(b))
  },

  streamed(context, { a, b, attributes, output, epilogue }) {
    const [x, weights] = [context.buffer(a, 'lanes'), context.buffer(b, 'plain')]
    context.denseStreamed!.multiply(context, { x, weights, transposed: attributes.transposeB, y: output, epilogue })
  },

  tile(context, { a, b, attributes, output, epilogue }) {
    const [x, weights] = [context.buffer(a, 'lanes'), context.buffer(b, 'plain')]
    context.emit(denseKernel(x, weights, output, attributes.transposeB, epilogue))
  },

  overImages(context, { a, b, output }) {
    const [images, features] = [
      context.buffer(a, 'lanes'),
      context.buffer(b, context.layoutOf(b) === 'lanes' ? 'lanes' : 'plain'),
    ]
    context.emit(...imageProductKernels(images, features, output, context.wide))
  },

  rowsInLanes: (context, problem) => context.plainProducts!.rowsInLanes(context, problem),
  rows: (context, problem) => context.plainProducts!.rows(context, problem),
  panels: (context, problem) => context.plainProducts!.panels(context, problem),
}

export const lowerProducts: Lowerings<'matmul'> = {
  matmul(context, node, output, epilogue) {
    const [a, b] = node.inputs
    const attributes = node.attributes as MatmulAttributes
    const method = firstOf(products, {
      ...attributes,
      a: a.shape,
      b: b.shape,
      c: output.shape,
      dense: isDense(node),
      layout: output.layout,
      operand: context.layoutOf(a),
      isRepeated: context.densePanels !== undefined && isDense(node) && (isInLoop(b) || a.shape[0] >= manyRows),
    })
    methods[method](context, { a, b, attributes, output, epilogue })
  },
}
