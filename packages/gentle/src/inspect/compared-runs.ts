/** What recorded runs have in common, and what not. */
import { lessIsBetter } from '../core/less-is-better.ts'
import type { RecordedRun, RunPart } from './recorded-run.ts'

/** Names of all metrics, the loss first. */
export const metricsOfRuns = (runs: readonly RecordedRun[]): readonly string[] => [
  ...new Set(['loss', ...runs.flatMap(({ metrics }) => [...metrics.keys()])]),
]

export interface BestOfRun {
  readonly value: number
  readonly epoch: number
  /** Where it was measured: training where there was no validation. */
  readonly part: RunPart
  /** The same metric of the same epoch in training; NaN where it is not told. */
  readonly train: number
}

/** The best epoch of a run; undefined where no epoch tells of the metric. */
export function bestOfRun({ metrics, epochs }: RecordedRun, metric: string): BestOfRun | undefined {
  const found = metrics.get(metric)
  if (found === undefined) return undefined
  const part = found.validation.some(Number.isFinite) ? 'validation' : 'train'
  const sign = lessIsBetter(metric) ? -1 : 1
  let at = -1
  for (const [i, value] of found[part].entries())
    if (Number.isFinite(value) && (at < 0 || sign * value > sign * found[part][at])) at = i
  return at < 0 ? undefined : { value: found[part][at], epoch: epochs[at], part, train: found.train[at] ?? Number.NaN }
}

export interface SettingOfRuns {
  readonly name: string
  /** Of each run; undefined where it does not tell. */
  readonly values: readonly (string | undefined)[]
  readonly differs: boolean
}

/** The settings of runs side by side, in the order in which they are told. */
export function settingsOfRuns(runs: readonly RecordedRun[]): readonly SettingOfRuns[] {
  const names = new Set(runs.flatMap(({ settings }) => [...settings.keys()]))
  return [...names].map((name) => {
    const values = runs.map(({ settings }) => settings.get(name))
    return { name, values, differs: new Set(values).size > 1 }
  })
}
