import { expect, it } from 'vitest'
import { agree, OtherRankError, RanksDifferError, together } from '../../src/distributed/agree.ts'
import { checkSize, launchIn } from '../../src/distributed/mpi/launcher.ts'
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

const onAll = <T>(size: number, work: (ranks: ReturnType<typeof inProcessRanks>[number]) => Promise<T>) =>
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
