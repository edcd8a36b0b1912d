/** Starts real ranks, over this machine's own memory and loopback. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const hasMpirun = spawnSync('mpirun', ['--version'], { encoding: 'utf8' }).stdout?.includes('Open MPI') === true

/** For the names of tests that are left out. */
export const unlessThere = hasMpirun ? '' : ' (left out: there is no mpirun of Open MPI)'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

export interface Ended {
  /** Null where a signal ended mpirun. */
  readonly code: number | null
  readonly output: string
  readonly notes: string
  readonly seconds: number
}

export interface Started {
  readonly mpirun: ChildProcess
  readonly ended: Promise<Ended>
  /** The process of a rank. */
  process(rank: number): number
}

/**
 * @param words a program of TypeScript, relative to the repository, and its arguments
 * @param environment of ranks of this machine @param more options of mpirun
 */
export function startRanks(
  ranks: number,
  words: readonly string[],
  environment: Record<string, string> = {},
  more: readonly string[] = ['--oversubscribe'],
): Started {
  const options = ['--allow-run-as-root', '--bind-to', 'none', ...more, '-n', String(ranks)]
  const mpirun = spawn('mpirun', [...options, process.execPath, ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { output: '', notes: '' }
  mpirun.stdout.on('data', (text) => {
    said.output += text
  })
  mpirun.stderr.on('data', (text) => {
    said.notes += text
  })
  const begun = performance.now()
  const ended = new Promise<Ended>((resolve) =>
    mpirun.on('close', (code) => resolve({ code, ...said, seconds: (performance.now() - begun) / 1000 })),
  )
  return {
    mpirun,
    ended,
    process(rank) {
      const { stdout } = spawnSync('pgrep', ['-P', String(mpirun.pid)], { encoding: 'utf8' })
      return Number(stdout.trim().split('\n')[rank])
    },
  }
}

export const runRanks = (...of: Parameters<typeof startRanks>): Promise<Ended> => startRanks(...of).ended
