/** What a report tells of a regression. */
import type { Model, ModelColumns } from 'gentle-dl'
import type { Splits } from 'gentle-dl/data'
import { type PredictedNumbers, predictedNumbers } from '../evaluate/predicted-numbers.ts'
import { fitPicture, predictionsPicture } from '../pictures/regression-pictures.ts'
import { figure } from '../terminal/terminal.ts'
import { chart, html } from './html.ts'
import type { Reported } from './reported.ts'
import { dataTable, remark, type Section } from './section.ts'

/** Rows that are shown. */
const maxRows = 15

/** R² and the mean absolute error of predictions. */
function scoresOf({ truth, predicted }: PredictedNumbers): { r2: number; meanAbsoluteError: number } {
  const mean = truth.reduce((a, b) => a + b, 0) / truth.length
  const sumOf = (of: (value: number, i: number) => number): number =>
    truth.reduce((sum, value, i) => sum + of(value, i), 0)
  const apart = sumOf((value, i) => (predicted[i] - value) ** 2)
  return {
    r2: 1 - apart / sumOf((value) => (value - mean) ** 2),
    meanAbsoluteError: sumOf((value, i) => Math.abs(predicted[i] - value)) / truth.length,
  }
}

export async function regressionSections(
  { facts, model }: Reported,
  splits: Splits,
  columns: ModelColumns,
): Promise<readonly Section[]> {
  const part = facts.summary === undefined ? 'validation' : 'test'
  const set = splits[part]
  const examples = await predictedNumbers(model as Model, set)
  const { truth, predicted } = examples
  const fit = await fitPicture(model as Model, examples, columns)
  const worst = Array.from(truth.keys())
    .sort((a, b) => Math.abs(predicted[b] - truth[b]) - Math.abs(predicted[a] - truth[a]))
    .slice(0, maxRows)
    .map((i) => [
      set.nameOf?.(i) ?? `example ${i}`,
      figure(truth[i]),
      figure(predicted[i]),
      figure(predicted[i] - truth[i]),
    ])
  return [
    {
      id: 'predictions',
      title: 'Predictions',
      body: html`${remark(`Of the ${part} examples${part === 'test' ? '' : ', with the last weights'}.`)}
<div class="beside">${chart(await predictionsPicture(examples, columns, scoresOf(examples)))}${fit === undefined ? undefined : chart(fit)}</div>`,
    },
    {
      id: 'top-losses',
      title: 'Largest errors',
      body: dataTable(['example', 'true', 'predicted', 'too high by'], worst),
    },
  ]
}
