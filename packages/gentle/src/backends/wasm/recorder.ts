/** What profiles runs of a program; loaded when the first profile is asked for. */
import { fastest, type Profile, type ProfileOptions, profileOf } from '../profile.ts'
import { describeKernels } from './describe-kernels.ts'
import type { Heap } from './heap.ts'
import { clearLog, defineMark, type Log, logBytesOf, readLog } from './log.ts'
import type { LoweredGraph } from './lowering/lowerer.ts'
import type { Schedule } from './schedule.ts'

/** A program, as its recorder sees it. */
export interface Recorded<Code> {
  /** The backend's name. */
  readonly name: string
  readonly plan: Schedule
  readonly lowered: LoweredGraph
  readonly threads: number
  readonly heap: Heap
  /** Loads the program's second code, whose threads mark what they do. */
  load(log: Log): Promise<Code>
  drop(code: Code): void
}

/** Runs a program by its second code. */
export interface Recorder<Code> {
  /** The fastest of several runs. Before each, `fill` sets the inputs, and what changes is set back to what it is now. */
  profile(
    run: { readonly changing: readonly Float32Array[]; fill(): void; compute(code: Code): void },
    options: ProfileOptions,
  ): Profile
  giveBack(): void
}

/** @throws MemoryError when there is no room for its log. */
export async function openRecorder<Code>(recorded: Recorded<Code>): Promise<Recorder<Code>> {
  const { name, plan, lowered, threads, heap, load, drop } = recorded
  const threadBytes = logBytesOf(plan, threads)
  const address = heap.allocate(threadBytes * threads, 'profile: the times')
  const log: Log = { address, threadBytes, define: (module, now) => defineMark(module, now, log) }
  const code = await load(log)
  return {
    profile({ changing, fill, compute }, options) {
      const before = changing.map((values) => values.slice())
      const recording = fastest(() => {
        for (const [i, values] of before.entries()) changing[i].set(values)
        fill()
        clearLog(heap.memory, log, threads)
        const start = performance.now()
        compute(code)
        const milliseconds = performance.now() - start
        return { milliseconds, marks: readLog(heap.memory, log, threads, start) }
      }, options)
      return profileOf(name, describeKernels(plan, lowered, threads), recording)
    },
    giveBack() {
      heap.free(address, threadBytes * threads)
      drop(code)
    },
  }
}
