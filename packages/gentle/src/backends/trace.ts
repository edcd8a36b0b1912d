/** A profile in the Trace Event Format of Chromium, which browsers' performance viewers and Perfetto open. */
import type { Profile, ProfileEvent } from './profile.ts'

/** Times are in microseconds. `ph` is X for a stretch of time and M for a name. */
export interface TraceEvent {
  readonly name: string
  readonly cat: string
  readonly ph: 'X' | 'M'
  readonly ts: number
  readonly dur?: number
  readonly pid: number
  readonly tid: number
  readonly args: Readonly<Record<string, string | number>>
}

/** The content of a trace file, to be written as JSON. */
export interface Trace {
  readonly traceEvents: readonly TraceEvent[]
  readonly displayTimeUnit: 'ms'
}

const pid = 1

/**
 * The trace of a profile: a row a thread, an event each time that a kernel was called, or that a thread waited for others. An event's arguments
 * are those of its kernel in the whole run. To look at it, write it as JSON to a file, and load that in the
 * Performance panel of a Chromium browser's developer tools, in `chrome://tracing` or in Perfetto.
 */
export function traceEvents(profile: Profile): Trace {
  const { backend, threads, events } = profile
  const named = (name: string, tid: number, text: string): TraceEvent => {
    return { name, cat: '__metadata', ph: 'M', ts: 0, pid, tid, args: { name: text } }
  }
  return {
    traceEvents: [
      named('process_name', 0, `gentle: ${backend}`),
      ...threads.map((_, thread) => named('thread_name', thread, `thread ${thread}`)),
      ...[...events].sort((a, b) => a.start - b.start).map((event) => stretchOf(event, profile)),
    ],
    displayTimeUnit: 'ms',
  }
}

function stretchOf({ kernel, thread, start, milliseconds }: ProfileEvent, { kernels }: Profile): TraceEvent {
  const place = { ph: 'X', ts: 1000 * start, dur: 1000 * milliseconds, pid, tid: thread } as const
  if (kernel === null) return { name: 'wait', cat: 'wait', ...place, args: {} }
  const { name, phase, calls, multiplyAdds, bytesRead, bytesWritten } = kernels[kernel]
  return { name, cat: 'kernel', ...place, args: { phase, calls, multiplyAdds, bytesRead, bytesWritten } }
}
