/** Trials of a sweep as one line of the list. */
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { bestOfRun, lessIsBetter } from 'gentle-dl/inspect'
import type { FoundRun } from './found-runs.ts'

/** A line: a run, or the best trial of a sweep in the sweep's place. */
export interface Line extends FoundRun {
  /** Of a sweep: how many there are. */
  readonly trials?: number
}

/** The folder of the sweep whose trial a run is. */
function sweepOf({ path }: FoundRun): string | undefined {
  const folder = dirname(path)
  return existsSync(join(folder, 'sweep.json')) ? folder : undefined
}

/** The trial that is the best on validation, which chooses it, whatever the test says. */
function bestOf(trials: readonly FoundRun[]): FoundRun {
  const worthOf = ({ run, metric }: FoundRun): number => {
    const value = bestOfRun(run, metric)?.value
    return value === undefined ? Number.NEGATIVE_INFINITY : lessIsBetter(metric) ? -value : value
  }
  return trials.reduce((best, each) => (worthOf(each) > worthOf(best) ? each : best))
}

function lineOf(path: string, trials: readonly FoundRun[]): Line {
  const best = bestOf(trials)
  const state = (['training', 'finished', 'stopped'] as const).find((each) => trials.some((run) => run.state === each))
  const changed = Math.max(...trials.map(({ run }) => run.changed))
  return { ...best, path, state: state ?? best.state, run: { ...best.run, changed }, trials: trials.length }
}

/** The runs, with one line for each sweep, unless one of the folders that were named is the sweep's own or within it: then its trials are what is asked for. */
export function withSweepsAsLines(runs: readonly FoundRun[], folders: readonly string[]): readonly Line[] {
  const isNamed = (sweep: string): boolean => folders.some((folder) => !relative(sweep, folder).startsWith('..'))
  const lines: Line[] = []
  const sweeps = new Map<string, FoundRun[]>()
  for (const run of runs) {
    const sweep = sweepOf(run)
    if (sweep === undefined || isNamed(sweep)) lines.push(run)
    else sweeps.set(sweep, [...(sweeps.get(sweep) ?? []), run])
  }
  return [...lines, ...[...sweeps].map(([path, trials]) => lineOf(path, trials))]
}
