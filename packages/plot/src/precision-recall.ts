/** How precise a detector or a classifier is as it finds more, as SVG. */
import { areasBlock, areaText, meanArea } from './areas.ts'
import { type Axes, panel, percentText } from './axes.ts'
import { colourOf } from './colours.ts'
import { type Block, heading, stacked } from './stack.ts'
import { polyline } from './svg.ts'

/** Points of growing recall; several detections of one class, best first. */
export interface PrecisionRecallLine {
  readonly name: string
  readonly recall: readonly number[]
  readonly precision: readonly number[]
  /**
   * Of a classifier, as `binaryPrecisionRecallCurve` gives it, 0 to 1: the line is drawn as it is then. Unless given, it is that of a detector, with the best precision at
   * each recall or beyond.
   */
  readonly averagePrecision?: number
  /** As CSS writes it; one after the other unless given. */
  readonly colour?: string
}

/** Precisions, each up to a recall. */
interface Staircase {
  readonly steps: readonly { readonly recall: number; readonly precision: number }[]
}

/**
 * A line a class. Of a detector: the best precision at each recall or beyond, which is what average precision is the mean of at the recalls 0, 0.01, … 1 (COCO). The
 * legend has classes of the highest average precision first, and their mean.
 * @param curves recall and precision, 0 to 1, after each detection, best first
 */
export const plotPrecisionRecall = (curves: readonly PrecisionRecallLine[]): string =>
  stacked(precisionRecallBlocks(curves))

/** Its title, frame and legend. */
export function precisionRecallBlocks(curves: readonly PrecisionRecallLine[]): Block[] {
  const entries = curves
    .map((curve, i) => {
      const { name, colour = colourOf(i), averagePrecision } = curve
      const stairs = averagePrecision === undefined ? staircase(curve) : stepsOf(curve)
      return { name, stairs, colour, area: averagePrecision ?? averagePrecisionOf(stairs) }
    })
    .sort((a, b) => b.area - a.area)
  const shares = { from: 0, to: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: percentText }
  const frame = panel({ title: 'Precision', x: { ...shares, label: 'recall' }, y: shares, height: 320 }, (axes) =>
    // The best are drawn last, as their lines are the shortest within the picture.
    entries
      .map(({ stairs, colour }) => polyline(cornersOf(stairs, axes), `stroke="${colour}" stroke-width="2"`))
      .reverse()
      .join(''),
  )
  return [
    heading(
      'Precision at each recall',
      entries.length > 1 ? `average precision, mean ${areaText(meanArea(entries))}` : 'average precision',
    ),
    frame,
    areasBlock(entries),
  ]
}

const stepsOf = ({ recall, precision }: PrecisionRecallLine): Staircase => ({
  steps: recall.map((value, i) => ({ recall: value, precision: precision[i] })),
})

/** The best precision at a recall or beyond, as a falling staircase of few steps. */
function staircase({ recall, precision }: PrecisionRecallLine): Staircase {
  const steps: { recall: number; precision: number }[] = []
  let best = -1
  for (let i = recall.length - 1; i >= 0; i--) {
    if (precision[i] <= best) continue
    best = precision[i]
    if (steps.at(-1)?.recall === recall[i]) steps.pop()
    steps.push({ recall: recall[i], precision: best })
  }
  return { steps: steps.reverse() }
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
