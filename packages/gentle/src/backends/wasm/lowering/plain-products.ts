/** Products whose result is row-major, loaded for programs that have some: a training of a small network on batches has none. */
import type { Tensor } from '../../../graph/tensor.ts'
import type { MatmulAttributes } from '../../../ops/matmul.ts'
import { type Buffer, createBuffer } from '../buffer.ts'
import { toPlainKernel } from '../kernels/convert.ts'
import { denseLanesKernel, denseRowsKernel } from '../kernels/dense-rows.ts'
import { productKernels } from '../kernels/product.ts'
import type { LoweringContext } from './context.ts'

interface PlainProduct {
  readonly a: Tensor
  readonly b: Tensor
  readonly attributes: MatmulAttributes
  readonly output: Buffer
}

export const plainProducts = {
  rowsInLanes(context: LoweringContext, { a, b, output }: PlainProduct): void {
    const lanes = createBuffer('matmul', output, 'lanes')
    const [x, weights] = [context.buffer(a, 'lanes'), context.buffer(b, 'plain')]
    context.emit(denseLanesKernel(x, weights, lanes), toPlainKernel(lanes, output))
  },

  rows(context: LoweringContext, { a, b, attributes, output }: PlainProduct): void {
    const [x, weights] = [context.buffer(a, 'plain'), context.buffer(b, 'plain')]
    context.emit(denseRowsKernel(x, weights, output, attributes.transposeB))
  },

  panels(context: LoweringContext, { a, b, attributes, output }: PlainProduct): void {
    const [left, right] = [context.buffer(a, 'plain'), context.buffer(b, 'plain')]
    context.emit(...productKernels(left, right, output, attributes, context.wide))
  },
}

export type PlainProducts = typeof plainProducts
