/** What the network saw: training pictures as they were changed in the first epochs. */
import type { Dataset } from 'gentle-dl/data'
import { type Html, html } from '../html.ts'
import { pictureRow, remark, type Section } from '../section.ts'
import { picturesOf, thumbnail } from '../thumbnail.ts'

/** Pictures, and epochs of each. */
const [maxPictures, maxEpochs] = [5, 7]

/**
 * @param shown the training pictures as they are
 * @param changed the same as they are learned from, anew in each pass; undefined where nothing changes them
 */
export async function augmentationSection(
  shown: Dataset,
  changed: Dataset | undefined,
  epochs: number,
): Promise<Section> {
  const common = { id: 'augmentation', title: 'What the network saw' }
  const count = Math.min(maxPictures, shown.length)
  // Spread over the set, where files are often ordered by class.
  const indices = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * shown.length) / count))
  const plain = await Promise.all(
    (await picturesOf(shown, indices)).map((picture, i) =>
      thumbnail(picture, { alt: `training example ${indices[i]}`, caption: 'as it is' }),
    ),
  )
  if (changed === undefined)
    return {
      ...common,
      body: html`<p>Some training pictures. No augmentation: the network saw them as they are, in every epoch.</p>${pictureRow(plain)}`,
    }
  const rows: Html[][] = plain.map((picture) => [picture])
  for (let pass = 0; pass < Math.min(maxEpochs, Math.max(1, epochs)); pass++)
    for (const [i, picture] of (await picturesOf(changed, indices, pass)).entries())
      rows[i].push(
        await thumbnail(picture, {
          alt: `training example ${indices[i]} in epoch ${pass + 1}`,
          caption: `epoch ${pass + 1}`,
        }),
      )
  const mixes = changed.target.dtype !== shown.target.dtype
  return {
    ...common,
    body: html`<p>Some training pictures, and what augmentation made of them in the first epochs: what they were learned from.</p>
${rows.map(pictureRow)}
${mixes ? remark('The policy mixes each picture with another of its batch; batches of the training were others than the one shown here.') : undefined}`,
  }
}
