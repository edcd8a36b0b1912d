/** Images at another size, and the gradient of that. */
import { MemoryError } from '../../../core/errors.ts'
import { constant } from '../../../graph/tensor.ts'
import { type ResampleMethod, resampleTaps, transposedTaps } from '../../../ops/resample2d.ts'
import { resampleKernel, resampleTable } from '../kernels/resample.ts'
import type { Lowering, Lowerings } from './context.ts'

/** What is read is told position by position, in tables many times as large as the axis. */
const longestAxis = 2 ** 22

/** The two differ in what a position reads of an axis, from one length to another. */
const lowerWith =
  (taps: typeof resampleTaps): Lowering =>
  (context, node, output) => {
    const [x] = node.inputs
    const long = [...x.shape.slice(2), ...node.shape.slice(2)].find((n) => n > longestAxis)
    if (long !== undefined)
      throw new MemoryError(
        `${node.op.name}: an axis of ${long} positions; images are resized to and from at most ${longestAxis}`,
      )
    const { method } = node.attributes as { method: ResampleMethod }
    const [rows, columns] = [2, 3].map((axis) => taps(method, x.shape[axis], node.shape[axis]))
    const table = resampleTable([rows, columns], x.shape[3])
    const words = context.buffer(constant(table, [table.length], 'int32'), 'plain')
    context.emit(resampleKernel(node.op.name, context.buffer(x, output.layout), output, words, [rows, columns]))
  }

export const lowerResampling: Lowerings<'resample2d' | 'resample2dGradient'> = {
  resample2d: lowerWith(resampleTaps),
  resample2dGradient: lowerWith((method, dy, dx) => transposedTaps(method, dx, dy)),
}
