import { expect, it } from 'vitest'
import { agree, RanksDifferError } from '../../src/distributed/agree.ts'
import { checkSize, launchIn } from '../../src/distributed/mpi/launcher.ts'
import type { Ranks } from '../../src/distributed/ranks.ts'
import { OtherRankError, ofFirstRank, together } from '../../src/distributed/together.ts'
import { inProcessRanks } from './in-process.ts'

it('knows what started it: mpirun, srun, or nothing', () => {
  expect(launchIn({})).toBeUndefined()
  expect(launchIn({ OMPI_COMM_WORLD_SIZE: '1' })).toEqual({ by: 'mpirun', size: 1 })
  expect(launchIn({ OMPI_COMM_WORLD_SIZE: '4', SLURM_STEP_ID: '0', SLURM_STEP_NUM_TASKS: '2' })?.by).toBe('mpirun')
  expect(launchIn({ SLURM_STEP_ID: '0', SLURM_STEP_NUM_TASKS: '16', PMI_FD: '5' })).toEqual({ by: 'srun', size: 16 })
  // The script that sbatch runs, and a shell of one task.
  expect(launchIn({ SLURM_NTASKS: '16' })).toBeUndefined()
  expect(launchIn({ SLURM_STEP_ID: '0', SLURM_STEP_NUM_TASKS: '1' })).toBeUndefined()
})

it("refuses MPICH's launcher, and an Open MPI that does not see all processes", () => {
  expect(() => launchIn({ PMI_FD: '5', PMI_RANK: '0', PMI_SIZE: '2' })).toThrow(/the mpirun of MPICH/)
  expect(() => checkSize({ by: 'srun', size: 4 }, 1)).toThrow(/srun started 4 processes, but .* sees 1; .*--mpi=pmix/)
  expect(() => checkSize({ by: 'mpirun', size: 2 }, 1)).toThrow(/LD_LIBRARY_PATH/)
  checkSize({ by: 'mpirun', size: 2 }, 2)
})

const onAll = <T>(size: number, work: (ranks: Ranks) => Promise<T>) =>
  Promise.all(inProcessRanks(size).map((ranks) => work(ranks).catch((error: unknown) => error)))

it('names the rank that differs, and in what', async () => {
  const facts = (rank: number) => ({ version: '1', network: { layers: [{ units: rank === 2 ? 4 : 3 }] } })
  for (const error of await onAll(3, (ranks) => agree(ranks, facts(ranks.rank)))) {
    expect(error).toBeInstanceOf(RanksDifferError)
    expect((error as Error).message).toMatch(/ranks differ in network.layers.0.units: rank 0 has 3, rank 2 4;/)
  }
  expect(await onAll(2, (ranks) => agree(ranks, facts(0)))).toEqual([undefined, undefined])
})

it('tells all ranks where one fails', async () => {
  const [first, second] = await onAll(2, (ranks) =>
    together(ranks, async () => {
      if (ranks.rank === 1) throw new TypeError('no such folder')
      return ranks.rank
    }),
  )
  expect(first).toBeInstanceOf(OtherRankError)
  expect((first as Error).message).toBe('rank 1: no such folder')
  expect(second).toBeInstanceOf(TypeError)
})

it('has the first rank alone do what all shall know, and tells all where it fails, or another has failed before', async () => {
  let done = 0
  const choose = (ranks: Ranks) =>
    ofFirstRank(ranks, async () => {
      done++
      return { rate: 0.1, worst: Number.NaN }
    })
  const within = (ranks: Ranks) => together(ranks, () => choose(ranks))
  expect(await onAll(3, within)).toEqual(Array.from({ length: 3 }, () => ({ rate: 0.1, worst: Number.NaN })))
  expect(done).toBe(1)
  const messages = (work: (ranks: Ranks) => Promise<unknown>) =>
    onAll(3, async (ranks) => {
      const message = await work(ranks).catch((error: Error) => error.message)
      // What comes next finds all ranks at the same place.
      await choose(ranks)
      return message
    })
  const failing = (ranks: Ranks) =>
    together(ranks, () => ofFirstRank(ranks, () => Promise.reject(new TypeError('no room'))))
  expect(await messages(failing)).toEqual(['no room', 'rank 0: no room', 'rank 0: no room'])
  const unread = (ranks: Ranks) =>
    together(ranks, async () => {
      if (ranks.rank === 1) throw new TypeError('no such folder')
      return choose(ranks)
    })
  expect(await messages(unread)).toEqual(['rank 1: no such folder', 'no such folder', 'rank 1: no such folder'])
})
