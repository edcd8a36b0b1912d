/** Which classes a model takes for which, with pictures. */
import type { Dataset } from 'gentle-dl/data'
import { percent, thousands } from '../../terminal/terminal.ts'
import { chart, html } from '../html.ts'
import { countsOf, type Predictions } from '../predictions.ts'
import { dataTable, pictureRow, remark, type Section } from '../section.ts'
import { pictureOf, thumbnail } from '../thumbnail.ts'

/** Pairs that are shown, and pictures of each. */
const [maxPairs, maxPictures] = [6, 7]

interface Pair {
  readonly truth: number
  readonly taken: number
  readonly count: number
  /** Of all examples of the true class. */
  readonly share: number
}

/** Pairs of classes of which one is taken for the other, the most frequent first. */
function confusedPairs(predictions: Predictions): Pair[] {
  const counts = countsOf(predictions)
  const n = predictions.classes.length
  const pairs = Array.from(counts, (count, i) => {
    const truth = Math.floor(i / n)
    const all = counts.subarray(truth * n, (truth + 1) * n).reduce((a, b) => a + b, 0)
    return { truth, taken: i % n, count, share: count / all }
  })
  return pairs.filter(({ truth, taken, count }) => truth !== taken && count > 0).sort((a, b) => b.count - a.count)
}

/** @param shown the pictures of the part, in [0, 1]; undefined where examples are not pictures */
export async function confusionSection(predictions: Predictions, shown: Dataset | undefined): Promise<Section> {
  const { classes, part } = predictions
  const { plotConfusionMatrix } = await import('gentle-dl-plot')
  const matrix = plotConfusionMatrix(countsOf(predictions), classes, { title: `Confusion matrix, ${part} examples` })
  const pairs = confusedPairs(predictions)
  const rows = pairs
    .slice(0, 12)
    .map(({ truth, taken, count, share }) => [classes[truth], classes[taken], thousands(count), percent(share)])
  const list =
    rows.length === 0
      ? remark('Every one of these examples is taken for what it is.')
      : html`<h3>Most confused pairs</h3>${dataTable(['true', 'taken for', 'examples', 'of the class'], rows)}`
  return {
    id: 'confusion',
    title: 'What is taken for what',
    body: html`<div class="beside">${chart(matrix)}<div>${list}</div></div>
${shown === undefined ? undefined : await Promise.all(pairs.slice(0, maxPairs).map((pair) => pairPictures(pair, predictions, shown)))}`,
  }
}

/** Pictures of a pair, those first of which the model is the surest. */
async function pairPictures({ truth, taken, count }: Pair, predictions: Predictions, shown: Dataset) {
  const { classes, labels, predicted, confidence, examples } = predictions
  const own = Array.from(labels.keys()).filter((i) => labels[i] === truth && predicted[i] === taken)
  own.sort((a, b) => confidence[b] - confidence[a])
  const pictures = await Promise.all(
    own.slice(0, maxPictures).map(async (i) =>
      thumbnail(await pictureOf(shown, examples[i]), {
        alt: `example ${examples[i]}: ${classes[truth]}, taken for ${classes[taken]}`,
        caption: percent(confidence[i]),
      }),
    ),
  )
  return html`<h3>${classes[truth]} taken for ${classes[taken]}: ${thousands(count)}</h3>${pictureRow(pictures)}`
}
