/** Writes a scheduled program as one WebAssembly module with one entry, `run(thread, maySleep)`. */
import {
  call,
  countedLoop,
  type FunctionHandle,
  i32,
  ifThen,
  type Local,
  Module,
  memoryFill,
  type Statement,
  type Value,
} from './assembler/index.ts'
import { type Buffer, storageOf } from './buffer.ts'
import { defineBarrier } from './control.ts'
import type { Kernel, KernelContext } from './kernel.ts'
import { defineMark, type Log, waiting } from './log.ts'
import { MathLibrary } from './math/index.ts'
import type { Schedule } from './schedule.ts'

export interface EmitOptions {
  readonly threads: number
  /** Use the engine's relaxed multiply-add. */
  readonly fusedMultiplyAdd: boolean
  /** Write tiles for an engine that joins neighbouring vectors to such of 256 bits. */
  readonly wideVectors: boolean
  readonly shared: boolean
  readonly maximumPages: number
  /** Overwrite memory whose values are no longer, or not yet, needed: a mistake of the planner then shows as NaN. */
  readonly poison: boolean
  /** Where the program's arena begins, in bytes. */
  readonly arena: number
  /** Where the first thread's scratch memory begins; the others follow. */
  readonly scratch: number
  /** Address of the word that says whether the program has to prepare before it runs. */
  readonly stale: number
  /** Where threads mark what they begin, for a profile; they do not unless given. */
  readonly log?: Log
  /** Where a variable or constant is kept. */
  storeAddress(buffer: Buffer): number
}

export function emitProgram(schedule: Schedule, options: EmitOptions): Uint8Array<ArrayBuffer> {
  const { threads, fusedMultiplyAdd, shared, maximumPages } = options
  const module = new Module({ memory: { initialPages: 1, maximumPages, shared } })
  const math = new MathLibrary(module, { fma: fusedMultiplyAdd })
  const barrier = defineBarrier(module, threads)
  const mark = options.log && defineMark(module, options.log)
  const marked = (thread: Local<'i32'>, what: number): Statement[] => (mark ? [call(mark, thread, what)] : [])

  const functions = new Map<string, FunctionHandle>()
  const sharedFunction = (key: string, make: () => FunctionHandle): FunctionHandle => {
    const handle = functions.get(key) ?? make()
    functions.set(key, handle)
    return handle
  }

  const emitKernel = (kernel: Kernel, index: number) => {
    const parameters = { scratch: 'i32', from: 'i32', to: 'i32' } as const
    return module.function(`${index} ${kernel.name}`, parameters, undefined, (p) => {
      const present = kernel.split.by === 'blocks' ? p.from : i32.const(0)
      const context: KernelContext = {
        module,
        math,
        wide: options.wideVectors,
        block: present,
        from: p.from,
        to: p.to,
        workspace: i32.add(p.scratch, schedule.workspaceOffset),
        shared: sharedFunction,
        address: (buffer, block = present) => addressOf(buffer, block, p.scratch, schedule, options),
      }
      return kernel.emit(context)
    })
  }

  const poisonBytes = (start: Value<'i32'>, bytes: number): Statement[] =>
    bytes > 0 ? [memoryFill(start, 0xff, bytes)] : []

  /** Fills the arena between what is carried into a phase; thread 0 does it, the others wait. */
  const poisonArena = (phase: number, thread: Local<'i32'>, maySleep: Local<'i32'>): Statement[] => {
    let end = 0
    const fills = [...schedule.carried[phase], { offset: schedule.arenaBytes, bytes: 0 }].flatMap(
      ({ offset, bytes }) => {
        const gap = poisonBytes(i32.const(options.arena + end), offset - end)
        end = Math.max(end, offset + bytes)
        return gap
      },
    )
    return [ifThen(i32.eqz(thread), fills), call(barrier, maySleep)]
  }

  let index = 0
  const phases = schedule.phases.map((kernels) => {
    const functions = kernels.map((kernel) => ({ kernel, index, run: emitKernel(kernel, index++) }))
    return module.function(
      `phase ${index}`,
      { thread: 'i32', scratch: 'i32' } as const,
      undefined,
      ({ thread, scratch }, builder) => {
        const [from, to] = [builder.local('i32'), builder.local('i32')]
        const share = (count: number): Statement[] => [
          from.set(i32.divU(i32.mul(thread, count), threads)),
          to.set(i32.divU(i32.mul(i32.add(thread, 1), count), threads)),
        ]
        const blockCounts = [
          ...new Set(kernels.filter(({ split }) => split.by === 'blocks').map(({ split }) => split.count)),
        ]
        const byBlocks = blockCounts.flatMap((count) => {
          const ofCount = functions.filter(({ kernel: { split } }) => split.by === 'blocks' && split.count === count)
          const block = builder.local('i32')
          return [
            ...share(count),
            block.set(from),
            countedLoop(builder.local('i32'), i32.sub(to, from), [
              ...ofCount.flatMap(({ run, index }) => [...marked(thread, index), call(run, scratch, block, block)]),
              block.set(i32.add(block, 1)),
            ]),
          ]
        })
        const byItems = functions
          .filter(({ kernel: { split } }) => split.by === 'items')
          .flatMap(({ kernel: { split }, index, run }) => [
            ...share(split.count),
            ifThen(i32.ltU(from, to), [...marked(thread, index), call(run, scratch, from, to)]),
          ])
        return [...byBlocks, ...byItems]
      },
    )
  })

  module.function(
    'run',
    { thread: 'i32', maySleep: 'i32' } as const,
    undefined,
    ({ thread, maySleep }, builder) => {
      const scratch = builder.local('i32')
      const calls = phases.map((phase, i) => [
        ...(options.poison ? poisonArena(i, thread, maySleep) : []),
        call(phase, thread, scratch),
        ...marked(thread, waiting),
        call(barrier, maySleep),
      ])
      return [
        scratch.set(i32.add(i32.mul(thread, schedule.scratchBytes), options.scratch)),
        ifThen(i32.load(i32.const(options.stale)), calls.slice(0, schedule.preparation).flat()),
        ...calls.slice(schedule.preparation).flat(),
      ]
    },
    { export: true },
  )
  return module.emit()
}

/** Where a buffer, or one of its blocks, begins. In scratch memory there is room for the thread's present block alone. */
function addressOf(
  buffer: Buffer,
  block: Value<'i32'>,
  scratch: Local<'i32'>,
  { places }: Schedule,
  { arena, storeAddress }: EmitOptions,
): Value<'i32'> {
  const place = places.get(storageOf(buffer))!
  if (place.in === 'scratch') return i32.add(scratch, place.offset)
  const base = place.in === 'store' ? storeAddress(place.buffer) : arena + place.offset
  return buffer.layout !== 'plain' ? i32.add(i32.mul(block, buffer.blockBytes), base) : i32.const(base)
}
