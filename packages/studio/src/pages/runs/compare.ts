/** Runs beside each other on the page. */
import { bestOfRun, lessIsBetter, type RecordedRun, type RunPart } from 'gentle-dl/inspect'
import type { Line } from '../../parts/line-chart.tsx'

/** Runs that are drawn at a time, at most: as many as there are colours. */
export const mostShown = 8

/** Those that are drawn. */
export const shownOf = (runs: readonly RecordedRun[], hidden: readonly string[]): readonly RecordedRun[] =>
  runs.filter(({ name }) => !hidden.includes(name)).slice(0, mostShown)

/** The run whose best epoch is the best, of those that are measured in the same way as the first; undefined where fewer than two tell of the metric. */
export function winnerOf(runs: readonly RecordedRun[], metric: string): RecordedRun | undefined {
  const sign = lessIsBetter(metric) ? -1 : 1
  const told = runs.flatMap((run) => {
    const best = bestOfRun(run, metric)
    return best === undefined ? [] : [{ run, best }]
  })
  if (told.length < 2 || told.some(({ best }) => best.part !== told[0].best.part)) return undefined
  return told.reduce((a, b) => (sign * b.best.value > sign * a.best.value ? b : a)).run
}

export type Axis = 'epoch' | 'seconds'

/** Curves of runs: what was measured in training is dashed where validation stands beside it. */
export function linesOf(
  runs: readonly RecordedRun[],
  { metric, parts, axis }: { readonly metric: string; readonly parts: 'both' | RunPart; readonly axis: Axis },
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
