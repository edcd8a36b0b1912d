/** Lets tasks begin, in order, as long as those under way take no more than `max` together; one that takes more than that goes alone. */
export class Budget {
  readonly #max: number
  readonly #waiting: { readonly amount: number; readonly begin: () => void }[] = []
  #spent = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Runs a task when there is room for it. */
  async spend<Result>(amount: number, task: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((begin) => {
      this.#waiting.push({ amount, begin })
      this.#beginSome()
    })
    try {
      return await task()
    } finally {
      this.#spent -= amount
      this.#beginSome()
    }
  }

  #beginSome(): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if (this.#spent > 0 && this.#spent + next.amount > this.#max) return
      this.#waiting.shift()
      this.#spent += next.amount
      next.begin()
    }
  }
}
