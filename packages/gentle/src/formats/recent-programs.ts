/** Programs that are compiled for sets of shapes, as these come. */
import type { Program } from '../backends/backend.ts'

/** Programs that are kept, each with memory of its own. */
const maxPrograms = 24

/** What is made for a set of shapes; without a program where nothing is left to compute. */
export interface Prepared {
  readonly program: Program | undefined
}

export class RecentPrograms<Made extends Prepared> {
  readonly #made = new Map<string, Made>()
  #last: Promise<unknown> = Promise.resolve()

  /** Does work when all before it is done: it could give back the program that other work is about to use. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const found = this.#last.then(work)
    this.#last = found.catch(() => undefined)
    return found
  }

  /** What was made for a key, or is made now. What has not been asked for longest is given back. */
  async at(key: string, make: () => Promise<Made>): Promise<Made> {
    const found = this.#made.get(key) ?? (await make())
    this.#made.delete(key)
    this.#made.set(key, found)
    if (this.#made.size > maxPrograms) {
      const [[oldest, { program }]] = this.#made
      program?.dispose()
      this.#made.delete(oldest)
    }
    return found
  }

  /** Gives back the memory of all programs. */
  dispose(): void {
    for (const { program } of this.#made.values()) program?.dispose()
    this.#made.clear()
  }
}
