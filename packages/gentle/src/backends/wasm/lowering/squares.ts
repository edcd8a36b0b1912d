/** Sums of squares around a mean, over the images of a batch: variances, loaded for programs that compute some. */
import { type Buffer, floatBuffer } from '../buffer.ts'
import { squaresByBlockKernel, squaresOfAllKernel } from '../kernels/centred-squares.ts'
import type { LoweringContext } from './context.ts'

export const squares = {
  /** @param inner the axes within an image over which it is summed */
  sum(context: LoweringContext, images: Buffer, inner: readonly number[], output: Buffer): void {
    const partial = floatBuffer('squares by block', [images.blocks, 2, ...output.shape])
    context.emit(squaresByBlockKernel(images, inner, partial, output), squaresOfAllKernel(images, partial, output))
  },
}

export type Squares = typeof squares
