import { resolveObjectURL } from 'node:buffer'
import { Worker } from 'node:worker_threads'

/**
 * Enough of the browsers' Worker, over Node's, for jax-js: it starts its threads only where there is a global Worker, and
 * Node has none. The script is a Blob's; `self`, `postMessage` and `onmessage` are as in a browser.
 */
export class WebWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null
  onerror: ((error: Error) => void) | null = null
  readonly #started: Promise<Worker>

  constructor(url: string) {
    const blob = resolveObjectURL(url)
    if (blob === undefined) throw new Error(`no Blob behind ${url}; expected what URL.createObjectURL gave`)
    this.#started = blob.text().then((script) => {
      const worker = new Worker(prelude + script, { eval: true })
      worker.on('message', (data) => this.onmessage?.({ data }))
      worker.on('error', (error) => this.onerror?.(error as Error))
      return worker
    })
  }

  postMessage(message: unknown): void {
    this.#started.then((worker) => worker.postMessage(message))
  }
}

const prelude = `
  const self = globalThis, { parentPort } = require('node:worker_threads')
  self.postMessage = (message) => parentPort.postMessage(message)
  parentPort.on('message', (data) => self.onmessage({ data }))
`
