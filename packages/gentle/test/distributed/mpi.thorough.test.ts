/** Ranks that a real mpirun starts. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RankTimes } from 'gentle-dl'
import { describe, expect, it } from 'vitest'
import { hasMpirun, runRanks, unlessThere } from './mpirun.ts'

const program = 'packages/gentle/test/distributed/rank-program.ts'

const digestsIn = (output: string): string[] =>
  [...output.matchAll(/^rank \d+ of \d+: (\w{16})$/gm)].map(([, digest]) => digest)

describe.runIf(hasMpirun)(`ranks of Open MPI${unlessThere}`, () => {
  it('come to the same bits for 1, 2, 3, 4 and 8 of them, with any threads, and to those of a process alone', async () => {
    const alone = spawnSync(process.execPath, [program], { encoding: 'utf8' })
    const [expected] = digestsIn(alone.stdout)
    for (const [ranks, threads] of [
      [1, 2],
      [2, 1],
      [2, 3],
      [3, 1],
      [4, 2],
      [8, 1],
    ]) {
      const { code, output, notes } = await runRanks(ranks, [program], { RANK_THREADS: String(threads) })
      expect(digestsIn(output), `${ranks} ranks of ${threads} threads: ${notes}`).toEqual(Array(ranks).fill(expected))
      expect(code).toBe(0)
    }
  })

  it('come to the same bits where batch norm sees the whole batch, which are others than those of micro-batches', async () => {
    const digestsOf = async (ranks: number, threads: number, sync: string): Promise<string[]> => {
      const { code, output, notes } = await runRanks(ranks, [program], { RANK_THREADS: `${threads}`, RANK_SYNC: sync })
      expect(code, notes).toBe(0)
      return digestsIn(output)
    }
    const [expected] = await digestsOf(1, 1, 'yes')
    for (const [ranks, threads] of [
      [2, 2],
      [3, 1],
      [8, 1],
    ])
      expect(await digestsOf(ranks, threads, 'yes')).toEqual(Array(ranks).fill(expected))
    expect(await digestsOf(1, 1, 'no')).not.toEqual([expected])
  })

  it('come to the same bits where gradients travel in buckets while others are computed', async () => {
    const large = { RANK_LARGE: 'yes' }
    const [expected] = digestsIn((await runRanks(1, [program], large)).output)
    for (const [ranks, threads] of [
      [2, 1],
      [3, 2],
      [4, 1],
      [8, 1],
    ]) {
      const { code, output, notes } = await runRanks(ranks, [program], { ...large, RANK_THREADS: `${threads}` })
      expect(digestsIn(output), notes).toEqual(Array(ranks).fill(expected))
      expect(code).toBe(0)
      const times: RankTimes[] = JSON.parse(/^times (.*)$/m.exec(output)![1])
      for (const { step, waiting, moving, hidden } of times) {
        expect(hidden).toBeGreaterThanOrEqual(0)
        expect(moving).toBeGreaterThan(hidden)
        expect(step).toBeGreaterThan(waiting + moving - hidden)
      }
    }
    const fast = await runRanks(3, [program], { ...large, RANK_FAST: 'yes' })
    expect(new Set(digestsIn(fast.output)).size, fast.notes).toBe(1)
    expect(digestsIn(fast.output).length).toBe(3)
  })

  it('have the same weights, whatever they are, with the sums of MPI', async () => {
    const { output } = await runRanks(3, [program], { RANK_FAST: 'yes' })
    expect(new Set(digestsIn(output)).size).toBe(1)
    expect(digestsIn(output).length).toBe(3)
  })

  it('wait for the first one, which may have much to do when the others have ended', async () => {
    const { code, output, notes } = await runRanks(2, [program], { RANK_TEST: 'stay' })
    expect(code, notes).toBe(0)
    expect(digestsIn(output).length).toBe(2)
  }, 60_000)

  it('are refused before the first step where one has another setting, by its name', async () => {
    const { code, output } = await runRanks(3, [program], { RANK_TEST: 'other rate' })
    expect(code).not.toBe(0)
    expect(output).toMatch(/ranks differ in .*: rank 0 has 0.1, rank 2 0.2; start all with the same program/)
  })

  it('are refused before the first step where one is of another version', async () => {
    const { code, output } = await runRanks(3, [program], { RANK_TEST: 'other version' })
    expect(code).not.toBe(0)
    expect(output).toMatch(/ranks differ in version: rank 0 has \d+\.\d+\.\d+, rank 2 0\.0\.1;/)
    expect(digestsIn(output)).toEqual([])
  })

  it('compute with the vectors of the narrowest', async () => {
    const narrow = { GENTLE_WIDE: '0' }
    const one = ['-n', '1', '-x', 'GENTLE_WIDE=0', process.execPath, program]
    const mixed = await runRanks(2, [program, ':', ...one])
    const [digest, ...others] = digestsIn((await runRanks(1, [program], narrow)).output)
    expect(others).toEqual([])
    expect(digestsIn(mixed.output), mixed.notes).toEqual([digest, digest, digest])
    expect(mixed.output.match(/^vectors of .*$/gm)?.map((line) => line.slice(0, 19))).toEqual(
      Array(3).fill('vectors of 128 bits'),
    )
  })

  it('end all where one throws', async () => {
    const { code, output, seconds } = await runRanks(3, [program], { RANK_TEST: 'throw' })
    expect(code).toBe(3)
    expect(output).toMatch(/^rank 2: no more$/m)
    expect(seconds).toBeLessThan(60)
  })

  it('say what is missing, and that they do not see each other', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gentle-mpi-'))
    writeFileSync(join(folder, 'libmpi.so.40'), 'no library')
    const launched = { ...process.env, OMPI_COMM_WORLD_SIZE: '2' }
    const run = (env: NodeJS.ProcessEnv): string =>
      spawnSync(process.execPath, [program], { encoding: 'utf8', env }).stderr
    expect(run({ ...launched, LD_LIBRARY_PATH: folder })).toMatch(
      /mpirun started 2 processes, but Open MPI's library libmpi.so.40 was not found; install it \(Debian: apt-get install openmpi-bin/,
    )
    expect(run(launched)).toMatch(/mpirun started 2 processes, but Open MPI in this one sees 1;/)
    rmSync(folder, { recursive: true })
  })
})
