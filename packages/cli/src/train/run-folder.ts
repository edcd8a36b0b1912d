/** The folder of a training as it is named on the command line, and what is in its run.json. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DataError, RunFolder } from 'gentle-dl'
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

/**
 * A new folder: `path`, or runs/<task>/<name> with -2, -3, ... where taken.
 * @throws UsageError where it cannot be written.
 */
export function createRun(task: AnyTaskName, name: string, path?: string): RunFolder {
  let chosen = path ?? join('runs', task, name)
  for (let n = 2; path === undefined && existsSync(chosen); n++) chosen = join('runs', task, `${name}-${n}`)
  if (path !== undefined && existsSync(join(path, 'run.json')))
    throw new UsageError(
      `--run-dir ${path} already contains a run; give another folder, or continue the run: ${commandLine('train', '--resume', path)}`,
    )
  try {
    return RunFolder.create(chosen)
  } catch (error) {
    if (error instanceof DataError) throw new UsageError(`${error.message}; give another with --run-dir`)
    throw error
  }
}

/** The settings of a run. @throws UsageError for a run.json that is broken; DataError for one that cannot be read. */
export const settingsOf = (run: RunFolder): Settings =>
  settingsOfFile(run.readJson('run.json').settings, run.file('run.json'))
