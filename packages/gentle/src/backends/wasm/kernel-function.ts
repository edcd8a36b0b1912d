/** A kernel as a function of a module. */
import { isInScratch } from './alike.ts'
import { type FunctionHandle, i32, type Local, type Value } from './assembler/index.ts'
import type { Buffer } from './buffer.ts'
import type { Kernel, KernelContext } from './kernel.ts'
import type { Schedule } from './schedule.ts'

/** Where a buffer begins in the code of a schedule; of one in scratch memory, the thread's present block. */
export type StartOf = (buffer: Buffer, scratch: Local<'i32'>) => Value<'i32'>

/** What kernels of a program share. */
export type ModuleContext = Pick<KernelContext, 'module' | 'math' | 'wide' | 'shared'>

/** Where a block of a buffer begins that begins there. */
const blockOf = (buffer: Buffer, block: Value<'i32'>, start: Value<'i32'>): Value<'i32'> =>
  buffer.layout === 'plain' ? start : i32.add(i32.mul(block, buffer.blockBytes), start)

/**
 * Defines the function of a kernel of a schedule: (scratch, from, to), blocks or items. Further parameters say where the `given` buffers begin; the others
 * begin where `startOf` says.
 */
export function defineKernel(
  name: string,
  kernel: Kernel,
  within: Schedule,
  context: ModuleContext,
  given: readonly Buffer[],
  startOf: StartOf,
): FunctionHandle {
  const parameters: Record<'scratch' | 'from' | 'to' | `buffer${number}`, 'i32'> = {
    scratch: 'i32',
    from: 'i32',
    to: 'i32',
    ...Object.fromEntries(given.map((_, k) => [`buffer${k}`, 'i32'])),
  }
  return context.module.function(name, parameters, undefined, (p) => {
    const { split } = kernel
    const inBlocks = split.by === 'blocks'
    const present = inBlocks ? p.from : i32.const(0)
    return kernel.emit({
      ...context,
      block: present,
      from: inBlocks ? i32.const(0) : p.from,
      to: inBlocks ? i32.const(split.parts ?? 1) : p.to,
      workspace: i32.add(p.scratch, within.workspaceOffset),
      address: (buffer, block = present) => {
        const k = given.indexOf(buffer)
        const start = k < 0 ? startOf(buffer, p.scratch) : p[`buffer${k}`]
        return isInScratch(buffer, within) ? start : blockOf(buffer, block, start)
      },
    })
  })
}
