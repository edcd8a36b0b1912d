/** Calls of long work, one after the other: of those that wait only the last is done, and the one under way is told when another waits. */
export class Turns {
  #call = 0
  #busy: Promise<void> = Promise.resolve()

  /** @param work is given a function that tells whether no other call came since */
  take(work: (isLast: () => boolean) => Promise<void>): Promise<void> {
    const call = ++this.#call
    const isLast = (): boolean => call === this.#call
    const done = this.#busy.then(() => (isLast() ? work(isLast) : undefined))
    this.#busy = done.catch(() => {})
    return done
  }

  /** When all calls so far are done, whatever came of them. */
  get rest(): Promise<void> {
    return this.#busy
  }
}
