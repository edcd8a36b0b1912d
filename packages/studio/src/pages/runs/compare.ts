/** What runs have in common, and what not. */
import type { Line } from '../../parts/line-chart.tsx'
import type { Part, Run } from './run.ts'

/** Runs that are drawn at a time, at most: as many as there are colours. */
export const mostShown = 8

/** Those that are drawn. */
export const shownOf = (runs: readonly Run[], hidden: readonly string[]): readonly Run[] =>
  runs.filter(({ name }) => !hidden.includes(name)).slice(0, mostShown)

/** Names of all metrics, the loss first. */
export const metricsOf = (runs: readonly Run[]): readonly string[] => [
  ...new Set(['loss', ...runs.flatMap(({ metrics }) => [...metrics.keys()])]),
]

/** Whether less of a metric is better, by its name: losses, errors, rates of errors. */
export const lessIsBetter = (metric: string): boolean => /loss|error|perplexity|wrong/i.test(metric)

export interface Best {
  readonly value: number
  readonly epoch: number
  /** Where it was measured: training where there was no validation. */
  readonly part: Part
  /** The same metric of the same epoch in training; NaN where it is not told. */
  readonly train: number
}

/** The best epoch of a run; undefined where no epoch tells of the metric. */
export function bestOf({ metrics, epochs }: Run, metric: string): Best | undefined {
  const found = metrics.get(metric)
  if (found === undefined) return undefined
  const part = found.validation.some(Number.isFinite) ? 'validation' : 'train'
  const sign = lessIsBetter(metric) ? -1 : 1
  let at = -1
  for (const [i, value] of found[part].entries())
    if (Number.isFinite(value) && (at < 0 || sign * value > sign * found[part][at])) at = i
  return at < 0 ? undefined : { value: found[part][at], epoch: epochs[at], part, train: found.train[at] ?? Number.NaN }
}

/** The run whose best epoch is the best, of those that are measured in the same way as the first; undefined where fewer than two tell of the metric. */
export function winnerOf(runs: readonly Run[], metric: string): Run | undefined {
  const sign = lessIsBetter(metric) ? -1 : 1
  const told = runs.flatMap((run) => {
    const best = bestOf(run, metric)
    return best === undefined ? [] : [{ run, best }]
  })
  if (told.length < 2 || told.some(({ best }) => best.part !== told[0].best.part)) return undefined
  return told.reduce((a, b) => (sign * b.best.value > sign * a.best.value ? b : a)).run
}

export interface Row {
  readonly name: string
  /** Of each run; undefined where it does not tell. */
  readonly values: readonly (string | undefined)[]
  readonly differs: boolean
}

/** The settings of runs side by side, in the order in which they are told. */
export function settingsOf(runs: readonly Run[]): readonly Row[] {
  const names = new Set(runs.flatMap(({ settings }) => [...settings.keys()]))
  return [...names].map((name) => {
    const values = runs.map(({ settings }) => settings.get(name))
    return { name, values, differs: new Set(values).size > 1 }
  })
}

export type Axis = 'epoch' | 'seconds'

/** Curves of runs: what was measured in training is dashed where validation stands beside it. */
export function linesOf(
  runs: readonly Run[],
  { metric, parts, axis }: { readonly metric: string; readonly parts: 'both' | Part; readonly axis: Axis },
): readonly Line[] {
  return runs.flatMap((run, colour) => {
    const found = run.metrics.get(metric)
    const x = axis === 'epoch' ? run.epochs : run.seconds
    return (['validation', 'train'] as const)
      .filter((part) => (parts === 'both' || parts === part) && (found?.[part].some(Number.isFinite) ?? false))
      .map((part) => ({
        name: parts === 'both' ? `${run.name}, ${part}` : run.name,
        colour,
        dashed: parts === 'both' && part === 'train',
        points: found![part].flatMap((value, i) =>
          Number.isFinite(value) && i < x.length ? [[x[i], value] as const] : [],
        ),
      }))
  })
}
