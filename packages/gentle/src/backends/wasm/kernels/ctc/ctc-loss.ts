/** Losses of alignments and their gradients, an example at a time: threads share the examples. */
import type { CtcAttributes } from '../../../../ops/ctc-loss.ts'
import {
  countedLoop,
  f32,
  f32x4,
  i32,
  ifThen,
  Local,
  locals,
  memoryFill,
  type Statement,
  select,
} from '../../assembler/index.ts'
import type { Buffer } from '../../buffer.ts'
import type { Kernel } from '../../kernel.ts'
import { forEachItem } from '../nest.ts'
import { type CtcBuffers, Lattice, workspaceOf } from './lattice.ts'

const splitOf = ({ logits }: CtcBuffers) => ({ by: 'items', count: logits.shape[0] }) as const
const readsOf = ({ logits, targets, lengths, targetLengths }: CtcBuffers) => [logits, targets, lengths, targetLengths]

/** -log of the likelihood, from one column of α that goes through all steps. */
export function ctcLossKernel(buffers: CtcBuffers, { blank, zeroInfinity }: CtcAttributes, output: Buffer): Kernel {
  const { columns, column: columnBytes } = workspaceOf(buffers)
  return {
    name: 'ctcLoss',
    split: splitOf(buffers),
    reads: readsOf(buffers),
    writes: [output],
    workspaceBytes: columns + columnBytes,
    emit(context) {
      const lattice = new Lattice(context, buffers, blank)
      const [n, t, column] = locals('i32')
      const loss = new Local('f32')
      const likelihood = lattice.likelihood(column)
      const logarithm = f32x4.add(
        f32x4.mul(likelihood.exponent, f32x4.splat(Math.LN2)),
        context.math.log(likelihood.mantissa),
      )
      const impossible = f32.const(zeroInfinity ? 0 : Number.POSITIVE_INFINITY)
      const then: Statement[] = [
        ...lattice.begin(column, i32.const(0)),
        countedLoop(t, lattice.steps, [...lattice.symbols(n, t), ...lattice.forwards(column, column)]),
        ...likelihood.statements,
        loss.set(f32.sub(f32.const(0), f32x4.extractLane(logarithm, 0))),
        loss.set(select(impossible, loss, f32.eq(loss, f32.const(Number.POSITIVE_INFINITY)))),
      ]
      return [
        column.set(i32.add(context.workspace, columns)),
        forEachItem(context, n, [
          ...lattice.example(n, then, [loss.set(f32.const(Number.NaN))]),
          f32.store(i32.add(context.address(output), i32.shl(n, 2)), loss),
        ]),
      ]
    },
  }
}

/** Bytes of 1: as a float32, NaN. */
const notANumber = 0xff

/** The gradient of each loss to its logits: α of all steps is kept, and β goes backwards through one column. */
export function ctcLossGradientKernel(
  buffers: CtcBuffers,
  { blank, zeroInfinity }: CtcAttributes,
  output: Buffer,
): Kernel {
  const { columns, column: columnBytes } = workspaceOf(buffers)
  const [, steps, symbols] = buffers.logits.shape
  const rowBytes = 4 * symbols
  return {
    name: 'ctcLossGradient',
    split: splitOf(buffers),
    reads: readsOf(buffers),
    writes: [output],
    workspaceBytes: columns + (steps + 2) * columnBytes,
    emit(context) {
      const lattice = new Lattice(context, buffers, blank)
      const [n, t, alpha, next, beta, target] = locals('i32')
      const likelihood = lattice.likelihood(alpha)
      const isImpossible = f32.eq(f32x4.extractLane(likelihood.mantissa, 0), f32.const(0))
      const used = i32.mul(lattice.steps, rowBytes)
      const backwards: Statement[] = [
        ...lattice.begin(beta, lattice.size),
        countedLoop(
          t,
          lattice.steps,
          [
            ...lattice.symbols(n, t),
            ...lattice.backwards(alpha, beta, likelihood, i32.add(target, i32.mul(t, rowBytes))),
            alpha.advance(-columnBytes),
          ],
          { from: i32.sub(lattice.steps, 1), step: -1 },
        ),
      ]
      const then: Statement[] = [
        alpha.set(i32.add(beta, columnBytes)),
        ...lattice.begin(alpha, i32.const(0)),
        countedLoop(t, lattice.steps, [
          ...lattice.symbols(n, t),
          next.set(i32.add(alpha, columnBytes)),
          ...lattice.forwards(alpha, next),
          alpha.set(next),
        ]),
        ...likelihood.statements,
        ifThen(isImpossible, [memoryFill(target, zeroInfinity ? 0 : notANumber, used)], backwards),
        memoryFill(i32.add(target, used), 0, i32.sub(steps * rowBytes, used)),
      ]
      return [
        beta.set(i32.add(context.workspace, columns)),
        forEachItem(context, n, [
          target.set(i32.add(context.address(output), i32.mul(n, steps * rowBytes))),
          ...lattice.example(n, then, [memoryFill(target, notANumber, steps * rowBytes)]),
        ]),
      ]
    },
  }
}
