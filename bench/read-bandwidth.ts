/**
 * How many bytes of memory this machine gives to WebAssembly, read in order by some threads at once: what bounds layers whose weights are read once for an image.
 * Loads of 128 bits, which the engine may join; the numbers are far more than the caches keep.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { countedLoop, Local, Module, v128 } from '../packages/gentle/src/backends/wasm/assembler/index.ts'

const pageBytes = 2 ** 16
/** What each thread reads, and into how many streams at a time. */
const threadBytes = 2 ** 28
const unrolled = 32

/** Reads `threadBytes` from an address on; all that was read is in what it stores, so that nothing can be left out. */
function reader(memory: WebAssembly.Memory): (from: number) => void {
  const pages = memory.buffer.byteLength / pageBytes
  const module = new Module({ memory: { initialPages: pages, maximumPages: pages, shared: true } })
  module.function(
    'read',
    { from: 'i32' },
    undefined,
    ({ from }, builder) => {
      const at = builder.local('i32')
      const seen = Array.from({ length: 8 }, () => builder.local('v128'))
      const loads = Array.from({ length: unrolled }, (_, i) =>
        seen[i % seen.length].set(v128.or(seen[i % seen.length], v128.load(at, 16 * i))),
      )
      return [
        at.set(from),
        countedLoop(new Local('i32'), threadBytes / (16 * unrolled), [...loads, at.advance(16 * unrolled)]),
        ...seen.map((vector, i) => v128.store(from, vector, 16 * i)),
      ]
    },
    { export: true },
  )
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.emit()), { env: { memory } })
  return exports['read'] as (from: number) => void
}

interface Share {
  readonly memory: WebAssembly.Memory
  readonly thread: number
  /** A number that is added to when a thread is ready, and to when all are to begin. */
  readonly turns: Int32Array
}

/** GB/s of so many threads together, the most of some rounds. */
export async function readBandwidth(threads: number, rounds = 12): Promise<number> {
  const pages = (threads * threadBytes) / pageBytes
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  new Uint8Array(memory.buffer).fill(1)
  const turns = new Int32Array(new SharedArrayBuffer(8))
  const workers = Array.from(
    { length: threads },
    (_, thread) => new Worker(new URL(import.meta.url), { workerData: { memory, thread, turns } satisfies Share }),
  )
  let best = 0
  for (let round = 0; round < rounds; round++) {
    const ended = workers.map(
      (worker) => new Promise<[number, number]>((resolve) => worker.once('message', (times) => resolve(times))),
    )
    for (const worker of workers) worker.postMessage(round)
    const times = await Promise.all(ended)
    const milliseconds = Math.max(...times.map(([, end]) => end)) - Math.min(...times.map(([begin]) => begin))
    best = Math.max(best, (threads * threadBytes) / milliseconds / 1e6)
  }
  await Promise.all(workers.map((worker) => worker.terminate()))
  return best
}

if (!isMainThread && parentPort !== null) {
  const { memory, thread, turns } = workerData as Share
  const read = reader(memory)
  const threads = memory.buffer.byteLength / threadBytes
  const now = (): number => performance.timeOrigin + performance.now()
  parentPort.on('message', (round: number) => {
    // All begin together: a thread that waits for another measures nothing.
    Atomics.add(turns, 0, 1)
    while (Atomics.load(turns, 0) < threads * (round + 1));
    const begin = now()
    read(thread * threadBytes)
    parentPort!.postMessage([begin, now()])
  })
}
