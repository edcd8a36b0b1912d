import type { Endpoint } from 'comlink'

/** When what was rendered last is drawn, or soon where nothing is drawn, as in a tab behind others. */
function drawn(then: () => void): () => void {
  const timer = setTimeout(then, 500)
  const frame = requestAnimationFrame(() =>
    setTimeout(() => {
      clearTimeout(timer)
      then()
    }),
  )
  return () => {
    clearTimeout(timer)
    cancelAnimationFrame(frame)
  }
}

/** A worker that starts when the page has been drawn for the first time: until then its megabytes would compete with that for the processor. Messages wait for it. */
export class LateWorker implements Endpoint {
  #worker: Worker | undefined
  #isEnded = false
  readonly #waiting: ((worker: Worker) => void)[] = []
  readonly #cancel: () => void

  constructor(start: () => Worker) {
    this.#cancel = drawn(() => {
      if (this.#worker !== undefined || this.#isEnded) return
      this.#worker = start()
      for (const act of this.#waiting.splice(0)) act(this.#worker)
    })
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#do((worker) => worker.postMessage(message, transfer))
  }

  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: object): void {
    this.#do((worker) => worker.addEventListener(type, listener, options))
  }

  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: object): void {
    this.#do((worker) => worker.removeEventListener(type, listener, options))
  }

  terminate(): void {
    this.#isEnded = true
    this.#cancel()
    this.#worker?.terminate()
  }

  #do(act: (worker: Worker) => void): void {
    if (this.#worker === undefined) this.#waiting.push(act)
    else act(this.#worker)
  }
}
