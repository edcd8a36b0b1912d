/** What the scores of a classifier are worth whatever the threshold. */
import { curvePictures, maxCurves } from '../../pictures/class-curves.ts'
import { chart, html } from '../html.ts'
import type { Predictions } from '../predictions.ts'
import { beside, remark, type Section } from '../section.ts'

/** Of fewer examples a curve has a few steps. */
const minExamples = 20

export async function thresholdCurvesSection({ curves, classes, labels, part }: Predictions): Promise<Section> {
  const common = { id: 'threshold-curves', title: 'At every threshold' }
  if (curves === undefined)
    return {
      ...common,
      body: remark('An earlier version kept no scores of all classes; gentle eval --out FILE.svg draws the curves.'),
    }
  if (curves.length === 0 || labels.length < minExamples)
    return { ...common, body: remark('There are too few examples, or of too few classes, for curves.') }
  const [roc, precisionRecall] = await curvePictures(curves, classes)
  const some =
    classes.length > maxCurves ? ` The ${maxCurves} classes of ${classes.length} with the smallest areas.` : ''
  return {
    ...common,
    body: html`<p>Each class against the rest, of the ${part} examples, whatever the score from which on an example is taken for the class. ROC: how many of the class are found for how many of the others that are taken for it; guessing is the diagonal, with an area of 50 %. Where a class is rare, precision at each recall tells more: how many of those that are taken for it are of it.${some}</p>
${beside(chart(roc), chart(precisionRecall))}`,
  }
}
