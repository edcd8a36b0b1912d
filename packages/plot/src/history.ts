/** Learning curves: loss and a metric over the epochs. */
import type { EpochReport } from 'gentle-dl'
import { faint, page, text } from './svg.ts'
import { ticks } from './ticks.ts'

const trainColour = '#2563eb'
const validationColour = '#d97706'

interface Curve {
  readonly colour: string
  readonly values: readonly number[]
}

function panel(left: number, title: string, curves: readonly Curve[], low: number, high: number): string {
  const [width, height, top] = [280, 200, 46]
  const count = Math.max(...curves.map(({ values }) => values.length))
  const x = (i: number): number => left + (count === 1 ? width / 2 : (i * width) / (count - 1))
  const y = (value: number): number => top + height - ((value - low) / (high - low || 1)) * height
  const grid = ticks(low, high)
    .map(
      (value) =>
        `<line x1="${left}" x2="${left + width}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="${faint}"/>${text(left - 6, y(value) + 4, String(value), 'text-anchor="end"')}`,
    )
    .join('')
  const lines = curves
    .map(({ colour, values }) => {
      const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`)
      const dots =
        values.length <= 30
          ? points
              .map(
                (point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="2.5" fill="${colour}"/>`,
              )
              .join('')
          : ''
      return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>${dots}`
    })
    .join('')
  const ends =
    text(left, top + height + 18, '1', 'text-anchor="middle"') +
    text(left + width, top + height + 18, String(count), 'text-anchor="middle"')
  return `${text(left, 30, title, 'font-weight="600" font-size="14"')}${grid}${lines}${count > 1 ? ends : ''}${text(left + width / 2, top + height + 18, 'epoch', 'text-anchor="middle"')}`
}

export interface HistoryOptions {
  /** The metric beside the loss, as its name is in the history; training may not have it. 'accuracy' unless given. */
  readonly metric?: string
  /** What it is called; its name unless given. */
  readonly metricLabel?: string
}

/**
 * Loss and a metric over the epochs, of training and validation.
 * @param history the reports of all epochs, as `fit` gives them
 */
export function plotHistory(
  history: readonly Pick<EpochReport, 'train' | 'validation'>[],
  { metric = 'accuracy', metricLabel = metric }: HistoryOptions = {},
): string {
  const curveOf = (part: 'train' | 'validation', of: string): number[] =>
    history.flatMap((report) => report[part]?.[of] ?? [])
  const curves = (of: string): Curve[] =>
    [
      { colour: trainColour, values: curveOf('train', of) },
      { colour: validationColour, values: curveOf('validation', of) },
    ].filter(({ values }) => values.length > 0)
  const bounds = (of: string): [number, number] => {
    const values = curves(of).flatMap((curve) => curve.values)
    const [low, high] = [Math.min(...values), Math.max(...values)]
    const margin = (high - low || Math.abs(high) || 1) * 0.06
    return of === 'loss'
      ? [Math.min(0, low), high + margin]
      : [low - margin, Math.max(high, Math.min(1, high + margin))]
  }
  const legend = `<rect x="60" y="286" width="12" height="3" fill="${trainColour}"/>${text(78, 291, 'training, while it learns')}<rect x="250" y="286" width="12" height="3" fill="${validationColour}"/>${text(268, 291, 'validation')}`
  return page(
    720,
    304,
    panel(60, 'loss', curves('loss'), ...bounds('loss')) +
      panel(410, metricLabel, curves(metric), ...bounds(metric)) +
      legend,
  )
}
