/** Large dense layers on a batch in lanes, loaded for programs that have some. */
import { denseStreamedKernel, type StreamedProblem } from '../kernels/dense-streamed.ts'
import type { LoweringContext } from './context.ts'

export const denseStreamed = {
  multiply(context: LoweringContext, problem: StreamedProblem): void {
    context.emit(denseStreamedKernel(problem, context.wide))
  },
}

export type DenseStreamed = typeof denseStreamed
