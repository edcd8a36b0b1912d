/** The curves of compared runs as a picture. */
import { curveOfRun, metricsOfRuns } from 'gentle-dl/inspect'
import { isShare } from './score.ts'
import type { SeedGroup } from './verdict.ts'

/** SVG: the loss and the score over the epochs, a line for each group of seeds, in a band that holds them. */
export async function comparisonPicture(groups: readonly SeedGroup[]): Promise<string> {
  const { plotComparison } = await import('gentle-dl-plot')
  const runs = groups.flatMap((group) => group.runs)
  const metrics = [...new Set(['loss', ...runs.map(({ metric }) => metric)])].filter((metric) =>
    metricsOfRuns(runs.map(({ run }) => run)).includes(metric),
  )
  const titles = groups.map((group) => {
    const [{ path }] = group.runs
    return group.runs.length === 1 ? path : `${path} and ${group.runs.length - 1} more seeds`
  })
  return plotComparison({
    title: `${groups.length} trainings`,
    names: titles,
    panels: metrics.map((metric) => ({
      title: metric,
      share: isShare((runs.find((each) => each.metric === metric) ?? runs[0]).run, metric),
      curves: groups.map(({ runs: seeds }) =>
        seeds.map(({ run }) => curveOfRun(run, metric).values.map((value, i) => [run.epochs[i], value] as const)),
      ),
    })),
  })
}
