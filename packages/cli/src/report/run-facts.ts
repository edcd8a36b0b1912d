/** What a run folder tells of its training, whatever the task. */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { DataError, type EpochReport, type Evaluation, type RunFolder } from 'gentle-dl'
import type { AnyTaskName } from '../tasks/task-names.ts'
import { describedRun, settingsOf } from '../train/run-folder.ts'
import type { Settings } from '../train/settings.ts'

/** How a training's score is told. */
export interface Score {
  /** Its name in the history. */
  readonly monitor: string
  readonly name: string
  /** Whether it is a share, 0 to 1, and told in percent. */
  readonly isShare: boolean
}

export interface RunFacts {
  readonly path: string
  /** The folder's own name. */
  readonly name: string
  readonly task: AnyTaskName
  readonly settings: Settings & { readonly model: string; readonly data: string }
  /** run.json. */
  readonly description: Readonly<Record<string, unknown>>
  /** The epochs that ended. */
  readonly history: readonly EpochReport[]
  /** summary.json of a training that came to its end; undefined before. */
  readonly summary?: Summary
}

/** What summary.json tells; a task of one's own may leave out a part. */
export interface Summary {
  readonly bestEpoch: number
  readonly parameters: number
  readonly seconds: number
  readonly examplesPerSecond: number
  readonly train?: Evaluation
  readonly validation?: Evaluation
  readonly test?: Evaluation
}

/** @throws DataError for a folder whose files are missing or broken. */
export function runFacts(run: RunFolder): RunFacts {
  const description = describedRun(run)
  const { model, data, task = 'classify', ...settings } = settingsOf(run)
  if (model === undefined || data === undefined)
    throw new DataError(`${run.file('run.json')} names no ${model === undefined ? 'model' : 'data'}`)
  const history = run.hasState() ? run.loadState().history : []
  const summary = summaryOf(run, settings.epochs)
  return {
    path: run.path,
    name: basename(resolve(run.path)),
    task,
    settings: { model, data, task, ...settings },
    description,
    history,
    ...(summary === undefined ? {} : { summary }),
  }
}

/** summary.json, unless it is of a shorter training that goes on. */
function summaryOf(run: RunFolder, epochs: number | undefined): Summary | undefined {
  if (!existsSync(run.file('summary.json'))) return undefined
  const summary = run.readJson('summary.json')
  return summary.epochs === epochs ? (summary as unknown as Summary) : undefined
}

/** How its score is told, by run.json; undefined where that is older. */
export function recordedScore({ description }: RunFacts): Score | undefined {
  const { monitor, name, isShare } = (description.score ?? {}) as Partial<Score>
  return typeof monitor === 'string' && typeof name === 'string' && typeof isShare === 'boolean'
    ? { monitor, name, isShare }
    : undefined
}

/** The last epoch that was the best so far. */
export const bestOf = ({ history }: RunFacts): EpochReport | undefined => history.findLast(({ best }) => best)
