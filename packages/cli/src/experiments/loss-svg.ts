/** The picture of `gentle experiment loss`: empirical losses over the number of examples, the expected loss that they close in on, and how fast. */
import {
  colourOf,
  heading,
  ink,
  type Line,
  legend,
  linePanel,
  lossAxis,
  notes,
  powersAxis,
  stacked,
} from 'gentle-dl-plot'
import { type Errors, errorsOf, type LossResult, type LossRun } from './loss-results.ts'

const [blue, orange, green, plum] = [0, 1, 2, 3].map(colourOf)

export function lossSvg(results: readonly LossResult[], bestLoss: number): string {
  const over = (of: (result: LossResult) => readonly number[]): Line['points'] =>
    results.map((result) => ({ x: result.examples, values: of(result) }))
  const line = (colour: string, of: (run: LossRun) => number): Line => ({
    colour,
    points: over(({ runs }) => runs.map(of)),
  })
  const known: Line = { colour: ink, dashed: true, points: over(() => [bestLoss]) }
  const error = (colour: string, of: keyof Errors, dashed = false): Line => ({
    colour,
    dashed,
    points: over((result) => [errorsOf(result)[of]]),
  })
  const theory = results.map(errorsOf).flatMap((errors) => [errors.samplingInTheory, errors.optimismInTheory])
  const y = lossAxis(2.5 * bestLoss)
  const x = { label: 'examples', scale: 'logarithmic' } as const
  const minimum = { name: 'minimum expected loss', colour: ink, dashed: true }
  return stacked([
    heading('Empirical loss and expected loss'),
    linePanel({ x, y, title: 'Loss of the best possible classifier' }, [line(blue, ({ best }) => best), known]),
    legend([{ name: 'on the examples', colour: blue }, minimum]),
    linePanel({ x, y, title: 'Loss of a classifier trained on the examples' }, [
      line(green, ({ expected }) => expected),
      line(orange, ({ validation }) => validation),
      line(blue, ({ train }) => train),
      known,
    ]),
    legend([
      { name: 'on the training examples', colour: blue },
      { name: 'on as many new examples', colour: orange },
      { name: 'expected, computed', colour: green },
      minimum,
    ]),
    linePanel({ x, y: powersAxis(theory), title: 'Differences from the expected loss', height: 220 }, [
      error(blue, 'sampling'),
      error(plum, 'gained'),
      error(green, 'lost'),
      error(blue, 'samplingInTheory', true),
      error(ink, 'optimismInTheory', true),
    ]),
    legend([
      { name: 'loss of the best classifier', colour: blue },
      { name: 'σ / √n', colour: blue, dashed: true },
      { name: 'gained by learning', colour: plum },
      { name: 'lost in expectation', colour: green },
      { name: '3 / 2n', colour: ink, dashed: true },
    ]),
    notes(['Mean over seeds; the band shows the range. Lines are cut off at the frame.']),
  ])
}
