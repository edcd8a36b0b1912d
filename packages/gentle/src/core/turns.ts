/** Runs tasks one after another, in the order in which they are asked for, whether or not the caller waits for each. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task, task)
    this.#last = result
    return result
  }
}
