/** The thread that speaks MPI, with a library of our own in the place of Open MPI's. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Answer, mpiMain } from '../../src/distributed/mpi/thread.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** Starts the thread of rank 0 of 3; `fails` says which calls give an error, by name and by their values. */
function start(fails: (name: string, values: unknown[]) => boolean) {
  const [answers, told, aborts] = [[] as Answer[], [] as string[], [] as unknown[]]
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
    { writeSync: (_, text) => void told.push(text), hostname: () => 'here' },
    () => {},
    { libraries: ['libmpi'], beat: 500, patience: 7000 },
  )
  return { answers, told, aborts }
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
