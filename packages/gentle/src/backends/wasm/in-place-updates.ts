/** Where variables' next values are written: in place, or beside it, to be copied at the end. */
import { stridesOf } from '../../core/shape.ts'
import { type Buffer, loopShape, storageOf } from './buffer.ts'
import type { Kernel } from './kernel.ts'
import { copyKernel } from './kernels/map.ts'
import { followsFreely, type LoweredUpdates, usersOf } from './phases.ts'
import type { Place } from './schedule.ts'

/**
 * Lets the kernel that computes a variable's next value write it in place, where every other reader of the old value has
 * finished with it; for the others there are copies, to be made when everything else is done.
 */
export function placeUpdates(
  kernels: readonly Kernel[],
  updates: LoweredUpdates,
  phases: readonly (readonly Kernel[])[],
  places: ReadonlyMap<Buffer, Place>,
) {
  const moments = new Map(
    phases.flatMap((ofPhase, phase) => ofPhase.map((kernel, index) => [kernel, { phase, index }] as const)),
  )
  const [readersOf, writersOf] = [usersOf(kernels, 'reads'), usersOf(kernels, 'writes')]
  const inPlace = new Map<Buffer, Buffer>()
  const copies: Kernel[] = []
  for (const { old, next } of updates) {
    const storage = storageOf(next)
    const reads = ({ reads }: Kernel): Buffer[] => reads.filter((buffer) => storageOf(buffer) === old)
    const writers = writersOf.get(storage) ?? []
    const [writer] = writers
    /** Whether a reader is done with a block, or with all, when the writer writes it. */
    const finished = (reader: Kernel): boolean => {
      if (reader === writer) return reads(reader).every((buffer) => writer.readsInPlace?.includes(buffer))
      const [before, after] = [moments.get(reader)!, moments.get(writer)!]
      if (before.phase !== after.phase) return before.phase < after.phase
      return before.index < after.index && followsFreely(reader, writer, old)
    }
    const readers = readersOf.get(old) ?? []
    const isFree = writers.length === 1 && !inPlace.has(storage) && !places.has(storage)
    if (isFree && readers.every(finished)) inPlace.set(storage, old)
    else copies.push(copyOf('update', next, old))
  }
  return { inPlace, copies }
}

/** A kernel that copies a buffer to another of its layout. */
export function copyOf(name: string, from: Buffer, to: Buffer): Kernel {
  const extents = to.layout === 'plain' ? [to.elements] : loopShape(to)
  const strides = stridesOf(extents)
  return copyKernel(name, extents, { buffer: to, strides }, { buffer: from, strides })
}
