/** Points with names in a plane, whose labels do not cover each other. */
import { faint, ink, muted, page, text } from './svg.ts'
import { ticks } from './ticks.ts'

export interface Mark {
  readonly x: number
  readonly y: number
  readonly label: string
  /** What its area stands for. */
  readonly area: number
}

export interface Axis {
  readonly label: string
  /** 'steps' sets each value that occurs at the same distance from the next. */
  readonly scale: 'linear' | 'logarithmic' | 'steps'
  /** A tick's text. */
  readonly format: (value: number) => string
  /** Least distance of ticks on a linear axis. */
  readonly leastStep?: number
}

export interface ScatterPlot {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly marks: readonly Mark[]
  readonly colour: string
  /** Lines of small print below, such as sources. */
  readonly notes?: readonly string[]
}

interface Scaled {
  readonly place: (value: number) => number
  readonly ticks: readonly number[]
}

/** Places of values between two pixels, with room around the outermost. */
function scaled({ scale, leastStep }: Axis, values: readonly number[], from: number, to: number): Scaled {
  if (scale === 'steps') {
    const steps = [...new Set(values)].sort((a, b) => a - b)
    return { place: (value) => from + ((steps.indexOf(value) + 0.5) / steps.length) * (to - from), ticks: steps }
  }
  const forth = scale === 'linear' ? (value: number) => value : Math.log10
  const [least, most] = [Math.min(...values.map(forth)), Math.max(...values.map(forth))]
  const margin = (most - least || 1) * 0.08
  const [low, high] = [least - margin, most + margin]
  const place = (value: number): number => from + ((forth(value) - low) / (high - low)) * (to - from)
  if (scale === 'linear') return { place, ticks: ticks(low, high, leastStep) }
  const every = Math.max(1, Math.ceil((high - low) / 7))
  const decades = Array.from(
    { length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) },
    (_, i) => Math.ceil(low) + i,
  )
  if (decades.length >= 2)
    return { place, ticks: decades.filter((decade) => decade % every === 0).map((decade) => 10 ** decade) }
  const steps = [-1, 0, 1].flatMap((up) => [1, 2, 5].map((n) => n * 10 ** (Math.floor(low) + up)))
  return { place, ticks: steps.filter((value) => forth(value) >= low && forth(value) <= high) }
}

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top))

/** Where a label may stand beside its point: rows away from it, nearest first, right before left. */
const rows = [0, -1, 1, -2, 2, -3, 3, -4, 4]

/** A plot whose frame has this place and size, in pixels; its title stands above, its axes' texts around. */
export function scatterPanel({ title, x, y, marks, colour }: ScatterPlot, frame: Box): string {
  const across = scaled(
    x,
    marks.map((mark) => mark.x),
    frame.left,
    frame.right,
  )
  const up = scaled(
    y,
    marks.map((mark) => mark.y),
    frame.bottom,
    frame.top,
  )
  const largest = Math.max(...marks.map(({ area }) => area))
  const points = marks.map((mark) => ({
    ...mark,
    x: across.place(mark.x),
    y: up.place(mark.y),
    radius: Math.max(3.5, 20 * Math.sqrt(mark.area / largest)),
  }))
  const taken: Box[] = points.map((point) => {
    const core = Math.min(point.radius, 8)
    return { left: point.x - core, right: point.x + core, top: point.y - core, bottom: point.y + core }
  })
  const labels = [...points]
    .sort((a, b) => a.y - b.y)
    .map((point) => {
      const width = point.label.length * 6.4
      const candidates = rows.flatMap((row) =>
        [point.x + point.radius + 5, point.x - point.radius - 5 - width].map((left) => {
          const middle = point.y + 14 * row
          return { row, left, right: left + width, top: middle - 7, bottom: middle + 7 }
        }),
      )
      const cost = (box: Box): number =>
        taken.reduce((sum, other) => sum + overlap(box, other), 0) +
        10 *
          (Math.max(0, box.right - frame.right - 40) +
            Math.max(0, frame.left - box.left) +
            Math.max(0, box.bottom - frame.bottom) +
            Math.max(0, frame.top - box.top))
      const [best] = [...candidates].sort((a, b) => cost(a) - cost(b))
      taken.push(best)
      const leader =
        best.row === 0
          ? ''
          : `<line x1="${point.x.toFixed(1)}" y1="${point.y.toFixed(1)}" x2="${(best.left > point.x ? best.left - 2 : best.right + 2).toFixed(1)}" y2="${(best.top + 7).toFixed(1)}" stroke="${muted}" stroke-width="0.6"/>`
      return (
        leader +
        text(
          best.left,
          best.bottom - 3,
          point.label,
          `fill="${ink}" stroke="white" stroke-width="3" paint-order="stroke"`,
        )
      )
    })
  const grid = [
    ...up.ticks.map(
      (value) =>
        `<line x1="${frame.left}" x2="${frame.right}" y1="${up.place(value).toFixed(1)}" y2="${up.place(value).toFixed(1)}" stroke="${faint}"/>${text(frame.left - 6, up.place(value) + 4, y.format(value), 'text-anchor="end"')}`,
    ),
    ...across.ticks.map(
      (value) =>
        `<line x1="${across.place(value).toFixed(1)}" x2="${across.place(value).toFixed(1)}" y1="${frame.bottom}" y2="${frame.bottom + 4}" stroke="${muted}"/>${text(across.place(value), frame.bottom + 18, x.format(value), 'text-anchor="middle"')}`,
    ),
    `<line x1="${frame.left}" x2="${frame.right}" y1="${frame.bottom}" y2="${frame.bottom}" stroke="${muted}"/>`,
  ]
  const circles = points.map(
    (point) =>
      `<circle cx="${point.x.toFixed(1)}" cy="${point.y.toFixed(1)}" r="${point.radius.toFixed(1)}" fill="${colour}" fill-opacity="0.22" stroke="${colour}"/><circle cx="${point.x.toFixed(1)}" cy="${point.y.toFixed(1)}" r="2" fill="${colour}"/>`,
  )
  return [
    text(frame.left, frame.top - 26, title, 'font-weight="600" font-size="14"'),
    text(frame.left, frame.top - 9, y.label, `font-size="11" fill="${muted}"`),
    text(
      (frame.left + frame.right) / 2,
      frame.bottom + 36,
      x.label,
      `text-anchor="middle" font-size="11" fill="${muted}"`,
    ),
    ...grid,
    ...circles,
    ...labels,
  ].join('')
}

const [width, height] = [760, 400]
const [left, right, above, below] = [84, 92, 56, 52]

/** Scatter plots below each other, each with its notes; those without marks are left out. */
export function plotScatter(plots: readonly ScatterPlot[]): string {
  let top = 0
  const drawn = plots
    .filter(({ marks }) => marks.length > 0)
    .map((plot) => {
      const frame = { left, right: width - right, top: top + above, bottom: top + height - below }
      const lines = plot.notes ?? []
      const notes = lines.map((line, i) =>
        text(24, top + height + 10 + 13 * i, line, `font-size="9.5" fill="${muted}"`),
      )
      top += height + 13 * lines.length + 16
      return scatterPanel(plot, frame) + notes.join('')
    })
  return page(width, Math.max(top, 1), drawn.join(''))
}
