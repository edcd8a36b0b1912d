/** Kernels that are alike but for where their buffers are, as those of equal layers: they share one function. */
import { exactJson } from '../../core/exact-json.ts'
import { type Buffer, storageOf } from './buffer.ts'
import type { Kernel } from './kernel.ts'
import type { Schedule } from './schedule.ts'

/** What a kernel works on, each buffer once. */
export const buffersOf = ({ reads, writes }: Kernel): Buffer[] => [...new Set([...reads, ...writes])]

/** Whether a buffer is in a thread's scratch memory, which holds its present block alone. */
export const isInScratch = (buffer: Buffer, { places }: Schedule): boolean =>
  places.get(storageOf(buffer))!.in === 'scratch'

/** What tells the code of a kernel of a schedule from that of all others that are not alike; undefined where nothing does. */
function codeText(kernel: Kernel, schedule: Schedule): string | undefined {
  const { name, split, reads, writes, key } = kernel
  if (key === undefined) return undefined
  const buffers = buffersOf(kernel)
  const kinds = buffers.map(({ shape, dtype, layout }, k) => [shape, dtype, layout, isInScratch(buffers[k], schedule)])
  const numbers = new Map<unknown, string>(buffers.map((buffer, k) => [buffer, `buffer ${k}`]))
  return exactJson(
    [name, split, kinds, schedule.workspaceOffset, reads, writes, key],
    (value) => numbers.get(value) ?? value,
  )
}

/** Kernels that are not alone of their kind, those within loops among them, with what is the same for all of a kind. */
export function alikeKernels(schedule: Schedule): Map<Kernel, string> {
  const ofText = new Map<string, Kernel[]>()
  const collect = (within: Schedule): void => {
    for (const kernel of within.phases.flat()) {
      if (kernel.loop !== undefined) collect(kernel.loop.schedule)
      const text = codeText(kernel, within)
      if (text !== undefined) ofText.set(text, [...(ofText.get(text) ?? []), kernel])
    }
  }
  collect(schedule)
  return new Map(
    [...ofText].flatMap(([text, kernels]) =>
      kernels.length > 1 ? kernels.map((kernel) => [kernel, text] as const) : [],
    ),
  )
}
