/** The picture of `gentle experiment shift`: accuracy over the distance, to the left and over all directions. */
import { muted, page, text } from '../svg.ts'
import { legendEntry, panel, type VerticalAxis } from './panel.ts'
import { distances, type ShiftResult, type ShiftRun } from './shift.ts'

const colours = ['#d97706', '#2563eb', '#15803d', '#9333ea']

const [top, width, height] = [52, 320, 230]

const shares: VerticalAxis = {
  low: 0,
  high: 1,
  ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
  format: (share) => `${Math.round(100 * share)} %`,
  place: (share) => share,
}

export function shiftSvg(results: readonly ShiftResult[]): string {
  const drawn = (left: number, title: string, of: (run: ShiftRun) => readonly number[]): string =>
    panel(
      { left, top, width, height, title, xLabel: 'pixels moved', xScale: 'linear', xTicks: distances, y: shares },
      results.map(({ runs }, i) => ({
        colour: colours[i],
        points: distances.map((x) => ({ x, values: runs.map((run) => of(run)[x]) })),
      })),
    )
  const below = top + height + 64
  return page(
    880,
    below + 40,
    [
      drawn(60, 'test accuracy, moved to the left', ({ left }) => left),
      drawn(460, 'the mean over four directions', ({ everywhere }) => everywhere),
      ...results.map(({ network }, i) => legendEntry(60 + 190 * i, below, colours[i], network)),
      text(60, below + 24, 'mean over the seeds; the band holds all of them', `fill="${muted}"`),
    ].join(''),
  )
}
