/** The picture of `gentle experiment loss`: empirical losses over the number of examples, the expected loss that they close in on, and how fast. */
import { type Line, legendEntry, linePanel, lossAxis, muted, page, powersAxis, text } from 'gentle-dl-plot'
import { type Errors, errorsOf, type LossResult, type LossRun } from './loss-results.ts'

const [blue, orange, green, purple, grey] = ['#2563eb', '#d97706', '#15803d', '#9333ea', '#1f2933']

const [top, width, height] = [52, 290, 240]
const lefts = [50, 396, 770]

export function lossSvg(results: readonly LossResult[], bestLoss: number): string {
  const over = (of: (result: LossResult) => readonly number[]): Line['points'] =>
    results.map((result) => ({ x: result.examples, values: of(result) }))
  const line = (colour: string, of: (run: LossRun) => number): Line => ({
    colour,
    points: over(({ runs }) => runs.map(of)),
  })
  const known: Line = { colour: grey, dashed: true, points: over(() => [bestLoss]) }
  const error = (colour: string, of: keyof Errors, dashed = false): Line => ({
    colour,
    dashed,
    points: over((result) => [errorsOf(result)[of]]),
  })
  const theory = results.map(errorsOf).flatMap((errors) => [errors.samplingInTheory, errors.optimismInTheory])
  const y = lossAxis(2.5 * bestLoss)
  const frame = { top, width, height, xLabel: 'examples', xTicks: [10, 100, 1000, 10_000, 100_000] }
  const below = top + height + 64
  return page(
    lefts[2] + width + 50,
    below + 68,
    [
      linePanel({ ...frame, y, left: lefts[0], title: 'loss of the best classifier there is' }, [
        line(blue, ({ best }) => best),
        known,
      ]),
      linePanel({ ...frame, y, left: lefts[1], title: 'loss of one that learned from the examples' }, [
        line(green, ({ expected }) => expected),
        line(orange, ({ validation }) => validation),
        line(blue, ({ train }) => train),
        known,
      ]),
      linePanel({ ...frame, y: powersAxis(theory), left: lefts[2], title: 'how far they are off' }, [
        error(blue, 'sampling'),
        error(purple, 'gained'),
        error(green, 'lost'),
        error(blue, 'samplingInTheory', true),
        error(grey, 'optimismInTheory', true),
      ]),
      legendEntry(lefts[0], below, blue, 'on the examples (learned from)'),
      legendEntry(lefts[0], below + 24, grey, 'the least expected loss', true),
      legendEntry(lefts[1], below, orange, 'on as many others'),
      legendEntry(lefts[1], below + 24, green, 'expected, computed'),
      legendEntry(lefts[2] - 50, below, blue, "the best's loss"),
      legendEntry(lefts[2] + 98, below, blue, 'σ / √n', true),
      legendEntry(lefts[2] - 50, below + 24, purple, 'gained by learning'),
      legendEntry(lefts[2] + 98, below + 24, green, 'lost in expectation'),
      legendEntry(lefts[2] + 256, below + 24, grey, '3 / 2n', true),
      text(
        lefts[0],
        below + 52,
        'mean over the seeds; the band holds all of them; lines are cut at the frame',
        `fill="${muted}"`,
      ),
    ].join(''),
  )
}
