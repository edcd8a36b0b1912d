/** The examples that a model finds the hardest. */
import type { Dataset } from 'gentle-dl/data'
import { percent } from '../../terminal/terminal.ts'
import { html } from '../html.ts'
import type { Predictions } from '../predictions.ts'
import { dataTable, pictureRow, type Section } from '../section.ts'
import { pictureOf, thumbnail } from '../thumbnail.ts'

/** Examples that are shown. */
const maxShown = 16

/** A probability in words; one that rounds to 0 is not told as impossible. */
const probability = (share: number): string => (share > 0 && share < 0.0001 ? '<0.01 %' : percent(share))

/** The examples by the probability of their true class, least first: those with the largest loss. */
const hardest = ({ ofTruth }: Predictions): number[] =>
  Array.from(ofTruth.keys()).sort((a, b) => ofTruth[a] - ofTruth[b] || a - b)

export async function topLossesSection(
  predictions: Predictions,
  shown: Dataset,
  arePictures: boolean,
): Promise<Section> {
  const { classes, labels, predicted, confidence, ofTruth, examples, part } = predictions
  const chosen = hardest(predictions).slice(0, maxShown)
  const nameOf = (i: number): string => shown.nameOf?.(examples[i]) ?? `${part} example ${examples[i]}`
  const text = html`<p>The ${part} examples with the largest loss, that is with the least probability for their true class. Labels that are wrong, pictures that nobody could tell and what is missing in the training data show up here first.</p>`
  const common = { id: 'top-losses', title: 'Top losses' }
  if (!arePictures) {
    const rows = chosen.map((i) => [
      nameOf(i),
      classes[labels[i]],
      probability(ofTruth[i]),
      classes[predicted[i]],
      probability(confidence[i]),
    ])
    return {
      ...common,
      body: html`${text}${dataTable(['example', 'true', 'its probability', 'taken for', 'its probability'], rows)}`,
    }
  }
  const pictures = await Promise.all(
    chosen.map(async (i) => {
      const isRight = labels[i] === predicted[i]
      const caption = isRight
        ? html`<b>${classes[labels[i]]}</b> ${probability(ofTruth[i])}`
        : html`<b>${classes[labels[i]]}</b> ${probability(ofTruth[i])}<br /><span class="wrong-text">${classes[predicted[i]]}</span> ${probability(confidence[i])}`
      return thumbnail(await pictureOf(shown, examples[i]), {
        alt: nameOf(i),
        caption,
        kind: isRight ? 'right' : 'wrong',
      })
    }),
  )
  return {
    ...common,
    body: html`${text}<p class="remark">Below each picture its true class, and in red what it was taken for, with their probabilities.</p>${pictureRow(pictures)}`,
  }
}
