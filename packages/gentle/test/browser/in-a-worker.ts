import type { Training } from './train-lenet5.ts'

/** Trains in a worker of this page. */
export function trainInAWorker(options: { readonly threads: number }): Promise<Training> {
  const worker = new Worker(new URL('./train-lenet5.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<Training>((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.training ? resolve(data.training) : reject(new Error(data.error)))
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`))
    worker.postMessage(options)
  }).finally(() => worker.terminate())
}
