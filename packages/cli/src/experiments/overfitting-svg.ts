/** The picture of `gentle experiment overfitting`: loss on training and validation examples over the steps, a panel a number of examples, and what it comes to. */
import {
  accuracyAxis,
  colourOf,
  heading,
  ink,
  type Line,
  legend,
  linePanel,
  lossAxis,
  notes,
  stacked,
} from 'gentle-dl-plot'
import type { Moment, OverfittingResult, OverfittingRun } from './overfitting-results.ts'

const colours: Readonly<Record<string, string>> = {
  none: colourOf(6),
  dropout: colourOf(1),
  'weight decay': colourOf(0),
  augmentation: colourOf(2),
}

const lastAccuracy = ({ moments }: OverfittingRun): number => moments.at(-1)!.validation.accuracy!

const lineOf = ({ remedy, runs }: OverfittingResult, dashed: boolean, of: (moment: Moment) => number): Line => ({
  colour: colours[remedy],
  dashed,
  points: runs[0].moments.map(({ step }, i) => ({ x: step, values: runs.map(({ moments }) => of(moments[i])) })),
})

export function overfittingSvg(results: readonly OverfittingResult[]): string {
  const counts = [...new Set(results.map(({ examples }) => examples))]
  const losses = counts.map((count) => {
    const shown = results.filter(({ examples }) => examples === count)
    const unseen = shown.flatMap(({ runs }) =>
      runs.flatMap(({ moments }) => moments.map(({ validation }) => validation.loss)),
    )
    return linePanel(
      {
        title: `Loss, ${count.toLocaleString('en-US')} examples`,
        x: { label: 'steps', scale: 'logarithmic' },
        y: lossAxis(Math.min(2.5, 1.1 * Math.max(...unseen))),
      },
      shown.flatMap((result) => [
        lineOf(result, true, ({ train }) => train.loss),
        lineOf(result, false, ({ validation }) => validation.loss),
      ]),
    )
  })
  const remedies = [...new Set(results.map(({ remedy }) => remedy))]
  const accuracy = linePanel(
    {
      title: 'Validation accuracy',
      x: { label: 'examples', scale: 'logarithmic', ticks: counts },
      y: accuracyAxis(results.flatMap(({ runs }) => runs.map(lastAccuracy))),
    },
    remedies.map((remedy) => ({
      colour: colours[remedy],
      points: results
        .filter((result) => result.remedy === remedy)
        .map(({ examples, runs }) => ({ x: examples, values: runs.map(lastAccuracy) })),
    })),
  )
  return stacked([
    heading('Overfitting, and how to reduce it'),
    legend([
      ...remedies.map((remedy) => ({
        name: remedy === 'none' ? 'no regularization' : remedy,
        colour: colours[remedy],
      })),
      { name: 'on validation examples', colour: ink },
      { name: 'on training examples', colour: ink, dashed: true },
    ]),
    ...losses,
    accuracy,
    notes(['Mean over seeds; the band shows the range.']),
  ])
}
