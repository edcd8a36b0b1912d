/** A panel of lines over an axis: the mean over several trainings, in a band that holds all of them. */
import { faint, muted, text } from './svg.ts'
import { ticks } from './ticks.ts'

export interface Line {
  readonly colour: string
  readonly dashed?: boolean
  /** The values of all trainings at each place of the horizontal axis, ascending. */
  readonly points: readonly { readonly x: number; readonly values: readonly number[] }[]
}

export interface LinePanel {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly title: string
  readonly xLabel: string
  /** Logarithmic unless given. */
  readonly xScale?: 'linear' | 'logarithmic'
  readonly xTicks: readonly number[]
  readonly y: VerticalAxis
}

export interface VerticalAxis {
  /** Lines are cut at these bounds. */
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
  readonly format: (value: number) => string
  /** The height of a value, in any unit. */
  readonly place: (value: number) => number
}

/** Losses, from 0. */
export const lossAxis = (high: number): VerticalAxis => ({
  low: 0,
  high,
  ticks: ticks(0, high),
  format: String,
  place: (value) => value,
})

/** Positive numbers of many sizes, by their powers of ten. */
export function powersAxis(values: readonly number[]): VerticalAxis {
  const [least, most] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))]
  const powers = Array.from({ length: most - least + 1 }, (_, i) => Number(`1e${least + i}`))
  return { low: powers[0], high: powers.at(-1)!, ticks: powers, format: String, place: Math.log }
}

/** Accuracies such that half as many mistakes are always the same distance above. */
export function accuracyAxis(accuracies: readonly number[]): VerticalAxis {
  const [low, high] = [Math.max(0, Math.min(...accuracies) - 0.02), Math.min(0.999, Math.max(...accuracies) + 0.002)]
  return {
    low,
    high,
    ticks: [0.1, 0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995].filter((value) => value >= low && value <= high),
    format: (share) => `${Number((100 * share).toFixed(1))} %`,
    place: (share) => -Math.log(1 - share),
  }
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The mean of each line's values, in a band from the least to the most. */
export function linePanel(options: LinePanel, lines: readonly Line[]): string {
  const { left, top, width, height, title, xLabel, xScale = 'logarithmic', xTicks, y } = options
  const placeOf = xScale === 'linear' ? (x: number): number => x : Math.log
  const places = lines.flatMap(({ points }) => points.map((point) => placeOf(point.x)))
  const [first, last] = [Math.min(...places), Math.max(...places)]
  const across = (x: number): string => (left + ((placeOf(x) - first) / (last - first || 1)) * width).toFixed(1)
  const [bottom, ceiling] = [y.place(y.low), y.place(y.high)]
  const up = (value: number): string => {
    const inside = Math.min(y.high, Math.max(y.low, value))
    return (top + height - ((y.place(inside) - bottom) / (ceiling - bottom)) * height).toFixed(1)
  }
  const grid = y.ticks.map(
    (value) =>
      `<line x1="${left}" x2="${left + width}" y1="${up(value)}" y2="${up(value)}" stroke="${faint}"/>${text(left - 8, Number(up(value)) + 4, y.format(value), 'text-anchor="end"')}`,
  )
  const below = xTicks
    .filter((x) => placeOf(x) >= first - 1e-9 && placeOf(x) <= last + 1e-9)
    .map((x) => text(Number(across(x)), top + height + 18, x.toLocaleString('en-US'), 'text-anchor="middle"'))
  const drawn = lines.map(({ colour, dashed, points }) => {
    const at = (of: (values: readonly number[]) => number): string[] =>
      points.map(({ x, values }) => `${across(x)},${up(of(values))}`)
    const [most, least] = [at((values) => Math.max(...values)), at((values) => Math.min(...values)).reverse()]
    const dash = dashed ? ' stroke-dasharray="4 3"' : ''
    // A line of one point would not be seen.
    if (points.length === 1) {
      const [{ x, values }] = points
      return `<circle cx="${across(x)}" cy="${up(meanOf(values))}" r="3.5" fill="${colour}"/>`
    }
    return `<polygon points="${[...most, ...least].join(' ')}" fill="${colour}" opacity="0.15"/><polyline points="${at(meanOf).join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"${dash}/>`
  })
  return [
    text(left, top - 14, title, 'font-weight="600" font-size="14"'),
    ...grid,
    ...below,
    text(left + width / 2, top + height + 36, xLabel, `text-anchor="middle" fill="${muted}"`),
    ...drawn,
  ].join('')
}

/** A line's sample and its name, at a baseline. */
export const legendEntry = (x: number, y: number, colour: string, name: string, dashed = false): string =>
  `<line x1="${x}" x2="${x + 20}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="3"${dashed ? ' stroke-dasharray="4 3"' : ''}/>${text(x + 26, y, name)}`
