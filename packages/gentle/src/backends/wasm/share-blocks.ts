/**
 * Lets several threads share a block. A batch in lanes is in blocks of 8 images, and a thread takes whole blocks through all kernels between two
 * barriers. Of fewer blocks than threads some threads would have none, so kernels of much work are then split by the parts of their blocks
 * instead: channels, rows or tiles, each computed as before, so that the bits stay the same.
 */
import { countedLoop, i32, locals, type Statement } from './assembler/index.ts'
import { bytesOf } from './buffer.ts'
import type { Kernel } from './kernel.ts'

/**
 * Less work than this is done sooner by one thread: threads have to meet, and what one wrote has to come into the cache of another. Measured on the training of
 * LeNet-5, ResNet-20 and ResNet-18 on 1 to 8 images, two threads.
 */
const leastMultiplyAdds = 1_000_000
const leastBytes = 384 * 1024

/** Kernels, of which those with fewer blocks than threads are split by parts of blocks. `always`: however little work it is; for tests. */
export const shareBlocks = (kernels: readonly Kernel[], threads: number, always = false): Kernel[] =>
  kernels.map((kernel) => {
    const { split } = kernel
    if (split.by !== 'blocks' || split.count >= threads || split.parts === undefined || split.parts < 2) return kernel
    return always || isMuchWork(kernel) ? byParts(kernel, split.count, split.parts) : kernel
  })

const isMuchWork = ({ multiplyAdds = 0, reads, writes }: Kernel): boolean =>
  multiplyAdds >= leastMultiplyAdds ||
  [...reads, ...writes].reduce((sum, buffer) => sum + bytesOf(buffer), 0) >= leastBytes

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
