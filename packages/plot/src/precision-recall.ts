/** How precise a detector is as it finds more, as SVG. */
import { colourOf } from './colours.ts'
import { faint, muted, page, text } from './svg.ts'

/** Points of growing recall; several detections of one class, best first. */
export interface PrecisionRecallLine {
  readonly name: string
  readonly recall: readonly number[]
  readonly precision: readonly number[]
  /** As CSS writes it; one after the other unless given. */
  readonly colour?: string
}

/** The best precision at a recall or beyond, as a falling staircase of few steps. */
interface Staircase {
  readonly name: string
  readonly steps: readonly { readonly recall: number; readonly precision: number }[]
}

const [left, top, side] = [60, 48, 320]

/** Names below each other in a legend. */
const legendRows = 18

const longestName = 18

const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]

/**
 * A line a class: the best precision at each recall or beyond, which is what average precision is the mean of at the recalls 0, 0.01, … 1 (COCO). The
 * legend has classes of the highest average precision first, and their mean.
 * @param curves recall and precision, 0 to 1, after each detection, best first
 */
export function plotPrecisionRecall(curves: readonly PrecisionRecallLine[]): string {
  const entries = curves
    .map((curve, i) => {
      const stairs = staircase(curve)
      return { stairs, colour: curve.colour ?? colourOf(i), averagePrecision: averagePrecisionOf(stairs) }
    })
    .sort((a, b) => b.averagePrecision - a.averagePrecision)
  const mean = entries.reduce((sum, { averagePrecision }) => sum + averagePrecision, 0) / entries.length
  // The best are drawn last, as their lines are the shortest within the picture.
  const lines = entries.map(({ stairs, colour }) => lineOf(stairs, colour)).reverse()
  const names = entries.map(({ stairs: { name } }) =>
    name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name,
  )
  const column = 90 + 7 * Math.max(0, ...names.map((name) => name.length))
  const legend = entries.map(({ colour, averagePrecision }, i) => {
    const x = left + side + 28 + Math.floor(i / legendRows) * column
    const y = top + 26 + (i % legendRows) * 17
    return `<rect x="${x}" y="${y - 6}" width="14" height="4" fill="${colour}"/>${text(x + 20, y, names[i])}${text(x + column - 24, y, averagePrecision.toFixed(3), 'text-anchor="end"')}`
  })
  const columns = Math.ceil(entries.length / legendRows)
  const heading = text(
    left + side + 28,
    top + 4,
    entries.length > 1 ? `average precision, mean ${mean.toFixed(3)}` : 'average precision',
    `fill="${muted}"`,
  )
  return page(
    left + side + 28 + Math.max(200, columns * column),
    top + side + 52,
    [
      text(left, 28, 'Precision at each recall', 'font-weight="600" font-size="14"'),
      grid(),
      ...lines,
      heading,
      ...legend,
    ].join(''),
  )
}

const x = (recall: number): string => (left + recall * side).toFixed(1)
const y = (precision: number): string => (top + (1 - precision) * side).toFixed(1)

function grid(): string {
  const across = ticks.map(
    (value) =>
      `<line x1="${left}" x2="${left + side}" y1="${y(value)}" y2="${y(value)}" stroke="${faint}"/>${text(left - 8, Number(y(value)) + 4, String(value), 'text-anchor="end"')}`,
  )
  const down = ticks.map(
    (value) =>
      `<line x1="${x(value)}" x2="${x(value)}" y1="${top}" y2="${top + side}" stroke="${faint}"/>${text(Number(x(value)), top + side + 18, String(value), 'text-anchor="middle"')}`,
  )
  return [
    ...across,
    ...down,
    text(left + side / 2, top + side + 38, 'recall', `text-anchor="middle" fill="${muted}"`),
    `<g transform="rotate(-90 18 ${top + side / 2})">${text(18, top + side / 2, 'precision', `text-anchor="middle" fill="${muted}"`)}</g>`,
  ].join('')
}

function staircase({ name, recall, precision }: PrecisionRecallLine): Staircase {
  const steps: { recall: number; precision: number }[] = []
  let best = -1
  for (let i = recall.length - 1; i >= 0; i--) {
    if (precision[i] <= best) continue
    best = precision[i]
    if (steps.at(-1)?.recall === recall[i]) steps.pop()
    steps.push({ recall: recall[i], precision: best })
  }
  return { name, steps: steps.reverse() }
}

/** The mean of the precisions at 101 recalls, 0 where a recall is not reached. */
function averagePrecisionOf({ steps }: Staircase): number {
  let sum = 0
  let step = 0
  for (let i = 0; i <= 100; i++) {
    while (step < steps.length && steps[step].recall < i * 0.01) step++
    sum += steps[step]?.precision ?? 0
  }
  return sum / 101
}

/** Level up to each step's recall, then straight down to the next, at the end to 0. */
function lineOf({ steps }: Staircase, colour: string): string {
  const corners = steps.flatMap(({ recall, precision }, i) => [
    `${x(steps[i - 1]?.recall ?? 0)},${y(precision)}`,
    `${x(recall)},${y(precision)}`,
  ])
  const last = steps.at(-1)
  if (last !== undefined && last.recall < 1) corners.push(`${x(last.recall)},${y(0)}`)
  return `<polyline points="${corners.join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`
}
