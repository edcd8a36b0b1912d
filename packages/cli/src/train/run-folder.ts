/** The folder of a training as it is named on the command line, and what is in its run.json. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DataError, RunFolder, takeLock } from 'gentle-dl'
import type { AnyTaskName } from '../tasks/task-names.ts'
import { commandLine } from '../terminal/invocation.ts'
import { UsageError } from '../terminal/usage.ts'
import { type Settings, settingsOfFile } from './settings.ts'

/** A folder of a run that exists. @throws UsageError where there is none. */
export function openRun(path: string): RunFolder {
  if (!existsSync(join(path, 'run.json')))
    throw new UsageError(`${path} is not a run folder: it has no run.json; give a folder made by gentle train`)
  return RunFolder.open(path)
}

/** A run that no other process writes. */
export interface LockedRun {
  readonly run: RunFolder
  release(): Promise<void>
}

/** Keeps other processes from a run folder. @throws UsageError while one trains in it. */
export const lockRun = (path: string): Promise<() => Promise<void>> =>
  takeLock(
    join(path, 'train'),
    (holder, lock) =>
      new UsageError(
        `process ${holder} is training in ${path}; wait for it, stop it, or delete ${lock} if there is no such process`,
      ),
  )

/**
 * A new folder: `path`, or runs/<task>/<name> with -2, -3, ... where taken.
 * @throws UsageError where it cannot be written.
 */
export async function createRun(task: AnyTaskName, name: string, path?: string): Promise<LockedRun> {
  for (let n = 1; ; n++) {
    const chosen = path ?? join('runs', task, n === 1 ? name : `${name}-${n}`)
    if (path === undefined && existsSync(chosen)) continue
    if (existsSync(join(chosen, 'run.json')))
      throw new UsageError(
        `--run-dir ${chosen} already contains a run; give another folder, or continue the run: ${commandLine('train', '--resume', chosen)}`,
      )
    const run = folderAt(chosen)
    try {
      return { run, release: await lockRun(chosen) }
    } catch (error) {
      // Another process has just made one of this name.
      if (path !== undefined || !(error instanceof UsageError)) throw error
    }
  }
}

function folderAt(path: string): RunFolder {
  try {
    return RunFolder.create(path)
  } catch (error) {
    if (error instanceof DataError) throw new UsageError(`${error.message}; give another with --run-dir`)
    throw error
  }
}

/** The version of run.json that is written. */
export const runFormat = 1

/** What run.json tells. @throws UsageError for one that a newer Gentle wrote, or that is no object; DataError for one that cannot be read. */
export function describedRun(run: RunFolder): Record<string, unknown> {
  const described = run.readJson('run.json')
  const file = run.file('run.json')
  if (typeof described !== 'object' || described === null || Array.isArray(described))
    throw new UsageError(`${file} is not an object; expected what gentle train wrote`)
  const { format = 0 } = described
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 0)
    throw new UsageError(`the format of ${file} is ${JSON.stringify(format)}; expected a whole number`)
  if (format > runFormat)
    throw new UsageError(
      `${file} is of format ${format}, which a newer Gentle wrote; this one knows formats up to ${runFormat}: update it`,
    )
  return described
}

/** The settings of a run. @throws UsageError for a run.json that is broken; DataError for one that cannot be read. */
export const settingsOf = (run: RunFolder): Settings => settingsOfFile(describedRun(run).settings, run.file('run.json'))
