/** How many are found for how many false alarms, as SVG. */
import { areasBlock, areaText, meanArea } from './areas.ts'
import { panel, percentText } from './axes.ts'
import { colourOf, muted } from './colours.ts'
import { type Block, heading, stacked } from './stack.ts'
import { line, polyline } from './svg.ts'

/** Points of growing rates, 0 to 1, from none to all. */
export interface RocLine {
  readonly name: string
  readonly falsePositiveRate: readonly number[]
  readonly truePositiveRate: readonly number[]
  /** The area below it, 0 to 1. */
  readonly area: number
  /** As CSS writes it; one after the other unless given. */
  readonly colour?: string
}

const shares = { from: 0, to: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: percentText }

/**
 * The receiver operating characteristic of each class against the rest (Fawcett, An introduction to ROC analysis, 2006), as `binaryRocCurve` gives it; the dashed diagonal is
 * what guessing comes to. The legend has the largest areas first, and their mean.
 */
export const plotRoc = (curves: readonly RocLine[]): string => stacked(rocBlocks(curves))

/** Its title, frame and legend. */
export function rocBlocks(curves: readonly RocLine[]): Block[] {
  const entries = curves
    .map((curve, i) => ({ ...curve, colour: curve.colour ?? colourOf(i) }))
    .sort((a, b) => b.area - a.area)
  const frame = panel(
    {
      title: 'Found (true positive rate)',
      x: { ...shares, label: 'false alarms (false positive rate)' },
      y: shares,
      height: 320,
    },
    ({ x, y }) =>
      line(x(0), y(0), x(1), y(1), `stroke="${muted}" stroke-dasharray="4 4"`) +
      entries
        .map(({ falsePositiveRate, truePositiveRate, colour }) =>
          polyline(
            falsePositiveRate.map((rate, i): [number, number] => [x(rate), y(truePositiveRate[i])]),
            `stroke="${colour}" stroke-width="2"`,
          ),
        )
        .reverse()
        .join(''),
  )
  return [
    heading(
      'ROC, each class against the rest',
      entries.length > 1 ? `area below the curve, mean ${areaText(meanArea(entries))}` : 'area below the curve',
    ),
    frame,
    areasBlock(entries),
  ]
}
