/** The runs below folders, with what the list tells of each. */
import { join } from 'node:path'
import { DataError, lockHolder } from 'gentle-dl'
import { curveOfRun, type RecordedRun, RunError, readRun } from 'gentle-dl/inspect'
import { RunsFolder } from './runs-folder.ts'
import { type Judged, metricOf, type Score, scoreOf } from './score.ts'

/** How a run stands. */
export type RunState = 'finished' | 'training' | 'diverged' | 'stopped'

export interface FoundRun extends Judged {
  /** As it can be given to other commands. */
  readonly path: string
  readonly state: RunState
  readonly task: string
  readonly network: string
  readonly data: string
  /** Undefined where no epoch has ended. */
  readonly score: Score | undefined
  /** The metric over the epochs: of validation, where there is such. */
  readonly curve: readonly number[]
}

export interface FoundRuns {
  readonly runs: readonly FoundRun[]
  /** Folders that cannot be read, a line each. */
  readonly problems: readonly string[]
  /** How many more there are than are told of. */
  readonly more: number
}

/** How a run stands. A training process holds a lock; one that was killed leaves it behind, and it counts for nothing. */
function stateOf(path: string, run: RecordedRun): RunState {
  if (lockHolder(join(path, 'train')) !== undefined) return 'training'
  if (run.finished) return 'finished'
  return run.diverged === undefined ? 'stopped' : 'diverged'
}

function describe(path: string, run: RecordedRun): FoundRun {
  const metric = metricOf(run)
  return {
    path,
    run,
    state: stateOf(path, run),
    task: run.settings.get('task') ?? 'classify',
    network: run.settings.get('model') ?? '',
    data: run.settings.get('data') ?? '',
    metric,
    score: scoreOf(run, metric),
    curve: curveOfRun(run, metric).values,
  }
}

/** All runs below folders, or that are these folders. @throws UsageError for what is no folder; DataError for more folders than are looked into. */
export async function findRuns(folders: readonly string[]): Promise<FoundRuns> {
  const runs = new Map<string, FoundRun>()
  const problems: string[] = []
  let more = 0
  for (const folder of folders) {
    const root = await RunsFolder.open(folder)
    const found = await root.list()
    more += found.more
    for (const { path: below, changed, pictures } of found.runs) {
      const path = join(folder, below)
      const { files, problems: unread } = await root.read(below)
      problems.push(...unread)
      try {
        runs.set(path, describe(path, readRun({ name: path, files, changed, pictures })))
      } catch (error) {
        if (!(error instanceof RunError || error instanceof DataError)) throw error
        problems.push(error.message)
      }
    }
  }
  return { runs: [...runs.values()], problems, more }
}
