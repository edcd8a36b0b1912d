/** Sum, maximum and argmax, within images where the batch stays. */
import { centredBefore } from '../../../compile/sums.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import type { ReduceAttributes } from '../../../ops/reduce.ts'
import { type Buffer, createBuffer } from '../buffer.ts'
import {
  argmaxKernel,
  type Reduction,
  reduceBlocksKernel,
  reducePlainKernel,
  sumBlocksKernel,
} from '../kernels/reduce.ts'
import { leadingAxes } from '../layout/layout.ts'
import { firstOf, reductions } from './choices.ts'
import type { Lowering, LoweringContext, Lowerings } from './context.ts'

/** A reduction to lower: of the node's operand, which the prologue's nodes compute where there are any. */
interface Problem {
  readonly reduction: Reduction
  readonly x: Tensor
  readonly axes: readonly number[]
  readonly prologue: readonly Tensor[]
  readonly output: Buffer
}

const nameOf = (prologue: readonly Tensor[], last: string): string =>
  [...prologue.map(({ op }) => op.name), last].join(' + ')

const methods: Readonly<Record<keyof typeof reductions, (context: LoweringContext, problem: Problem) => void>> = {
  withinBlocks(context, { reduction, x, axes, prologue, output }) {
    const within = axes.map((axis) => axis - leadingAxes[output.layout])
    const values = context.values(x, output.layout, prologue)
    context.emit(reduceBlocksKernel(nameOf(prologue, reduction), reduction, values, within, output))
  },

  overImages(context, { x, axes, prologue, output }) {
    const inner = axes.filter((axis) => axis !== 0).map((axis) => axis - 1)
    const centred = prologue.length === 2 ? centredBefore(x, axes) : undefined
    if (centred !== undefined) {
      context.squares!.sum(context, context.buffer(centred, 'lanes'), inner, output)
      return
    }
    const values = context.values(x, 'lanes', prologue)
    const shape = [values.domain.blocks, ...output.shape]
    const partial = createBuffer('sums by block', { shape, dtype: output.dtype }, 'plain')
    context.emit(
      sumBlocksKernel(nameOf(prologue, 'sum images'), values, inner, partial),
      reducePlainKernel('sum', partial, [0], output),
    )
  },

  rowMajor(context, { reduction, x, axes, output }) {
    context.emit(reducePlainKernel(reduction, context.buffer(x, 'plain'), axes, output))
  },
}

const lowerReduction =
  (reduction: Reduction): Lowering =>
  (context, node, output, _, prologue) => {
    const [x] = node.inputs
    const { axes } = node.attributes as ReduceAttributes
    const folding = { op: reduction, axes, layout: output.layout, operand: context.layoutOf(x) }
    methods[firstOf(reductions, folding)](context, { reduction, x, axes, prologue, output })
  }

export const lowerReductions: Lowerings<'sum' | 'max' | 'argmax'> = {
  sum: lowerReduction('sum'),
  max: lowerReduction('max'),

  argmax(context, node, output) {
    const { axis } = node.attributes as { axis: number }
    context.emit(argmaxKernel(context.buffer(node.inputs[0], output.layout), axis, output))
  },
}
