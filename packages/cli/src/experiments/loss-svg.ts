/** The picture of `gentle experiment loss`: empirical losses over the number of examples, and the expected loss that they close in on. */
import { muted, page, text } from '../svg.ts'
import type { LossResult, LossRun } from './loss.ts'
import { type Line, legendEntry, lossAxis, panel } from './panel.ts'

const [blue, orange, green, grey] = ['#2563eb', '#d97706', '#15803d', '#1f2933']

const [top, width, height] = [52, 330, 240]

export function lossSvg(results: readonly LossResult[], bestLoss: number): string {
  const line = (colour: string, of: (run: LossRun) => number): Line => ({
    colour,
    points: results.map(({ examples, runs }) => ({ x: examples, values: runs.map(of) })),
  })
  const known: Line = {
    colour: grey,
    dashed: true,
    points: results.map(({ examples }) => ({ x: examples, values: [bestLoss] })),
  }
  const y = lossAxis(2.5 * bestLoss)
  const frame = { top, width, height, xLabel: 'examples', xTicks: [10, 100, 1000, 10_000, 100_000], y }
  const below = top + height + 64
  return page(
    900,
    below + 64,
    [
      panel({ ...frame, left: 60, title: 'loss of the best classifier there is' }, [
        line(blue, ({ best }) => best),
        known,
      ]),
      panel({ ...frame, left: 480, title: 'loss of one that learned from the examples' }, [
        line(green, ({ expected }) => expected),
        line(orange, ({ validation }) => validation),
        line(blue, ({ train }) => train),
        known,
      ]),
      legendEntry(60, below, blue, 'on the examples (learned from)'),
      legendEntry(300, below, orange, 'on as many others'),
      legendEntry(480, below, green, 'expected, computed'),
      legendEntry(660, below, grey, 'the least expected loss', true),
      text(
        60,
        below + 28,
        'mean over the seeds; the band holds all of them; lines are cut at the frame',
        `fill="${muted}"`,
      ),
    ].join(''),
  )
}
