/**
 * Orders kernels into phases and lays their buffers out. Between two phases all threads wait for each other; within one they do
 * not, so kernels of one phase depend on each other only block by block: a thread takes a block of 8 images or channels through all such
 * kernels before it takes the next, while the block's values are in its cache.
 *
 * What depends on weights alone, such as packed filters, is computed in phases of its own, which run again only when weights change.
 *
 * For the memory's sake large values are computed in the order in which kernels come: what is needed last is not made first, and what only
 * one kernel reads does not wait for it.
 */
import { align, type Life, liveAt, liveBytes, planArena } from '../../compile/arena.ts'
import { sizeOf } from '../../core/shape.ts'
import { type Buffer, bytesOf, storageOf } from './buffer.ts'
import type { Kernel } from './kernel.ts'
import { copyKernel } from './kernels/map.ts'
import type { LoweredGraph } from './lowering/lowerer.ts'

/** Kernels may read, and the random ones write, up to one vector past a buffer's end. */
const slack = 64

/** A block of so many bytes leaves the cache before the next kernel reads it, so that taking both kernels block by block saves no time. */
const largestCachedBlock = 4 * 2 ** 20

/** Kernels that write or use up so many bytes run in the order in which they come. */
const orderedBytes = 4 * 2 ** 20

/** Where a buffer is: in the program's arena, in each thread's scratch memory, or where a variable or constant is kept. */
export type Place =
  | { readonly in: 'arena' | 'scratch'; readonly offset: number }
  | { readonly in: 'store'; readonly buffer: Buffer }

/** Bytes of the arena. */
export interface Stretch {
  readonly offset: number
  readonly bytes: number
}

export interface Schedule {
  /** The first so many phases prepare what stays the same from run to run. */
  readonly preparation: number
  readonly phases: readonly (readonly Kernel[])[]
  readonly places: ReadonlyMap<Buffer, Place>
  /** Stretches of the arena whose values are carried into each phase from before it. */
  readonly carried: readonly (readonly Stretch[])[]
  readonly arenaBytes: number
  /** Scratch memory of one thread: of blocks, then its workspace. */
  readonly scratchBytes: number
  /** Where the workspace begins within a thread's scratch memory. */
  readonly workspaceOffset: number
  /**
   * The most bytes that have to live in one phase, in the arena and in the scratch memory of so many threads: what no plan for this order can
   * go below. Kernels' workspaces come on top, and what variables and constants take.
   */
  liveBytes(threads: number): number
}

export function schedule(graph: LoweredGraph): Schedule {
  const prepares = preparationOf(graph)
  const updates = graph.updates.map(({ variable, next }) => ({ old: graph.variables.get(variable)!, next }))
  const [prepared, repeated] = [true, false].map((prepared) =>
    phasesOf(
      graph.kernels.filter((kernel) => prepares.has(kernel) === prepared),
      updates,
    ),
  )
  const phases = [...prepared, ...repeated]
  const { inPlace, copies } = placeUpdates(graph, phases)
  if (copies.length > 0) phases.push(copies)

  const lives = livesOf(graph, phases, prepared.length)
  const places = new Map<Buffer, Place>()
  for (const buffer of [...graph.variables.values(), ...graph.constants.values()])
    places.set(buffer, { in: 'store', buffer })
  for (const [buffer, target] of inPlace) places.set(buffer, { in: 'store', buffer: target })

  const arena = new Map<Buffer, Life>()
  let scratchBytes = 0
  const scratch = new Map<number, Map<Buffer, Life>>()
  for (const [buffer, life] of lives) {
    if (places.has(buffer)) continue
    if (life.phase === undefined) arena.set(buffer, { bytes: bytesOf(buffer) + slack, from: life.from, to: life.to })
    else {
      const ofPhase = scratch.get(life.phase) ?? new Map<Buffer, Life>()
      ofPhase.set(buffer, { bytes: buffer.blockBytes + slack, from: life.from, to: life.to })
      scratch.set(life.phase, ofPhase)
    }
  }
  const plan = planArena(arena)
  for (const [buffer, offset] of plan.offsets) places.set(buffer, { in: 'arena', offset })
  for (const ofPhase of scratch.values()) {
    const { offsets, bytes } = planArena(ofPhase)
    for (const [buffer, offset] of offsets) places.set(buffer, { in: 'scratch', offset })
    scratchBytes = Math.max(scratchBytes, bytes)
  }
  return {
    preparation: prepared.length,
    phases,
    places,
    carried: phases.map((_, phase) =>
      [...arena]
        .filter(([, { from, to }]) => from < phase && phase <= to)
        .map(([buffer, { bytes }]) => ({ offset: plan.offsets.get(buffer)!, bytes }))
        .sort((a, b) => a.offset - b.offset),
    ),
    arenaBytes: plan.bytes,
    scratchBytes:
      align(scratchBytes) + align(Math.max(0, ...graph.kernels.map((kernel) => kernel.workspaceBytes ?? 0))),
    workspaceOffset: align(scratchBytes),
    liveBytes: (threads) =>
      phases.reduce((most, _, phase) => {
        const ofThread = liveBytes(scratch.get(phase)?.values() ?? [])
        return Math.max(most, liveAt(arena.values(), phase) + threads * ofThread)
      }, 0),
  }
}

/** Kernels whose results are the same in every run: they read constants, variables that the graph leaves alone, and each other. */
function preparationOf(graph: LoweredGraph): Set<Kernel> {
  const updated = new Set(graph.updates.map(({ variable }) => graph.variables.get(variable)))
  const changing = new Set<Buffer>(graph.inputs.values())
  for (const buffer of updated) if (buffer !== undefined) changing.add(buffer)
  const candidates = new Set(graph.kernels)
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

/** The buffers of variables, and those in which their next values come to stand. */
type LoweredUpdates = readonly { readonly old: Buffer; readonly next: Buffer }[]

/**
 * The kernels' phases: each as early as what it reads allows, but late ones just before what reads them, and the last ones that compute a
 * variable's next value after all that read its old one, which they can then overwrite.
 */
function phasesOf(kernels: readonly Kernel[], updates: LoweredUpdates): Kernel[][] {
  const phases: Kernel[][] = []
  const levels = levelsOf(kernels)
  const readers = readersOf(kernels)
  const levelsOfReaders = (buffer: Buffer): number[] =>
    (readers.get(storageOf(buffer)) ?? []).map((reader) => levels.get(reader)!)
  for (const kernel of [...kernels].reverse()) {
    const next = kernel.writes.flatMap(levelsOfReaders)
    if (kernel.late && next.length > 0) levels.set(kernel, Math.min(...next) - 1)
  }
  for (const kernel of kernels) {
    if (kernel.writes.some((buffer) => readers.has(storageOf(buffer)))) continue
    for (const { old, next } of updates)
      if (kernel.writes.some((buffer) => storageOf(buffer) === storageOf(next))) {
        const others = (readers.get(old) ?? []).filter((reader) => reader !== kernel)
        levels.set(kernel, Math.max(levels.get(kernel)!, ...others.map((reader) => levels.get(reader)! + 1)))
      }
  }
  for (const kernel of kernels) {
    const level = levels.get(kernel)!
    while (phases.length <= level) phases.push([])
    phases[level].push(kernel)
  }
  return phases
}

/** Whether a kernel that uses a buffer after another needs no barrier between them. */
const followsByBlock = (first: Kernel, second: Kernel, buffer: Buffer): boolean =>
  buffer.layout !== 'plain' &&
  first.split.by === 'blocks' &&
  second.split.by === 'blocks' &&
  first.split.count === second.split.count

function readersOf(kernels: readonly Kernel[]): Map<Buffer, Kernel[]> {
  const readers = new Map<Buffer, Kernel[]>()
  for (const kernel of kernels)
    for (const storage of new Set(kernel.reads.map(storageOf)))
      readers.set(storage, [...(readers.get(storage) ?? []), kernel])
  return readers
}

const sumOfBytes = (buffers: readonly Buffer[]): number => buffers.reduce((sum, buffer) => sum + bytesOf(buffer), 0)

/** The earliest phase of each kernel; no kernel of many bytes comes before the one of many bytes before it, unless it follows another by block. */
function levelsOf(kernels: readonly Kernel[]): Map<Kernel, number> {
  const levels = new Map<Kernel, number>()
  const readers = readersOf(kernels)
  /** Whether taking a writer and a reader of a buffer block by block gains neither time nor memory. */
  const isParted = (writer: Kernel, buffer: Buffer): boolean =>
    buffer.blockBytes >= largestCachedBlock &&
    (buffer.blocks === 1 || (readers.get(storageOf(buffer)) ?? []).some((x) => !followsByBlock(writer, x, buffer)))
  const writers = new Map<Buffer, Kernel[]>()
  let front = 0
  for (const kernel of kernels) {
    let level = 0
    let joins = false
    for (const buffer of [...kernel.reads, ...kernel.writes])
      for (const writer of writers.get(storageOf(buffer)) ?? []) {
        const follows = followsByBlock(writer, kernel, buffer) && !isParted(writer, buffer)
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

/**
 * Lets the kernel that computes a variable's next value write it in place, where every other reader of the old value has
 * finished in an earlier phase; for the others there are copies, to be made when everything else is done.
 */
function placeUpdates(graph: LoweredGraph, phases: readonly (readonly Kernel[])[]) {
  const levels = new Map(phases.flatMap((kernels, phase) => kernels.map((kernel) => [kernel, phase] as const)))
  const inPlace = new Map<Buffer, Buffer>()
  const copies: Kernel[] = []
  for (const { variable, next } of graph.updates) {
    const target = graph.variables.get(variable)!
    const storage = storageOf(next)
    const reads = ({ reads }: Kernel): Buffer[] => reads.filter((buffer) => storageOf(buffer) === target)
    const writers = graph.kernels.filter((kernel) => kernel.writes.some((buffer) => storageOf(buffer) === storage))
    const [writer] = writers
    const finished = (reader: Kernel): boolean =>
      reader === writer
        ? reads(reader).every((buffer) => writer.readsInPlace?.includes(buffer))
        : levels.get(reader)! < levels.get(writer)!
    const readers = graph.kernels.filter((kernel) => reads(kernel).length > 0)
    if (writers.length === 1 && !inPlace.has(storage) && readers.every(finished)) inPlace.set(storage, target)
    else copies.push(copyKernel('update', [sizeOf(target.shape)], whole(target), whole(next)))
  }
  return { inPlace, copies }
}

const whole = (buffer: Buffer) => ({ buffer, strides: [1] })

interface PlannedLife {
  readonly from: number
  readonly to: number
  /** The one phase in which a buffer lives block by block; then `from` and `to` count kernels of that phase. */
  readonly phase?: number
}

/**
 * When each buffer of the program first and last holds values. Inputs are filled before the first phase; what is prepared for later phases
 * is kept for all runs.
 */
function livesOf(
  graph: LoweredGraph,
  phases: readonly (readonly Kernel[])[],
  preparation: number,
): Map<Buffer, PlannedLife> {
  const uses = new Map<Buffer, { phase: number; index: number; local: boolean }[]>()
  phases.forEach((kernels, phase) => {
    kernels.forEach((kernel, index) => {
      for (const buffer of [...kernel.reads, ...kernel.writes]) {
        const storage = storageOf(buffer)
        const local = kernel.split.by === 'blocks' && buffer.layout !== 'plain' && storage.layout !== 'plain'
        uses.set(storage, [...(uses.get(storage) ?? []), { phase, index, local }])
      }
    })
  })
  const lives = new Map<Buffer, PlannedLife>()
  for (const [buffer, list] of uses) {
    const [first] = list
    if (list.every(({ phase, local }) => local && phase === first.phase)) {
      const indices = list.map(({ index }) => index)
      lives.set(buffer, { phase: first.phase, from: Math.min(...indices), to: Math.max(...indices) })
    } else {
      const used = list.map(({ phase }) => phase)
      const [from, to] = [Math.min(...used), Math.max(...used)]
      lives.set(buffer, { from, to: from < preparation && to >= preparation ? phases.length : to })
    }
  }
  for (const input of graph.inputs.values()) lives.set(input, { from: -1, to: lives.get(input)?.to ?? preparation })
  for (const output of Object.values(graph.outputs)) {
    const storage = storageOf(output)
    lives.set(storage, { from: lives.get(storage)?.from ?? -1, to: phases.length })
  }
  return lives
}
