/** Dense layers on packed weights, loaded for programs with loops. */
import { type DenseProblem, densePanelsKernels } from '../kernels/dense-panels.ts'
import type { LoweringContext } from './context.ts'

export const densePanels = {
  multiply(context: LoweringContext, problem: DenseProblem, inLoop: boolean): void {
    context.emit(...densePanelsKernels(problem, context.wide, inLoop))
  },
}

export type DensePanels = typeof densePanels
