/** `gentle runs`: lists trainings, or sets some beside each other. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lessIsBetter } from 'gentle-dl/inspect'
import { commandLine } from '../terminal/invocation.ts'
import { note, print, terminalWidth } from '../terminal/terminal.ts'
import { exitCodes, UsageError, unknownChoice } from '../terminal/usage.ts'
import { compareRuns } from './compare-runs.ts'
import { type FoundRun, findRuns } from './found-runs.ts'
import { listText } from './list-text.ts'
import { type Line, withSweepsAsLines } from './sweep-lines.ts'

export interface RunsFlags {
  readonly sort?: string
  readonly out?: string
  readonly json?: boolean
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The best first; runs that are judged by other metrics stand apart, those without a score last. */
function byScore(a: FoundRun, b: FoundRun): number {
  if (a.score === undefined || b.score === undefined)
    return Number(a.score === undefined) - Number(b.score === undefined)
  if (a.metric !== b.metric) return byText(a.metric, b.metric)
  return (lessIsBetter(a.metric) ? 1 : -1) * (a.score.value - b.score.value)
}

const orders: Readonly<Record<string, (a: Line, b: Line) => number>> = {
  when: (a, b) => b.run.changed - a.run.changed,
  score: byScore,
  epochs: (a, b) => (b.run.epochs.at(-1) ?? 0) - (a.run.epochs.at(-1) ?? 0),
  path: (a, b) => byText(a.path, b.path),
  network: (a, b) => byText(a.network, b.network),
  data: (a, b) => byText(a.data, b.data),
  state: (a, b) => byText(a.state, b.state),
}

/** What the list can be sorted by. */
export const runOrders = Object.keys(orders)

const isRunFolder = (path: string): boolean => existsSync(join(path, 'metrics.csv'))

/** What a program reads of a run in the list. */
const listed = ({ path, run, state, task, network, data, metric, score, curve }: FoundRun) => ({
  path,
  state,
  task,
  network,
  data,
  metric,
  score: score === undefined ? null : { value: score.value, part: score.part, epoch: score.epoch },
  epochs: run.epochs.at(-1) ?? 0,
  planned: run.planned ?? null,
  seconds: run.seconds.at(-1) ?? 0,
  changed: new Date(run.changed).toISOString(),
  curve,
})

/** Runs the command. Gives the exit code. */
export async function runs(folders: readonly string[], { sort, out, json }: RunsFlags): Promise<number> {
  // However often one is named.
  const named = new Set(folders.map((folder) => join(folder)))
  const compares = folders.length > 1 && folders.every(isRunFolder)
  if (!compares && out !== undefined)
    throw new UsageError('--out draws the curves of runs that are compared; give two run folders or more')
  if (compares && sort !== undefined)
    throw new UsageError(
      '--sort orders a list; these run folders are compared. Give the folder that holds them instead',
    )
  const order = orders[sort ?? 'when']
  if (order === undefined) throw unknownChoice('--sort', sort!, runOrders)
  const places = folders.length === 0 ? ['runs'] : folders
  const { runs: found, problems, more } = await findRuns(places)
  for (const problem of problems) note(problem)
  if (compares) {
    if (found.length < named.size)
      throw new UsageError(`${found.length} of ${named.size} run folders can be read; compare whole ones`)
    return compareRuns(found, { out, json })
  }
  const lines: Line[] = [...(json ? found : withSweepsAsLines(found, places))].sort(order)
  const sweep = lines.find(({ trials }) => trials !== undefined)
  if (json) console.log(JSON.stringify(lines.map(listed), null, 2))
  else if (lines.length === 0) note(`no runs there; train one: ${commandLine('train', 'lenet5')}`)
  else print(listText(lines, terminalWidth(), Date.now()))
  if (sweep !== undefined)
    note(`a sweep is one line, of its best trial on validation; to list its trials: ${commandLine('runs', sweep.path)}`)
  if (more > 0) note(`and ${more} more, which changed longer ago; give a folder nearer to them`)
  return exitCodes.done
}
