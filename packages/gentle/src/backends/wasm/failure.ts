/** What threads tell each other when one of them fails: a thread that waits in a program can neither get messages nor send any. */
import type { controlWords } from './control.ts'

/**
 * Tells all threads that one has failed and wakes those that wait for it. The first failure is kept; what comes later follows from it.
 * Workers get this function as text: it must not use anything from outside.
 */
export function recordFailure(control: Int32Array, words: typeof controlWords, thread: number, reason: string): void {
  if (Atomics.compareExchange(control, words.failure / 4, 0, thread + 1) !== 0) return
  const text = new Uint8Array(control.buffer, control.byteOffset + words.failure + 8, 256)
  const length = Math.min(reason.length, text.length)
  for (let i = 0; i < length; i++) text[i] = reason.charCodeAt(i)
  control[words.failure / 4 + 1] = length
  Atomics.store(control, words.failed / 4, 1)
  Atomics.add(control, words.generation / 4, 1)
  Atomics.notify(control, words.generation / 4)
}

/** Which thread failed first, and why. */
export function failureIn(
  control: Int32Array,
  words: typeof controlWords,
): { readonly thread: number; readonly reason: string } | undefined {
  if (Atomics.load(control, words.failed / 4) === 0) return undefined
  const length = control[words.failure / 4 + 1]
  const text = new Uint8Array(control.buffer, control.byteOffset + words.failure + 8, length)
  return { thread: control[words.failure / 4] - 1, reason: String.fromCharCode(...text) }
}
