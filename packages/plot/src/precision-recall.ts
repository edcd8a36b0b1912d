/** How precise a detector is as it finds more, as SVG. */
import { type Axes, panel, percentText } from './axes.ts'
import { colourOf } from './colours.ts'
import { type Block, chartWidth, heading, margin, stacked } from './stack.ts'
import { fontSize, line, polyline, text } from './svg.ts'
import { cutText, textWidth } from './text-width.ts'

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
  const shares = { from: 0, to: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: percentText }
  const frame = panel({ title: 'Precision', x: { ...shares, label: 'recall' }, y: shares, height: 320 }, (axes) =>
    // The best are drawn last, as their lines are the shortest within the picture.
    entries
      .map(({ stairs, colour }) => polyline(cornersOf(stairs, axes), `stroke="${colour}" stroke-width="2"`))
      .reverse()
      .join(''),
  )
  return stacked([
    heading(
      'Precision at each recall',
      entries.length > 1 ? `average precision, mean ${figureText(mean)}` : 'average precision',
    ),
    frame,
    averages(entries),
  ])
}

/** `81.25 %`, with the digits that a terminal tells. */
const figureText = (share: number): string => `${(100 * share).toFixed(2)} %`

/** Names with their average precision, best first, in two columns. */
function averages(
  entries: readonly { readonly stairs: Staircase; readonly colour: string; readonly averagePrecision: number }[],
): Block {
  const rows = Math.ceil(entries.length / 2)
  const width = (chartWidth - 2 * margin - 24) / 2
  return {
    height: rows * 18 + 6,
    draw: (top) =>
      entries
        .map(({ stairs: { name }, colour, averagePrecision }, i) => {
          const x = margin + Math.floor(i / rows) * (width + 24)
          const y = top + (i % rows) * 18 + 13
          const figure = figureText(averagePrecision)
          const shown = cutText(name, width - 24 - textWidth(figure, fontSize) - 8, fontSize)
          return (
            line(x, y - 4, x + 18, y - 4, `stroke="${colour}" stroke-width="3"`) +
            text(x + 24, y, shown) +
            text(x + width, y, figure, 'text-anchor="end"')
          )
        })
        .join(''),
  }
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
function cornersOf({ steps }: Staircase, { x, y }: Axes): [number, number][] {
  const corners = steps.flatMap(({ recall, precision }, i): [number, number][] => [
    [x(steps[i - 1]?.recall ?? 0), y(precision)],
    [x(recall), y(precision)],
  ])
  const last = steps.at(-1)
  return last !== undefined && last.recall < 1 ? [...corners, [x(last.recall), y(0)]] : corners
}
