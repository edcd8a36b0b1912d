/** Calls of long work, one after the other: of those that wait only the last is done, and the one under way is told when another waits. */
export class Turns {
  #call = 0
  #busy: Promise<unknown> = Promise.resolve()

  /** @param work is given a function that tells whether no other call came since, and nothing interrupted it */
  take(work: (isLast: () => boolean) => Promise<void>): Promise<void> {
    const call = ++this.#call
    const isLast = (): boolean => call === this.#call
    return this.after(async () => {
      if (isLast()) await work(isLast)
    })
  }

  /** Work that interrupts nothing and is always done, behind all calls so far. */
  after<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#busy.then(work)
    this.#busy = done.catch(() => {})
    return done
  }

  /** Tells the work under way, and what waits of `take`, that it is not wanted any more. */
  interrupt(): void {
    this.#call++
  }

  /** When all calls so far are done, whatever came of them. */
  get rest(): Promise<unknown> {
    return this.#busy
  }
}
