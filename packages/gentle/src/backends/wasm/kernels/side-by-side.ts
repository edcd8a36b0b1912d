/** Many small kernels as one, so that threads need not wait for each other between them. */
import { i32, ifThen } from '../assembler/index.ts'
import type { Kernel } from '../kernel.ts'

/** Fewer kernels than this run one after the other, each of them on all threads. */
const fewest = 8

/** Kernels that write different parts of one buffer: as they are, or where they are many and none is by blocks, as one that has them for items. */
export function sideBySide(kernels: readonly Kernel[]): readonly Kernel[] {
  if (kernels.length < fewest || kernels.some(({ split }) => split.by === 'blocks')) return kernels
  const [{ name, writes }] = kernels
  return [
    {
      name,
      split: { by: 'items', count: kernels.length },
      reads: [...new Set(kernels.flatMap(({ reads }) => reads))],
      writes,
      emit: (context) =>
        kernels.map((kernel, i) =>
          ifThen(
            i32.and(i32.leS(context.from, i), i32.gtS(context.to, i)),
            kernel.emit({ ...context, from: i32.const(0), to: i32.const(kernel.split.count) }),
          ),
        ),
    },
  ]
}
