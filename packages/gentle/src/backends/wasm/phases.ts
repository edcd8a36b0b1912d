/**
 * Puts kernels into phases: between two of them all threads wait for each other. What follows another kernel block by block, or by the same single thread,
 * is in its phase. For the memory's sake kernels of large values run in the order in which they come.
 */
import { type Buffer, bytesOf, storageOf } from './buffer.ts'
import type { Kernel } from './kernel.ts'

/** A block of this many bytes leaves the cache before the next kernel reads it, so that taking both kernels block by block saves no time. */
const largestCachedBlock = 4 * 2 ** 20

/** Kernels that write or use up so many bytes run in the order in which they come. */
const orderedBytes = 4 * 2 ** 20

/** The buffers of variables, and those in which their next values come to stand. */
export type LoweredUpdates = readonly { readonly old: Buffer; readonly next: Buffer }[]

/**
 * The kernels' phases: each as early as what it reads allows, but late ones just before what reads them, and the last ones that compute a
 * variable's next value after all that read its old one, which they can then overwrite.
 */
export function phasesOf(kernels: readonly Kernel[], updates: LoweredUpdates): Kernel[][] {
  const phases: Kernel[][] = []
  const levels = levelsOf(kernels)
  const readers = usersOf(kernels, 'reads')
  const levelsOfReaders = (buffer: Buffer): number[] =>
    (readers.get(storageOf(buffer)) ?? []).map((reader) => levels.get(reader)!)
  for (const kernel of [...kernels].reverse()) {
    const next = kernel.writes.flatMap(levelsOfReaders)
    if (kernel.late && next.length > 0) levels.set(kernel, Math.max(levels.get(kernel)!, Math.min(...next) - 1))
  }
  const order = new Map(kernels.map((kernel, index) => [kernel, index]))
  const updatesOf = Map.groupBy(updates, ({ next }) => storageOf(next))
  for (const kernel of kernels) {
    const written = new Set(kernel.writes.map(storageOf))
    if ([...written].some((buffer) => readers.has(buffer))) continue
    for (const { old } of [...written].flatMap((buffer) => updatesOf.get(buffer) ?? [])) {
      const others = (readers.get(old) ?? []).filter((reader) => reader !== kernel)
      const isFree = (reader: Kernel): boolean =>
        order.get(reader)! < order.get(kernel)! && followsFreely(reader, kernel, old)
      const after = (reader: Kernel): number => levels.get(reader)! + (isFree(reader) ? 0 : 1)
      levels.set(kernel, Math.max(levels.get(kernel)!, ...others.map(after)))
    }
  }
  for (const kernel of kernels) {
    const level = levels.get(kernel)!
    while (phases.length <= level) phases.push([])
    phases[level].push(kernel)
  }
  return phases
}

/** Whether one thread does all of a kernel's work: for all such kernels it is the same one. */
export const isOfOneThread = ({ split, loop }: Kernel): boolean => split.count === 1 && loop === undefined

/** Whether a kernel that uses a buffer after another needs no barrier between them. */
export const followsFreely = (first: Kernel, second: Kernel, buffer: Buffer): boolean =>
  (isOfOneThread(first) && isOfOneThread(second)) ||
  (buffer.layout !== 'plain' &&
    first.split.by === 'blocks' &&
    second.split.by === 'blocks' &&
    first.split.count === second.split.count)

/** Kernels by what they read or write. */
export function usersOf(kernels: readonly Kernel[], use: 'reads' | 'writes'): Map<Buffer, Kernel[]> {
  const users = new Map<Buffer, Kernel[]>()
  for (const kernel of kernels)
    for (const storage of new Set(kernel[use].map(storageOf))) {
      const list = users.get(storage)
      if (list === undefined) users.set(storage, [kernel])
      else list.push(kernel)
    }
  return users
}

const sumOfBytes = (buffers: readonly Buffer[]): number => buffers.reduce((sum, buffer) => sum + bytesOf(buffer), 0)

/** The earliest phase of each kernel; no kernel of many bytes comes before the one of many bytes before it, unless it follows another by block. */
function levelsOf(kernels: readonly Kernel[]): Map<Kernel, number> {
  const levels = new Map<Kernel, number>()
  const readers = usersOf(kernels, 'reads')
  /** Whether taking a writer and a reader of a buffer block by block gains neither time nor memory. */
  const isParted = (writer: Kernel, buffer: Buffer): boolean =>
    buffer.blockBytes >= largestCachedBlock &&
    (buffer.blocks === 1 || (readers.get(storageOf(buffer)) ?? []).some((x) => !followsFreely(writer, x, buffer)))
  const writers = new Map<Buffer, Kernel[]>()
  let front = 0
  for (const kernel of kernels) {
    let level = 0
    let joins = false
    const waitsFor = kernel.reads.flatMap(({ after = [] }) => after)
    for (const buffer of [...kernel.reads, ...kernel.writes, ...waitsFor])
      for (const writer of writers.get(storageOf(buffer)) ?? []) {
        const follows = followsFreely(writer, kernel, buffer) && !isParted(writer, buffer)
        const earliest = levels.get(writer)! + (follows ? 0 : 1)
        if (earliest > level) joins = follows
        else if (earliest === level) joins ||= follows
        level = Math.max(level, earliest)
      }
    const usedUp = kernel.reads.filter((buffer) => writers.get(storageOf(buffer))?.some(({ late }) => late))
    if (!kernel.late && !joins && sumOfBytes([...kernel.writes, ...usedUp]) >= orderedBytes)
      front = level = Math.max(level, front)
    levels.set(kernel, level)
    for (const buffer of kernel.writes) {
      const storage = storageOf(buffer)
      writers.set(storage, [...(writers.get(storage) ?? []), kernel])
    }
  }
  return levels
}

/** Whether kernels do one block after the other, the same number of them. */
export const isByBlocks = (kernels: readonly Kernel[]): boolean =>
  kernels.every(
    ({ split, loop }) => split.by === 'blocks' && split.count === kernels[0].split.count && loop === undefined,
  )

/** Kernels whose results stay the same where some buffers change: they read others alone, and each other's results. */
export function unchanging(kernels: readonly Kernel[], changed: readonly Buffer[]): Set<Kernel> {
  const changing = new Set<Buffer>(changed)
  const candidates = new Set(kernels)
  for (let size = -1; size !== candidates.size; ) {
    size = candidates.size
    for (const kernel of candidates)
      if ([...kernel.reads, ...kernel.writes].some((buffer) => changing.has(storageOf(buffer)))) {
        candidates.delete(kernel)
        for (const buffer of kernel.writes) changing.add(storageOf(buffer))
      }
  }
  return candidates
}
