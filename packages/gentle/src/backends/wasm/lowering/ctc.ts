/** Losses over alignments. */
import type { Tensor } from '../../../graph/tensor.ts'
import type { CtcAttributes } from '../../../ops/ctc-loss.ts'
import { ctcLossGradientKernel, ctcLossKernel } from '../kernels/ctc/ctc-loss.ts'
import type { CtcBuffers } from '../kernels/ctc/lattice.ts'
import type { LoweringContext, Lowerings } from './context.ts'

function buffersOf(context: LoweringContext, { inputs }: Tensor): CtcBuffers {
  const [logits, targets, lengths, targetLengths] = inputs.map((input) => context.buffer(input, 'plain'))
  return { logits, targets, lengths, targetLengths }
}

export const lowerCtc: Lowerings<'ctcLoss' | 'ctcLossGradient'> = {
  ctcLoss(context, node, output) {
    context.emit(ctcLossKernel(buffersOf(context, node), node.attributes as CtcAttributes, output))
  },

  ctcLossGradient(context, node, output) {
    context.emit(ctcLossGradientKernel(buffersOf(context, node), node.attributes as CtcAttributes, output))
  },
}
