/** The thread that speaks MPI, with a library of our own in the place of Open MPI's. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { addTo, exchangePlan, stretchesOf } from '../../src/distributed/exchange.ts'
import { type Answer, mpiMain, type Request } from '../../src/distributed/mpi/thread.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** Starts the thread of rank 0 of 3; `fails` says which calls give an error, by name and by their values. */
function start(fails: (name: string, values: unknown[]) => boolean, { endsLauncher = true, launcher = 3 } = {}) {
  const [answers, told, aborts, ends] = [[] as Answer[], [] as string[], [] as unknown[], [] as number[]]
  const results: Record<string, (values: unknown[]) => void> = {
    MPI_Comm_size: ([, into]) => (into as Int32Array).set([3]),
    MPI_Test: ([, done]) => (done as Int32Array).set([1]),
    MPI_Iprobe: ([, , , found]) => (found as Int32Array).set([0]),
    MPI_Abort: ([, code]) => void aborts.push(code),
    MPI_Error_string: ([, text, length]) => {
      ;(text as Uint8Array).set(new TextEncoder().encode('no route'))
      ;(length as Int32Array).set([8])
    },
  }
  const library = {
    symbol: (name: string) => name,
    func: (signature: string) => {
      const name = /MPI_\w+/.exec(signature)![0]
      return (...values: unknown[]) => {
        results[name]?.(values)
        return fails(name, values) ? 1 : 0
      }
    },
  }
  let ask: (request: Request) => void = () => {}
  mpiMain(
    {
      on: (_, listener) => {
        ask = listener
      },
      postMessage: (answer) => void answers.push(answer),
    },
    { load: () => library },
    {
      writeSync: (_, text) => void told.push(text),
      hostname: () => 'here',
      endLauncherAfter: (seconds) => {
        ends.push(seconds)
        return endsLauncher
      },
    },
    addTo,
    { libraries: ['libmpi'], beat: 500, patience: 7000, launcher },
  )
  return { answers, told, aborts, ends, ask }
}

it('ends all, and says why, where a rank cannot be told that this one is there, though nothing is asked', () => {
  const { answers, told, aborts } = start((name, [, , , peer]) => name === 'MPI_Isend' && peer === 2)
  vi.advanceTimersByTime(600)
  expect(told.length).toBe(1)
  expect(told[0]).toMatch(/^gentle: rank 2 .*cannot be reached \(MPI_Isend: no route\): .*; all ranks end/)
  expect(aborts).toEqual([1])
  // It is no answer to what may be asked meanwhile.
  expect(answers.map(({ kind }) => kind)).toEqual(['joined'])
})

it('gives a rank up that is not heard', () => {
  const { told, aborts } = start(() => false)
  vi.advanceTimersByTime(6000)
  expect(told).toEqual([])
  vi.advanceTimersByTime(2000)
  expect(told[0]).toMatch(/^gentle: rank 1 .*has not answered for 8 seconds: it was stopped/)
  expect(aborts[0]).toBe(1)
})

it('sees to the end of an mpirun that may wait for the machine of that rank, and says what else helps', () => {
  const silent = (options: Parameters<typeof start>[1]) => {
    const started = start(() => false, options)
    vi.advanceTimersByTime(8000)
    return started
  }
  const own = silent({})
  expect(own.ends[0]).toBe(3)
  expect(own.told[0]).toMatch(
    /all ranks end, mpirun too if it waits for that machine, and the last checkpoint stays\n$/,
  )
  const elsewhere = silent({ endsLauncher: false })
  expect(elsewhere.told[0]).toMatch(
    /checkpoint stays; if mpirun waits for that machine, kill it; .* --mca oob_tcp_keepalive/,
  )
  const bySrun = silent({ launcher: 0 })
  expect(bySrun.ends).toEqual([])
  expect(bySrun.told[0]).toMatch(/all ranks end, and the last checkpoint stays\n$/)
})

/** Comes to numbers one after the other: to the second ones when somebody has taken the first ones, which are there for nobody who waits for all. */
const computing = `const { parentPort, workerData: { progress, taken, halves } } = require('node:worker_threads')
parentPort.postMessage('ready')
halves[0].fill(1)
Atomics.store(progress, 0, 1)
Atomics.wait(taken, 0, 0)
halves[1].fill(2)
Atomics.store(progress, 0, 2)`

it('sends the sums of each bucket as soon as they are there, while others are computed', async () => {
  vi.useRealTimers()
  const words = (count: number) => new Int32Array(new SharedArrayBuffer(4 * count))
  const floats = (values: number) => new Float32Array(new SharedArrayBuffer(4 * 48)).fill(values)
  const [progress, done, taken] = [words(1), words(1), words(1)]
  const [own, halves] = [
    [floats(10), floats(20)],
    [floats(0), floats(0)],
  ]
  const sent: { readonly values: number[]; readonly progress: number }[] = []
  const { answers, ask } = start((name, [values]) => {
    // In the second round this rank has nothing more to send.
    if (name === 'MPI_Ialltoallv' && (values as Float32Array).length === 48) {
      sent.push({ values: [...(values as Float32Array)], progress: Atomics.load(progress, 0) })
      Atomics.store(taken, 0, 1)
      Atomics.notify(taken, 0)
    }
    return false
  })
  const worker = new Worker(computing, { eval: true, workerData: { progress, taken, halves } })
  await once(worker, 'message')
  const ended = once(worker, 'exit')
  for (const bucket of [0, 1])
    ask({
      kind: 'sum',
      message: undefined,
      own: [own[bucket]],
      into: floats(0),
      plan: exchangePlan(8, 3),
      bounds: stretchesOf(48, 3),
      fast: undefined,
      after: { progress, until: bucket + 1, done, additions: [[own[bucket], halves[bucket]]] },
    })
  expect(sent).toEqual([
    { values: Array(48).fill(11), progress: 1 },
    { values: Array(48).fill(22), progress: 2 },
  ])
  const moved = answers.flatMap((answer) => (answer.kind === 'done' ? [answer.moved] : []))
  expect(moved.length).toBe(2)
  for (const [begun, end] of moved) expect(end).toBeGreaterThanOrEqual(begun)
  ask({ kind: 'close' })
  await ended
})

it('adds what is there where the rank has computed all, however far it says that it is', () => {
  const words = (value: number) => new Int32Array(new SharedArrayBuffer(4)).fill(value)
  const floats = (value: number) => new Float32Array(new SharedArrayBuffer(4 * 48)).fill(value)
  const own = floats(1)
  const { answers, ask } = start(() => false)
  const after = { progress: words(3), until: 7, done: words(1), additions: [[own, floats(2)] as const] }
  const plan = exchangePlan(8, 3)
  ask({
    kind: 'sum',
    message: undefined,
    own: [own],
    into: floats(0),
    plan,
    bounds: stretchesOf(48, 3),
    fast: undefined,
    after,
  })
  expect(own[0]).toBe(3)
  expect(answers.at(-1)).toMatchObject({ kind: 'done', messages: [], waiting: 0 })
  ask({ kind: 'close' })
})
