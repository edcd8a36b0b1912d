/** Whether a model is right as often as it says. */
import { panel, percentText } from './axes.ts'
import { colourOf, muted } from './colours.ts'
import { heading, legend, stacked } from './stack.ts'
import { line, short } from './svg.ts'

/** Predictions of like confidence, as `calibrationCurve` gives them. */
export interface ReliabilityBin {
  /** Confidences above `from`, up to `to`, 0 to 1. */
  readonly from: number
  readonly to: number
  /** How many there are. */
  readonly count: number
  /** Share of them that is right, 0 to 1; nothing is drawn where there are none. */
  readonly accuracy: number
  /** Their mean confidence, 0 to 1. */
  readonly confidence: number
}

/** Over confident predictions and under them. */
const [right, apart] = [colourOf(0), colourOf(1)]

const shares = { from: 0, to: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: percentText }

/**
 * A reliability diagram (DeGroot and Fienberg, The comparison and evaluation of forecasters, 1983): how often predictions of each confidence are right, and how far
 * that is from what they say; below, how many there are.
 * @param error the expected calibration error, 0 to 1, told in the title
 */
export function plotReliability(bins: readonly ReliabilityBin[], { error }: { readonly error?: number } = {}): string {
  const filled = bins.filter(({ count }) => count > 0)
  const total = filled.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(0, ...filled.map(({ count }) => count / total))
  const rectangle = (x1: number, x2: number, y1: number, y2: number, look: string): string =>
    `<rect x="${short(x1 + 1)}" y="${short(Math.min(y1, y2))}" width="${short(Math.max(1, x2 - x1 - 2))}" height="${short(Math.abs(y2 - y1))}" ${look}/>`
  return stacked([
    heading(
      'Reliability',
      `How often predictions of each confidence are right.${error === undefined ? '' : ` Expected calibration error ${(100 * error).toFixed(2)} %.`}`,
    ),
    panel({ title: 'Share that is right', x: { ...shares, label: 'confidence' }, y: shares, height: 260 }, ({ x, y }) =>
      [
        ...filled.map(({ from, to, accuracy, confidence }) =>
          [
            rectangle(x(from), x(to), y(0), y(accuracy), `fill="${right}"`),
            rectangle(x(from), x(to), y(accuracy), y(confidence), `fill="${apart}" fill-opacity="0.45"`),
          ].join(''),
        ),
        line(x(0), y(0), x(1), y(1), `stroke="${muted}" stroke-width="1.5" stroke-dasharray="5 4"`),
      ].join(''),
    ),
    legend([
      { name: 'right', colour: right, sample: 'area' },
      { name: 'apart from the confidence', colour: apart, sample: 'area' },
      { name: 'as it says', colour: muted, dashed: true },
    ]),
    panel(
      {
        title: 'Share of the predictions',
        x: { ...shares, label: 'confidence' },
        y: { from: 0, to: Math.min(1, Math.ceil(10 * most) / 10 || 1), format: percentText },
        height: 80,
      },
      ({ x, y }) =>
        filled
          .map(({ from, to, count }) => rectangle(x(from), x(to), y(0), y(count / total), `fill="${muted}"`))
          .join(''),
    ),
  ])
}
