/** metrics.csv: a row an epoch. */
import type { EpochReport } from 'gentle-dl'

/** The whole file: loss and metrics of training and validation by their names. */
export function metricsText(history: readonly EpochReport[]): string {
  const namesOf = (part: 'train' | 'validation'): string[] => [
    ...new Set(['loss', ...history.flatMap((report) => Object.keys(report[part] ?? {}))]),
  ]
  const columns = (['train', 'validation'] as const).flatMap((part) => namesOf(part).map((name) => ({ part, name })))
  const header = ['epoch', ...columns.map(({ part, name }) => `${part}_${name}`), 'learning_rate']
  const rows = history.map((report) => {
    const { epoch, learningRate, examplesPerSecond, seconds } = report
    const values = columns.map(({ part, name }) => report[part]?.[name] ?? '')
    return [epoch, ...values, learningRate, Math.round(examplesPerSecond), seconds.toFixed(3)]
  })
  return [[...header, 'examples_per_second', 'seconds'], ...rows].map((cells) => `${cells.join(',')}\n`).join('')
}

/** Examples a second over all epochs. */
export function meanSpeed(history: readonly EpochReport[]): number {
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0)
  return seconds > 0 ? history.reduce((sum, epoch) => sum + epoch.examplesPerSecond * epoch.seconds, 0) / seconds : 0
}
