/** The pictures of a run folder, as SVG. */
import type { EpochReport } from 'gentle-dl'
import { ticks } from './scatter.ts'
import { faint, page, text } from './svg.ts'

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

/**
 * Loss and score over the epochs, of training and validation.
 * @param score the metric that is the score; training may not have it
 * @param scoreName what it is called
 */
export function curvesSvg(history: readonly EpochReport[], score = 'accuracy', scoreName = score): string {
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
    return of === 'loss' ? [Math.min(0, low), high + margin] : [low - margin, Math.min(1, high + margin)]
  }
  const legend = `<rect x="60" y="286" width="12" height="3" fill="${trainColour}"/>${text(78, 291, 'training, while it learns')}<rect x="250" y="286" width="12" height="3" fill="${validationColour}"/>${text(268, 291, 'validation')}`
  return page(
    720,
    304,
    panel(60, 'loss', curves('loss'), ...bounds('loss')) +
      panel(410, scoreName, curves(score), ...bounds(score)) +
      legend,
  )
}

/** How often each class was taken for each; rows are the true classes. Mistakes are shaded by their own largest. */
export function confusionSvg(counts: Int32Array, classes: readonly string[]): string {
  const n = classes.length
  const cell = Math.max(14, Math.min(42, Math.floor(560 / n)))
  const [left, top] = [96, 70]
  const mistakes = Math.max(1, ...counts.filter((_, i) => Math.floor(i / n) !== i % n))
  const cells = Array.from({ length: n * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n]
    const share = row === column ? 0 : counts[i] / mistakes
    const fill = row === column ? '#e6f4ea' : `rgba(220, 38, 38, ${(0.85 * share).toFixed(3)})`
    const box = `<rect x="${left + column * cell}" y="${top + row * cell}" width="${cell - 1}" height="${cell - 1}" fill="${fill}"/>`
    const label =
      counts[i] > 0 && cell >= 26
        ? text(
            left + (column + 0.5) * cell,
            top + (row + 0.5) * cell + 4,
            String(counts[i]),
            `text-anchor="middle" ${share > 0.6 ? 'fill="white"' : ''}`,
          )
        : ''
    return box + label
  })
  const rows = classes.map((name, i) => text(left - 8, top + (i + 0.5) * cell + 4, name, 'text-anchor="end"'))
  const columns = classes.map((name, i) => text(left + (i + 0.5) * cell, top - 8, name, 'text-anchor="middle"'))
  const titles = text(
    left,
    26,
    'Test examples: true class (rows) and predicted class (columns)',
    'font-weight="600" font-size="14"',
  )
  return page(
    Math.max(560, left + n * cell + 30),
    top + n * cell + 24,
    titles + cells.join('') + rows.join('') + columns.join(''),
  )
}
