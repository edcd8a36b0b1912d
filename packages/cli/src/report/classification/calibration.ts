/** Whether a classifier's confidence can be believed. */
import { calibrationCurve } from 'gentle-dl'
import { percent } from '../../terminal/terminal.ts'
import { chart, html } from '../html.ts'
import type { Predictions } from '../predictions.ts'
import { remark, type Section } from '../section.ts'

/** Of fewer examples the bins would be empty. */
const minExamples = 50

export async function calibrationSection({ labels, predicted, confidence }: Predictions): Promise<Section> {
  const common = { id: 'calibration', title: 'Calibration' }
  if (labels.length < minExamples)
    return {
      ...common,
      body: remark(
        `${labels.length} examples are too few to tell whether the model is as often right as it says; ${minExamples} are needed.`,
      ),
    }
  const right = labels.map((label, i) => label === predicted[i])
  const { bins, error, maximumError } = calibrationCurve(confidence, right)
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
  const [sure, isRight] = [mean(confidence), mean(right.map(Number))]
  const tendency =
    Math.abs(sure - isRight) < 0.005
      ? 'On the whole it is as sure as it is right.'
      : sure > isRight
        ? `On the whole it is too sure: ${percent(sure)} confident on average, and right in ${percent(isRight)}.`
        : `On the whole it is too careful: ${percent(sure)} confident on average, and right in ${percent(isRight)}.`
  const { plotReliability } = await import('gentle-dl-plot')
  return {
    ...common,
    body: html`<div class="beside">${chart(plotReliability(bins, { error }))}<div>
<p>Of all predictions that are 80 % sure, 80 % should be right. The expected calibration error (ECE) is how far these are apart on average: <b>${percent(error)}</b>, in ${bins.length} bins; in the worst bin ${percent(maximumError)}.</p>
<p>${tendency}</p></div></div>`,
  }
}
