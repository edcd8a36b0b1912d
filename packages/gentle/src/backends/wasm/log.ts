/**
 * The log of a profiled run: each thread marks in a stretch of memory of its own what it begins and when. Between two marks it does what the
 * first says, so that a call of a kernel costs one look at the clock: some 40 to 100 ns, which show where blocks are tiny.
 */
import type { Mark } from '../profile.ts'
import { call, type FunctionHandle, f64, i32, type Module } from './assembler/index.ts'
import { waiting } from './emit.ts'
import { kernelsOf, type Schedule } from './schedule.ts'

/** A mark is what begins, an int32, and the time, a float64. Before the first stands the number of marks. */
const markBytes = 16

export interface Log {
  readonly address: number
  /** Bytes of one thread's log; those of the threads follow each other. */
  readonly threadBytes: number
  /** Defines the function by which a thread marks what it begins, given that which tells the time. */
  define(module: Module, now: Clock): FunctionHandle<'i32'>
}

/** What tells the time, in milliseconds. */
type Clock = FunctionHandle<never, 'f64'>

/** Bytes that a thread's marks of one run take at most. */
export function logBytesOf(schedule: Schedule, threads: number): number {
  const marks = kernelsOf(schedule).map(
    ({ kernel: { split }, runs }) => runs * (split.by === 'blocks' ? Math.ceil(split.count / threads) : 1),
  )
  // One more a phase, for the wait at its end; one place for their number; the rest so that threads share no cache line.
  return markBytes * (marks.reduce((sum, n) => sum + n, 0) + waitsOf(schedule) + 1 + 8)
}

/** How often a thread waits in a run: once a phase. */
const waitsOf = ({ phases }: Schedule): number =>
  phases.reduce(
    (sum, kernels) =>
      kernels.reduce(
        (inner, { loop }) => inner + (loop === undefined ? 0 : loop.steps * waitsOf(loop.schedule)),
        sum + 1,
      ),
    0,
  )

/** Defines the function that marks what a thread begins. */
export function defineMark(module: Module, now: Clock, { address, threadBytes }: Log): FunctionHandle<'i32'> {
  return module.function('mark', { thread: 'i32', what: 'i32' } as const, undefined, ({ thread, what }, builder) => {
    const [start, count, place] = [builder.local('i32'), builder.local('i32'), builder.local('i32')]
    return [
      start.set(i32.add(i32.mul(thread, threadBytes), address)),
      count.set(i32.add(i32.load(start), 1)),
      i32.store(start, count),
      place.set(i32.add(start, i32.mul(count, markBytes))),
      i32.store(place, what),
      f64.store(place, call(now), 8),
    ]
  })
}

export function clearLog(memory: WebAssembly.Memory, { address, threadBytes }: Log, threads: number): void {
  for (let thread = 0; thread < threads; thread++)
    new Int32Array(memory.buffer, address + thread * threadBytes, 1)[0] = 0
}

/** The marks of each thread, in the order of time, which is given in milliseconds from `start`. */
export function readLog(
  { buffer }: WebAssembly.Memory,
  { address, threadBytes }: Log,
  threads: number,
  start: number,
): Mark[][] {
  return Array.from({ length: threads }, (_, thread) => {
    const view = new DataView(buffer, address + thread * threadBytes, threadBytes)
    return Array.from({ length: view.getInt32(0, true) }, (_, i): Mark => {
      const what = view.getInt32((i + 1) * markBytes, true)
      const time = view.getFloat64((i + 1) * markBytes + 8, true) - start
      return { kernel: what === waiting ? null : what, time }
    })
  })
}
