/** What Ctrl-C does while a network is trained. */

/**
 * One Ctrl-C can arrive twice, from the terminal and from npm: what comes within this time is taken for the same one. In
 * milliseconds.
 */
const same = 1000

/**
 * Calls `finish` at the first interrupt, and `leave` at one that comes later because the reader will not wait. Gives what
 * ends the watch.
 */
export function watchInterrupts(finish: () => void, leave: () => void): () => void {
  let first: number | undefined
  const onSignal = (): void => {
    if (first === undefined) {
      first = performance.now()
      finish()
    } else if (performance.now() - first > same) leave()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
