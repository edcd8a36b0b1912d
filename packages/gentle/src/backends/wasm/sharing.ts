/**
 * How threads share kernels that are unlike most. A batch in lanes is in blocks of 8 images, and a thread takes whole blocks through all kernels between two
 * barriers. Of fewer blocks than threads some threads would have none, so kernels of much work are then split by the parts of their blocks
 * instead: channels, rows or tiles, each computed as before, so that the bits stay the same. Kernels of little work, which several threads would do no sooner, are left to one.
 */
import { countedLoop, i32, locals, type Statement } from './assembler/index.ts'
import { type Buffer, bytesOf } from './buffer.ts'
import type { Kernel } from './kernel.ts'

/**
 * Less work than this is done sooner by one thread: threads have to meet, and what one wrote has to come into the cache of another. Measured on the training of
 * LeNet-5, ResNet-20 and ResNet-18 on 1 to 8 images, two threads.
 */
const leastMultiplyAdds = 1_000_000
const leastBytes = 384 * 1024

/** What one thread does in about the time that threads take to meet, half a microsecond. */
const mostMultiplyAddsOfOne = 32_768
const mostBytesOfOne = 32 * 1024

const sumOfBytes = (buffers: readonly Buffer[]): number => buffers.reduce((sum, buffer) => sum + bytesOf(buffer), 0)

/** Kernels, of which those with fewer blocks than threads are split by parts of blocks. `always`: however little work it is; for tests. */
export const shareBlocks = (kernels: readonly Kernel[], threads: number, always = false): Kernel[] =>
  kernels.map((kernel) => {
    const { split } = kernel
    if (split.by !== 'blocks' || split.count >= threads || split.parts === undefined || split.parts < 2) return kernel
    return always || isMuchWork(kernel) ? byParts(kernel, split.count, split.parts) : kernel
  })

const isMuchWork = ({ multiplyAdds = 0, reads, writes }: Kernel): boolean =>
  multiplyAdds >= leastMultiplyAdds || sumOfBytes([...reads, ...writes]) >= leastBytes

/** A kernel whose items are the parts of all blocks, block after block. */
const byParts = (kernel: Kernel, blocks: number, parts: number): Kernel => ({
  ...kernel,
  split: { by: 'items', count: blocks * parts },
  key: kernel.key && ['by parts', parts, kernel.key],
  emit(context): Statement[] {
    const [first, block, from, to] = locals('i32')
    const before = i32.mul(block, parts)
    return [
      first.set(i32.divU(context.from, parts)),
      countedLoop(
        block,
        i32.sub(i32.add(i32.divU(i32.sub(context.to, 1), parts), 1), first),
        [
          from.set(i32.max(i32.sub(context.from, before), 0)),
          to.set(i32.min(i32.sub(context.to, before), parts)),
          ...kernel.emit({
            ...context,
            block,
            from,
            to,
            address: (buffer, within = block) => context.address(buffer, within),
          }),
        ],
        { from: first },
      ),
    ]
  },
})

/**
 * Kernels, of which those by items that are done sooner than threads meet are left to one thread: then they need no barrier between them. So are batch norm's
 * means, variances and scales, some ten kernels on a number a channel.
 */
export const giveToOneThread = (kernels: readonly Kernel[]): Kernel[] =>
  kernels.map((kernel) => (isLittleWork(kernel) ? byOneThread(kernel, kernel.split.count) : kernel))

const isLittleWork = ({ split, loop, multiplyAdds = 0, reads, writes }: Kernel): boolean =>
  split.by === 'items' &&
  split.count > 1 &&
  loop === undefined &&
  multiplyAdds <= mostMultiplyAddsOfOne &&
  sumOfBytes([...reads, ...writes]) <= mostBytesOfOne

/** A kernel whose items are one. */
const byOneThread = (kernel: Kernel, items: number): Kernel => ({
  ...kernel,
  split: { by: 'items', count: 1 },
  key: kernel.key && ['by one thread', items, kernel.key],
  emit: (context) => kernel.emit({ ...context, from: i32.const(0), to: i32.const(items) }),
})
