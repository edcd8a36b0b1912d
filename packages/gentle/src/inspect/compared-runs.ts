/** What recorded runs have in common, and what not. */
import { lessIsBetter } from '../core/less-is-better.ts'
import type { RecordedRun, RunPart, RunSeries } from './recorded-run.ts'

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

/** A metric over the epochs, of validation where that tells of it, else of training; empty where neither does. */
export function curveOfRun(
  { metrics }: RecordedRun,
  metric: string,
): { readonly part: RunPart; readonly values: RunSeries } {
  const { validation = [], train = [] } = metrics.get(metric) ?? {}
  return validation.some(Number.isFinite)
    ? { part: 'validation', values: validation }
    : { part: 'train', values: train }
}

/** The best epoch of a run; undefined where no epoch tells of the metric. */
export function bestOfRun(run: RecordedRun, metric: string): BestOfRun | undefined {
  const { part, values } = curveOfRun(run, metric)
  const sign = lessIsBetter(metric) ? -1 : 1
  let at = -1
  for (const [i, value] of values.entries())
    if (Number.isFinite(value) && (at < 0 || sign * value > sign * values[at])) at = i
  const train = run.metrics.get(metric)?.train[at] ?? Number.NaN
  return at < 0 ? undefined : { value: values[at], epoch: run.epochs[at], part, train }
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
