/** Writes a scheduled program as one WebAssembly module with one entry, `run(thread, maySleep)`. */
import { InternalError } from '../../core/errors.ts'
import { alikeKernels, buffersOf } from './alike.ts'
import {
  call,
  countedLoop,
  type FunctionHandle,
  i32,
  ifThen,
  type Local,
  Module,
  type Statement,
  type Value,
} from './assembler/index.ts'
import { type Buffer, bytesOf, storageOf } from './buffer.ts'
import { defineBarrier } from './control.ts'
import type { Kernel, KernelLoop } from './kernel.ts'
import { defineKernel, type ModuleContext, type StartOf } from './kernel-function.ts'
import type { Log } from './log.ts'
import { MathLibrary, type RareMath } from './math/index.ts'
import { isOfOneThread } from './phases.ts'
import type { poisonArena } from './poison.ts'
import { isIndependentByBlock, kernelsOf, type Schedule } from './schedule.ts'
import type { Sight } from './sight.ts'

/** What a thread marks when it begins to wait; all else are kernels, in the schedule's order. */
export const waiting = -1

export interface EmitOptions {
  readonly threads: number
  /** Use the engine's relaxed multiply-add. */
  readonly fusedMultiplyAdd: boolean
  /** The functions that few programs compute, for one that does. */
  readonly rareMath?: RareMath
  /** Write tiles for an engine that joins neighbouring vectors to such of 256 bits. */
  readonly wideVectors: boolean
  readonly shared: boolean
  readonly maximumPages: number
  /** What overwrites memory whose values are not needed, before each phase; nothing does unless given. */
  readonly poison?: typeof poisonArena
  /** Where the program's arena begins, in bytes. */
  readonly arena: number
  /** Where the first thread's scratch memory begins; the others follow. */
  readonly scratch: number
  /** Address of the word that says whether the program has to prepare before it runs. */
  readonly stale: number
  /** Where threads mark what they begin, for a profile; they do not unless given. */
  readonly log?: Log
  /** For threads that see the memory but do not compute, where there are such. */
  readonly sight?: Sight | undefined
  /** Where a variable or constant is kept. */
  storeAddress(buffer: Buffer): number
}

/** What runs a kernel's function for some blocks or items. */
type CallKernel = (scratch: Local<'i32'>, from: Local<'i32'>, to: Local<'i32'>) => Statement

/** What runs one phase on a thread. */
type CallPhase = (thread: Local<'i32'>, scratch: Local<'i32'>, maySleep: Local<'i32'>) => Statement[]

export function emitProgram(schedule: Schedule, options: EmitOptions): Uint8Array<ArrayBuffer> {
  const { threads, fusedMultiplyAdd, shared, maximumPages, poison } = options
  const module = new Module({ memory: { initialPages: 1, maximumPages, shared } })
  const math = new MathLibrary(module, { fma: fusedMultiplyAdd, rare: options.rareMath })
  const clock = options.log && module.importFunction('now', {}, 'f64')
  const barrier = defineBarrier(module, threads)
  const mark = clock && options.log?.define(module, clock)
  const marked = (thread: Local<'i32'>, what: number): Statement[] => (mark ? [call(mark, thread, what)] : [])
  const numbers = new Map(kernelsOf(schedule).map(({ kernel }, index) => [kernel, index]))

  const functions = new Map<string, FunctionHandle>()
  const sharedFunction = (key: string, make: () => FunctionHandle): FunctionHandle => {
    const handle = functions.get(key) ?? make()
    functions.set(key, handle)
    return handle
  }
  const context: ModuleContext = { module, math, wide: options.wideVectors, shared: sharedFunction }

  const alike = alikeKernels(schedule)
  const emitKernel = (kernel: Kernel, within: Schedule, startOf: StartOf): CallKernel => {
    const text = alike.get(kernel)
    if (text === undefined) {
      const run = defineKernel(`${numbers.get(kernel)} ${kernel.name}`, kernel, within, context, [], startOf)
      return (scratch, from, to) => call(run, scratch, from, to)
    }
    const buffers = buffersOf(kernel)
    const run = sharedFunction(text, () =>
      defineKernel(kernel.name, kernel, within, context, buffers, ({ name }) => {
        throw new InternalError(`${kernel.name}: uses ${name}, which is not among what it reads and writes`)
      }),
    )
    return (scratch, from, to) => call(run, scratch, from, to, ...buffers.map((buffer) => startOf(buffer, scratch)))
  }

  /** Defines the function of a phase, which runs all its kernels but the loops. */
  const emitPhase = (kernels: readonly Kernel[], within: Schedule, startOf: StartOf): CallPhase => {
    const functions = kernels.map((kernel) => ({
      kernel,
      index: numbers.get(kernel)!,
      run: emitKernel(kernel, within, startOf),
    }))
    const last = Math.max(...functions.map(({ index }) => index))
    const phase = module.function(
      `phase ${last + 1}`,
      { thread: 'i32', scratch: 'i32' } as const,
      undefined,
      ({ thread, scratch }, builder) => {
        const [from, to] = [builder.local('i32'), builder.local('i32')]
        const share = (count: number): Statement[] => [
          from.set(i32.divU(i32.mul(thread, count), threads)),
          to.set(i32.divU(i32.mul(i32.add(thread, 1), count), threads)),
        ]
        // Kernels of one thread, and kernels of as many blocks, are called together, in their order; others one by one.
        const groups = Map.groupBy(functions, ({ kernel, index }) => {
          if (isOfOneThread(kernel)) return 'one thread'
          return kernel.split.by === 'blocks' ? kernel.split.count : `kernel ${index}`
        })
        return [...groups].flatMap(([group, together]) => {
          const { count } = together[0].kernel.split
          const block = builder.local('i32')
          const calls = (from: Local<'i32'>, to: Local<'i32'>): Statement[] =>
            together.flatMap(({ run, index }) => [...marked(thread, index), run(scratch, from, to)])
          return [
            ...share(count),
            ...(group === count
              ? [
                  block.set(from),
                  countedLoop(builder.local('i32'), i32.sub(to, from), [
                    ...calls(block, block),
                    block.set(i32.add(block, 1)),
                  ]),
                ]
              : [ifThen(i32.ltU(from, to), calls(from, to))]),
          ]
        })
      },
    )
    return (thread, scratch) => [call(phase, thread, scratch)]
  }

  /** Defines the function of a loop. Its kernels find the present step in a global of their own. */
  const emitLoop = ({ steps, reverse, schedule: within, arena }: KernelLoop, around: StartOf): CallPhase => {
    const step = module.global()
    const startOf: StartOf = (buffer, scratch) => {
      const place = within.places.get(storageOf(buffer))!
      if (place.in === 'scratch') return i32.add(scratch, place.offset)
      if (place.in === 'arena') return i32.add(around(arena, scratch), place.offset)
      const start = around(place.buffer, scratch)
      return place.in === 'window' ? i32.add(start, i32.mul(step, bytesOf(storageOf(buffer)))) : start
    }
    const phases = isIndependentByBlock(within)
      ? [emitPhase(within.phases[0], within, startOf)]
      : emitPhases(within, startOf, (scratch) => around(arena, scratch))
    const run = module.function(
      `loop over ${steps} steps`,
      { thread: 'i32', scratch: 'i32', maySleep: 'i32' } as const,
      undefined,
      ({ thread, scratch, maySleep }, builder) => [
        step.set(reverse ? steps - 1 : 0),
        countedLoop(builder.local('i32'), i32.const(steps), [
          ...phases.flatMap((callPhase) => callPhase(thread, scratch, maySleep)),
          step.set(reverse ? i32.sub(step, 1) : i32.add(step, 1)),
        ]),
      ],
    )
    return (thread, scratch, maySleep) => [call(run, thread, scratch, maySleep)]
  }

  /** What runs the phases of a schedule one by one, all threads together. */
  const emitPhases = (
    within: Schedule,
    startOf: StartOf,
    arena: (scratch: Local<'i32'>) => Value<'i32'>,
  ): CallPhase[] =>
    within.phases.map((kernels, phase) => {
      const plain = kernels.filter(({ loop }) => loop === undefined)
      const parts = [
        ...(plain.length > 0 ? [emitPhase(plain, within, startOf)] : []),
        ...kernels.flatMap(({ loop }) => (loop === undefined ? [] : [emitLoop(loop, startOf)])),
      ]
      return (thread, scratch, maySleep) => [
        ...(poison ? [poison(within, phase, arena(scratch), thread), call(barrier, maySleep)] : []),
        ...parts.flatMap((part) => part(thread, scratch, maySleep)),
        ...marked(thread, waiting),
        call(barrier, maySleep),
      ]
    })

  const phases = emitPhases(
    schedule,
    (buffer, scratch) => startInProgram(buffer, scratch, schedule, options),
    () => i32.const(options.arena),
  )
  module.function(
    'run',
    { thread: 'i32', maySleep: 'i32' } as const,
    undefined,
    ({ thread, maySleep }, builder) => {
      const scratch = builder.local('i32')
      const calls = phases.map((callPhase, phase) => [
        ...callPhase(thread, scratch, maySleep),
        ...(options.sight?.tell(thread, phase + 1) ?? []),
      ])
      return [
        scratch.set(i32.add(i32.mul(thread, schedule.scratchBytes), options.scratch)),
        ifThen(i32.load(i32.const(options.stale)), calls.slice(0, schedule.preparation).flat()),
        ...calls.slice(schedule.preparation).flat(),
        // Where there is nothing else to wait for: a thread that began after the run has ended could find that another one has to prepare, and wait for that alone.
        ...(schedule.preparation === phases.length ? [call(barrier, maySleep)] : []),
      ]
    },
    { export: true },
  )
  return module.emit()
}

/** Where a buffer begins in the code of a program. */
function startInProgram(
  buffer: Buffer,
  scratch: Local<'i32'>,
  { places }: Schedule,
  { arena, storeAddress }: EmitOptions,
): Value<'i32'> {
  const place = places.get(storageOf(buffer))!
  if (place.in === 'scratch') return i32.add(scratch, place.offset)
  return i32.const(place.in === 'arena' ? arena + place.offset : storeAddress(place.buffer))
}
