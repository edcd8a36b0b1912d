/**
 * Orders kernels into phases and lays their buffers out. Between two phases all threads wait for each other; within one they do
 * not, so kernels of one phase depend on each other only block by block: a thread takes a block of 8 images or channels through all such
 * kernels before it takes the next, while the block's values are in its cache. Kernels of a single block or item, which one and the same thread does, follow each other
 * without a barrier, too.
 *
 * What depends on weights alone, such as packed filters, is computed in phases of its own, which run again only when weights change.
 *
 * For the memory's sake large values are computed in the order in which kernels come: what is needed last is not made first, and what only
 * one kernel reads does not wait for it.
 */
import { align, type Life, liveAt, liveBytes, planArena } from '../../compile/arena.ts'
import { type Buffer, bytesOf, storageOf } from './buffer.ts'
import { placeUpdates } from './in-place-updates.ts'
import type { Kernel } from './kernel.ts'
import type { LoweredGraph } from './lowering/lowerer.ts'
import { isByBlocks, type LoweredUpdates, phasesOf, unchanging } from './phases.ts'

/** Kernels may read, and the random ones write, up to one vector past a buffer's end. */
const slack = 64

/**
 * Where a buffer is: in the program's arena, in each thread's scratch memory, or where a variable or constant is kept. In a loop it can also be
 * where it is outside of the loop, or a stretch of what is outside: the one of the present step.
 */
export type Place =
  | { readonly in: 'arena'; readonly offset: number }
  | { readonly in: 'scratch'; readonly offset: number }
  | { readonly in: 'store' | 'outside' | 'window'; readonly buffer: Buffer }

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
  /** Stretches of the arena whose values are carried into a phase from before it. */
  carried(phase: number): readonly Stretch[]
  readonly arenaBytes: number
  /** Scratch memory of one thread: of blocks, then its workspace. */
  readonly scratchBytes: number
  /** Where the workspace begins within a thread's scratch memory. */
  readonly workspaceOffset: number
  /**
   * The most bytes that have to live in one phase, in the arena and in the scratch memory of this many threads: what no plan for this order can
   * go below. Kernels' workspaces come on top, and what variables and constants take.
   */
  liveBytes(threads: number): number
}

/** Kernels, what they begin with and what has to be there in the end. */
interface Work {
  readonly kernels: readonly Kernel[]
  /** Those whose results stay the same from run to run. */
  readonly prepares: ReadonlySet<Kernel>
  /** State, and what it becomes when all kernels have run. */
  readonly updates: LoweredUpdates
  /** Filled before the first phase. */
  readonly inputs: readonly Buffer[]
  /** Read after the last. */
  readonly outputs: readonly Buffer[]
  /** Buffers whose place is known. */
  readonly places: ReadonlyMap<Buffer, Place>
}

/** A program's schedule. */
export function schedule(graph: LoweredGraph): Schedule {
  const stored = [...graph.variables.values(), ...graph.constants.values()]
  const updates = graph.updates.map(({ variable, next }) => ({ old: graph.variables.get(variable)!, next }))
  const inputs = [...graph.inputs.values()]
  // What a variable becomes is stored in each run, also where it is always the same: between two, others may have changed it.
  const changing = [...inputs, ...updates.flatMap(({ old, next }) => [old, storageOf(next)])]
  return plan({
    kernels: graph.kernels,
    prepares: unchanging(graph.kernels, changing),
    updates,
    inputs,
    outputs: Object.values(graph.outputs),
    places: new Map(stored.map((buffer) => [buffer, { in: 'store', buffer }])),
  })
}

/** What a step of a loop is made of. */
export interface LoopBody {
  readonly kernels: readonly Kernel[]
  /** Buffers of the state, outside of the loop, and those in which the next state comes to stand. */
  readonly states: LoweredUpdates
  /** Buffers that are a step's stretch of one outside. */
  readonly windows: ReadonlyMap<Buffer, Buffer>
}

/** The schedule of a step. What its kernels read and none of them writes is outside of the loop. */
export function scheduleStep({ kernels, states, windows }: LoopBody): Schedule {
  const written = new Set(kernels.flatMap(({ writes }) => writes.map(storageOf)))
  const read = kernels.flatMap(({ reads }) => reads.map(storageOf)).filter((buffer) => !written.has(buffer))
  const places = new Map<Buffer, Place>()
  for (const buffer of [...read, ...states.map(({ old }) => old)]) places.set(buffer, { in: 'outside', buffer })
  for (const [window, buffer] of windows) places.set(window, { in: 'window', buffer })
  return plan({ kernels, prepares: new Set(), updates: states, inputs: [], outputs: [], places })
}

function plan({ kernels, prepares, updates, inputs, outputs, places: known }: Work): Schedule {
  const [prepared, repeated] = [true, false].map((prepared) =>
    phasesOf(
      kernels.filter((kernel) => prepares.has(kernel) === prepared),
      updates,
    ),
  )
  const phases = [...prepared, ...repeated]
  const { inPlace, copies } = placeUpdates(kernels, updates, phases, known)
  if (copies.length > 0) {
    // What is copied block by block can follow block by block.
    const last = phases.at(-1) ?? []
    if (phases.length > prepared.length && isByBlocks([...last, ...copies])) last.push(...copies)
    else phases.push(copies)
  }

  const lives = livesOf(inputs, outputs, phases, prepared.length)
  const places = new Map<Buffer, Place>(known)
  for (const [buffer, target] of inPlace) places.set(buffer, known.get(target)!)

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
  const layout = planArena(arena)
  for (const [buffer, offset] of layout.offsets) places.set(buffer, { in: 'arena', offset })
  for (const ofPhase of scratch.values()) {
    const { offsets, bytes } = planArena(ofPhase)
    for (const [buffer, offset] of offsets) places.set(buffer, { in: 'scratch', offset })
    scratchBytes = Math.max(scratchBytes, bytes)
  }
  const ownScratch = align(scratchBytes) + align(Math.max(0, ...kernels.map((kernel) => kernel.workspaceBytes ?? 0)))
  return {
    preparation: prepared.length,
    phases,
    places,
    carried: (phase) =>
      [...arena]
        .filter(([, { from, to }]) => from < phase && phase <= to)
        .map(([buffer, { bytes }]) => ({ offset: layout.offsets.get(buffer)!, bytes }))
        .sort((a, b) => a.offset - b.offset),
    arenaBytes: layout.bytes,
    // A loop's scratch memory is used while nothing of the phases around it lives there.
    scratchBytes: Math.max(ownScratch, ...kernels.map(({ loop }) => loop?.schedule.scratchBytes ?? 0)),
    workspaceOffset: align(scratchBytes),
    liveBytes: (threads) =>
      phases.reduce((max, ofPhase, phase) => {
        const ofThread = liveBytes(scratch.get(phase)?.values() ?? [])
        const ofLoops = ofPhase.map(({ loop }) => loop?.schedule.liveBytes(threads) ?? 0)
        const around = ofPhase.reduce((sum, { loop }) => sum - (loop === undefined ? 0 : bytesOf(loop.arena)), 0)
        return Math.max(max, liveAt(arena.values(), phase) + around + Math.max(threads * ofThread, ...ofLoops))
      }, 0),
  }
}

/** Whether a thread's blocks depend on each other alone, from step to step of a loop: then no thread has to wait for another. */
export const isIndependentByBlock = ({ phases }: Schedule): boolean => phases.length === 1 && isByBlocks(phases[0])

/** Kernels that a schedule runs, those within loops in their loops' place: each with its phase, and how often it runs. */
export function kernelsOf(
  { phases }: Schedule,
  runs = 1,
): { readonly kernel: Kernel; readonly phase: number; readonly runs: number }[] {
  return phases.flatMap((kernels, phase) =>
    kernels.flatMap((kernel) =>
      kernel.loop === undefined
        ? [{ kernel, phase, runs }]
        : kernelsOf(kernel.loop.schedule, runs * kernel.loop.steps).map((inner) => ({ ...inner, phase })),
    ),
  )
}

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
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
  phases: readonly (readonly Kernel[])[],
  preparation: number,
): Map<Buffer, PlannedLife> {
  const uses = new Map<Buffer, { phase: number; index: number; local: boolean }[]>()
  phases.forEach((kernels, phase) => {
    kernels.forEach((kernel, index) => {
      for (const buffer of [...kernel.reads, ...kernel.writes]) {
        const storage = storageOf(buffer)
        const local = kernel.split.by === 'blocks' && buffer.layout !== 'plain' && storage.layout !== 'plain'
        const use = { phase, index, local }
        const list = uses.get(storage)
        if (list === undefined) uses.set(storage, [use])
        else list.push(use)
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
  for (const input of inputs) lives.set(input, { from: -1, to: lives.get(input)?.to ?? preparation })
  for (const output of outputs) {
    const storage = storageOf(output)
    lives.set(storage, { from: lives.get(storage)?.from ?? -1, to: phases.length })
  }
  return lives
}
