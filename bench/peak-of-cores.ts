/** The peak of multiply-adds of several cores at once: a processor's clock can be lower then than that of one alone. */
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { multiplyAddPeak } from './multiply-add-peak.ts'

const runs = 100

/** Flops a millisecond of this thread, on the widest vectors that the engine joins: its fastest run, while the others compute, too. */
function peakOfThread(): number {
  const { run, flops } = multiplyAddPeak({ wide: true })
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < runs; i++) {
    const began = performance.now()
    run()
    least = Math.min(least, performance.now() - began)
  }
  return flops / least
}

/** Flops a millisecond of so many threads together. */
export async function peakOfCores(threads: number): Promise<number> {
  const peaks = await Promise.all(
    Array.from({ length: threads }, () => {
      const worker = new Worker(new URL(import.meta.url))
      return new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject))
    }),
  )
  return peaks.reduce((sum, peak) => sum + peak, 0)
}

if (!isMainThread) parentPort!.postMessage(peakOfThread())
