/** A training's history as a table for other programs. */
import type { EpochReport } from './reports.ts'

const parts = { train: 'train', validation: 'validation', plainValidation: 'plain_validation' } as const

/** A row an epoch, as CSV: loss and metrics of training and validation by their names, with a moving average of the weights also of the plain ones. */
export function historyCsv(history: readonly EpochReport[]): string {
  const namesOf = (part: keyof typeof parts): string[] => [
    ...new Set([
      ...(part === 'plainValidation' ? [] : ['loss']),
      ...history.flatMap((report) => Object.keys(report[part] ?? {})),
    ]),
  ]
  const columns = (['train', 'validation', 'plainValidation'] as const).flatMap((part) =>
    namesOf(part).map((name) => ({ part, name })),
  )
  const header = ['epoch', ...columns.map(({ part, name }) => `${parts[part]}_${name}`), 'learning_rate']
  const rows = history.map((report) => {
    const { epoch, learningRate, examplesPerSecond, seconds } = report
    const values = columns.map(({ part, name }) => report[part]?.[name] ?? '')
    return [epoch, ...values, learningRate, Math.round(examplesPerSecond), seconds.toFixed(3)]
  })
  return [[...header, 'examples_per_second', 'seconds'], ...rows].map((cells) => `${cells.join(',')}\n`).join('')
}
