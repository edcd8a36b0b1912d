/** What a profile says of a program's kernels before they run. */
import { range } from '../../core/range.ts'
import type { Variable } from '../../graph/tensor.ts'
import type { KernelDescription } from '../profile.ts'
import { type Buffer, bytesOf, storageOf } from './buffer.ts'
import type { Kernel } from './kernel.ts'
import type { LoweredGraph } from './lowering/lowerer.ts'
import { kernelsOf, type Schedule } from './schedule.ts'

/** In the schedule's order. */
export function describeKernels(schedule: Schedule, { variables }: LoweredGraph, threads: number): KernelDescription[] {
  const variableOf = new Map([...variables].map(([variable, buffer]) => [buffer, variable]))
  return kernelsOf(schedule).map(
    ({ kernel, phase, runs }): KernelDescription => ({
      ops: kernel.name,
      scope: kernel.scope || namesOf(kernel, variableOf),
      phase,
      multiplyAdds: runs * (kernel.multiplyAdds ?? 0),
      bytesRead: runs * bytesOfAll(kernel.reads),
      bytesWritten: runs * bytesOfAll(kernel.writes),
      shares: range(threads).map((thread) => shareOf(kernel, thread, threads)),
    }),
  )
}

/** Of variables that a kernel reads or writes, where no layer is known. */
function namesOf({ reads, writes }: Kernel, variableOf: ReadonlyMap<Buffer, Variable>): string {
  const names = [...reads, ...writes].flatMap((buffer) => variableOf.get(storageOf(buffer))?.name || [])
  return [...new Set(names)].join(', ')
}

const bytesOfAll = (buffers: readonly Buffer[]): number =>
  [...new Set(buffers.map(storageOf))].reduce((total, buffer) => total + bytesOf(buffer), 0)

/** Of the blocks or items, as the emitted code shares them. */
const shareOf = ({ split: { count } }: Kernel, thread: number, threads: number): number =>
  (Math.floor(((thread + 1) * count) / threads) - Math.floor((thread * count) / threads)) / count
