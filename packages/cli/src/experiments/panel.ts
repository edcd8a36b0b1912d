/** A panel of lines over a logarithmic axis: the mean over the seeds, in a band that holds all of them. */
import { ticks } from '../scatter.ts'
import { faint, muted, text } from '../svg.ts'
import { meanOf } from './results.ts'

export interface Line {
  readonly colour: string
  readonly dashed?: boolean
  /** The values of all seeds at each place of the horizontal axis, ascending. */
  readonly points: readonly { readonly x: number; readonly values: readonly number[] }[]
}

export interface Panel {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly title: string
  readonly xLabel: string
  readonly xTicks: readonly number[]
  /** Bounds of the vertical axis; lines are cut there. */
  readonly low: number
  readonly high: number
  readonly format: (value: number) => string
}

export function panel(options: Panel, lines: readonly Line[]): string {
  const { left, top, width, height, title, xLabel, xTicks, low, high, format } = options
  const places = lines.flatMap(({ points }) => points.map((point) => Math.log(point.x)))
  const [first, last] = [Math.min(...places), Math.max(...places)]
  const across = (x: number): string => (left + ((Math.log(x) - first) / (last - first || 1)) * width).toFixed(1)
  const up = (value: number): string =>
    (top + height - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * height).toFixed(1)
  const grid = ticks(low, high).map(
    (value) =>
      `<line x1="${left}" x2="${left + width}" y1="${up(value)}" y2="${up(value)}" stroke="${faint}"/>${text(left - 8, Number(up(value)) + 4, format(value), 'text-anchor="end"')}`,
  )
  const below = xTicks
    .filter((x) => Math.log(x) >= first - 1e-9 && Math.log(x) <= last + 1e-9)
    .map((x) => text(Number(across(x)), top + height + 18, x.toLocaleString('en-US'), 'text-anchor="middle"'))
  const drawn = lines.map(({ colour, dashed, points }) => {
    const at = (of: (values: readonly number[]) => number): string[] =>
      points.map(({ x, values }) => `${across(x)},${up(of(values))}`)
    const [most, least] = [at((values) => Math.max(...values)), at((values) => Math.min(...values)).reverse()]
    const dash = dashed ? ' stroke-dasharray="4 3"' : ''
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
