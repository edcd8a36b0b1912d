/** The picture of `gentle experiment overfitting`: loss on training and validation examples over the steps, a panel a number of examples, and what it comes to. */
import { accuracyAxis, type Line, legendEntry, linePanel, lossAxis, muted, page, text } from 'gentle-dl-plot'
import type { Moment, OverfittingResult, OverfittingRun } from './overfitting-results.ts'

const colours: Readonly<Record<string, string>> = {
  none: '#616e7c',
  dropout: '#d97706',
  'weight decay': '#2563eb',
  augmentation: '#15803d',
}

const [top, width, height, gap] = [44, 240, 190, 60]

const leftOf = (place: number): number => 60 + place * (width + gap)

const lastAccuracy = ({ moments }: OverfittingRun): number => moments.at(-1)!.validation.accuracy!

const lineOf = ({ remedy, runs }: OverfittingResult, dashed: boolean, of: (moment: Moment) => number): Line => ({
  colour: colours[remedy],
  dashed,
  points: runs[0].moments.map(({ step }, i) => ({ x: step, values: runs.map(({ moments }) => of(moments[i])) })),
})

export function overfittingSvg(results: readonly OverfittingResult[]): string {
  const counts = [...new Set(results.map(({ examples }) => examples))]
  const xTicks = [10, 100, 1000, 10_000, 100_000]
  const losses = counts.map((count, i) => {
    const shown = results.filter(({ examples }) => examples === count)
    const unseen = shown.flatMap(({ runs }) =>
      runs.flatMap(({ moments }) => moments.map(({ validation }) => validation.loss)),
    )
    return linePanel(
      {
        left: leftOf(i),
        top,
        width,
        height,
        title: `loss, ${count.toLocaleString('en-US')} examples`,
        xLabel: 'steps',
        xTicks,
        y: lossAxis(Math.min(2.5, 1.1 * Math.max(...unseen))),
      },
      shown.flatMap((result) => [
        lineOf(result, true, ({ train }) => train.loss),
        lineOf(result, false, ({ validation }) => validation.loss),
      ]),
    )
  })
  const remedies = [...new Set(results.map(({ remedy }) => remedy))]
  const accuracies = remedies.map((remedy) => ({
    colour: colours[remedy],
    points: results
      .filter((result) => result.remedy === remedy)
      .map(({ examples, runs }) => ({ x: examples, values: runs.map(lastAccuracy) })),
  }))
  const accuracy = linePanel(
    {
      left: leftOf(counts.length),
      top,
      width,
      height,
      title: 'validation accuracy',
      xLabel: 'examples',
      xTicks: counts,
      y: accuracyAxis(results.flatMap(({ runs }) => runs.map(lastAccuracy))),
    },
    accuracies,
  )
  const below = top + height + 64
  const legend = remedies.map((remedy, i) =>
    legendEntry(60 + 130 * i, below, colours[remedy], remedy === 'none' ? 'no remedy' : remedy),
  )
  return page(
    leftOf(counts.length + 1) - gap + 30,
    below + 68,
    [
      ...losses,
      accuracy,
      ...legend,
      legendEntry(60, below + 24, muted, 'loss on validation examples'),
      legendEntry(320, below + 24, muted, 'on the examples learned from', true),
      text(60, below + 48, 'mean over the seeds; the band holds all of them', `fill="${muted}"`),
    ].join(''),
  )
}
