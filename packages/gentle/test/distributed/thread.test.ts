/** The thread that speaks MPI, with a library of our own in the place of Open MPI's. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Answer, mpiMain } from '../../src/distributed/mpi/thread.ts'

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
  mpiMain(
    { on: () => {}, postMessage: (answer) => void answers.push(answer) },
    { load: () => library },
    {
      writeSync: (_, text) => void told.push(text),
      hostname: () => 'here',
      endLauncherAfter: (seconds) => {
        ends.push(seconds)
        return endsLauncher
      },
    },
    () => {},
    { libraries: ['libmpi'], beat: 500, patience: 7000, launcher },
  )
  return { answers, told, aborts, ends }
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
