/** What a profile of a program tells: where the time of one run goes, kernel by kernel and thread by thread. */
import { ArgumentError } from '../core/errors.ts'

export interface ProfileOptions {
  /**
   * How often the run is computed, from the same inputs and variables; the fastest is told, for other programs slow a run and none makes
   * it faster, and an engine optimizes code only after its first runs. For a second, but at least 3 times, unless given.
   */
  readonly repeats?: number
}

/** A kernel: one loop nest, that computes one op or several. */
export interface KernelProfile {
  /** Its ops and the part of the network that they belong to: `conv2d + add + tanh (features.0)`. */
  readonly name: string
  /** Its ops, or what it does for one, such as `packFilters`. */
  readonly ops: string
  /** Path of the layer; in an update the parameter; without layers the variables that it reads; '' where there is nothing to tell. */
  readonly scope: string
  /** Threads wait for each other between phases. */
  readonly phase: number
  /** How often it was called, by all threads: once for each block of 8 images or channels, or once a thread. */
  readonly calls: number
  /** Of all threads together. */
  readonly milliseconds: number
  /** Multiply-adds of convolutions and matrix products, as their ops count them: Winograd's method needs fewer. Else 0. */
  readonly multiplyAdds: number
  /** Bytes of the tensors that it reads and of those that it writes, each once and whole, wherever they are: in memory or in a cache. */
  readonly bytesRead: number
  readonly bytesWritten: number
  /** The same by threads. */
  readonly threads: readonly KernelOfThread[]
}

/** What one thread does of a kernel. */
export interface KernelOfThread {
  readonly calls: number
  readonly milliseconds: number
  /** Of the kernel's work, 0 to 1: by it the multiply-adds and bytes are shared among threads. */
  readonly share: number
}

export interface ThreadProfile {
  /** Milliseconds within kernels. */
  readonly busy: number
  /** Milliseconds in which it had not begun, or waited for other threads. Together with `busy` the whole run. */
  readonly waiting: number
  readonly multiplyAdds: number
  /** Read and written. */
  readonly bytes: number
}

/** A stretch of one thread's time. */
export interface ProfileEvent {
  /** Position in `kernels`; null where the thread waits for others. */
  readonly kernel: number | null
  readonly thread: number
  /** Milliseconds from the start of the run. */
  readonly start: number
  readonly milliseconds: number
}

/** Where the time of one run goes. Plain data. */
export interface Profile {
  readonly backend: string
  /** Milliseconds of the run; handing inputs over and reading outputs are not part of it. */
  readonly milliseconds: number
  /** Those that ran, in the program's order. */
  readonly kernels: readonly KernelProfile[]
  readonly threads: readonly ThreadProfile[]
  /** By thread and start. A thread's events follow each other without gaps from 0 to the end of the run. */
  readonly events: readonly ProfileEvent[]
}

/** A kernel, before it has run. */
export type KernelDescription = Pick<
  KernelProfile,
  'ops' | 'scope' | 'phase' | 'multiplyAdds' | 'bytesRead' | 'bytesWritten'
> & {
  /** Of its work, what each thread does. */
  readonly shares: readonly number[]
}

/** What a thread began, and when, in milliseconds from the start of the run. */
export interface Mark {
  /** Position of a kernel's description; null where it began to wait. */
  readonly kernel: number | null
  readonly time: number
}

/** A run as it was recorded. */
export interface Recording {
  readonly milliseconds: number
  /** Of each thread, in the order of time. */
  readonly marks: readonly (readonly Mark[])[]
}

/** Milliseconds after which a run has been repeated enough, and the least number of times. */
const [longEnough, minRepeats] = [1000, 3]

/**
 * Records a run several times and gives the fastest.
 * @throws ArgumentError for a number of repeats that is not a whole number of at least 1.
 */
export function fastest(record: () => Recording, { repeats }: ProfileOptions): Recording {
  if (repeats !== undefined && (!Number.isInteger(repeats) || repeats < 1))
    throw new ArgumentError(`profile: repeats is ${repeats}; expected a whole number of at least 1`)
  const began = performance.now()
  let best = record()
  const isEnough = (done: number): boolean =>
    repeats === undefined ? done >= minRepeats && performance.now() - began > longEnough : done >= repeats
  for (let done = 1; !isEnough(done); done++) {
    const next = record()
    if (next.milliseconds < best.milliseconds) best = next
  }
  return best
}

/** The profile of a recorded run of these kernels. */
export function profileOf(
  backend: string,
  descriptions: readonly KernelDescription[],
  { milliseconds, marks }: Recording,
): Profile {
  const events = marks.flatMap((ofThread, thread) => eventsOf(ofThread, thread, milliseconds))
  const ran = new Set(events.flatMap(({ kernel }) => kernel ?? []))
  const order = descriptions.map((_, position) => position).filter((position) => ran.has(position))
  const places = new Map(order.map((position, place) => [position, place]))
  const tallies = tallyOf(events, descriptions.length, marks.length)
  const kernels = order.map((position): KernelProfile => {
    const { shares, ...description } = descriptions[position]
    const threads = tallies[position].map((tally, thread) => ({ ...tally, share: shares[thread] }))
    return {
      name: description.scope === '' ? description.ops : `${description.ops} (${description.scope})`,
      ...description,
      calls: total(threads.map(({ calls }) => calls)),
      milliseconds: total(threads.map((each) => each.milliseconds)),
      threads,
    }
  })
  return {
    backend,
    milliseconds,
    kernels,
    threads: marks.map((_, thread) => {
      const busy = total(kernels.map(({ threads }) => threads[thread].milliseconds))
      const part = (of: (kernel: KernelProfile) => number): number =>
        total(kernels.map((kernel) => of(kernel) * kernel.threads[thread].share))
      return {
        busy,
        waiting: milliseconds - busy,
        multiplyAdds: part((kernel) => kernel.multiplyAdds),
        bytes: part(({ bytesRead, bytesWritten }) => bytesRead + bytesWritten),
      }
    }),
    events: events.map((event) => ({ ...event, kernel: event.kernel === null ? null : places.get(event.kernel)! })),
  }
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0)

/** A thread's time, from mark to mark; clocks of threads differ by less than a microsecond, which must not show as a time below 0. */
function eventsOf(marks: readonly Mark[], thread: number, end: number): ProfileEvent[] {
  let latest = 0
  const starts = marks.map(({ time }) => {
    latest = Math.min(Math.max(time, latest), end)
    return latest
  })
  const first: ProfileEvent = { kernel: null, thread, start: 0, milliseconds: starts[0] ?? end }
  const rest = marks.map(({ kernel }, i): ProfileEvent => {
    return { kernel, thread, start: starts[i], milliseconds: (starts[i + 1] ?? end) - starts[i] }
  })
  return [first, ...rest].filter(({ kernel, milliseconds }) => kernel !== null || milliseconds > 0)
}

/** Calls and milliseconds of each kernel on each thread. */
function tallyOf(events: readonly ProfileEvent[], kernels: number, threads: number) {
  const tallies = Array.from({ length: kernels }, () =>
    Array.from({ length: threads }, () => ({ calls: 0, milliseconds: 0 })),
  )
  for (const { kernel, thread, milliseconds } of events) {
    if (kernel === null) continue
    const tally = tallies[kernel][thread]
    tally.calls++
    tally.milliseconds += milliseconds
  }
  return tallies
}
