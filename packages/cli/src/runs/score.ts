/** What a run is judged by. */
import { bestOfRun, metricsOfRuns, type RecordedRun, type RunPart } from 'gentle-dl/inspect'
import { figure, lossText, percent } from '../terminal/terminal.ts'

/** A run, and the metric that it is judged by. */
export interface Judged {
  readonly run: RecordedRun
  readonly metric: string
}

export interface Score {
  readonly metric: string
  readonly value: number
  /** Where it was measured. */
  readonly part: RunPart | 'test'
  /** The epoch whose weights it is of. */
  readonly epoch: number
}

/** The metric by which its best epoch is chosen: the one that run.json tells, of an older run the option by its name, else the first beside the loss. */
export function metricOf(run: RecordedRun): string {
  const named = metricsOfRuns([run])
  const measured = named.filter((metric) => bestOfRun(run, metric) !== undefined)
  const told = measured.length > 0 ? measured : named
  const monitored = run.score?.monitor ?? run.settings.get('monitor')
  if (monitored !== undefined && told.includes(monitored)) return monitored
  return told.find((metric) => metric !== 'loss') ?? 'loss'
}

/** Its score of the test set where it was tested, else that of its best epoch; undefined where no epoch has ended. */
export function scoreOf(run: RecordedRun, metric = metricOf(run)): Score | undefined {
  const best = bestOfRun(run, metric)
  if (best === undefined) return undefined
  const { epoch, part, value } = best
  const tested = run.test.get(metric)
  return tested === undefined ? { metric, value, part, epoch } : { metric, value: tested, part: 'test', epoch }
}

/** Whether a run's metric is a share, 0 to 1: of its score by run.json, of others by the name. */
export const isShare = ({ score }: RecordedRun, metric: string): boolean =>
  metric === score?.monitor ? score.isShare : /accuracy|iou|^m?ap|f1|auc|precision|recall|localized|rate$/i.test(metric)

/** A value of what a run is judged by, as short as it can be told from others. */
export const valueText = ({ run, metric }: Judged, value: number): string =>
  metric === 'loss' ? lossText(value) : isShare(run, metric) ? percent(value) : figure(value)
