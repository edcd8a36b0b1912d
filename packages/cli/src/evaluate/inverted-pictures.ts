/** Notes of pictures that look like negatives of what a model was trained on, such as digits that are dark on light. */
import type { OpenedModel } from 'gentle-dl'
import { backgroundOf, type Dataset, readPreprocessedImage } from 'gentle-dl/data'
import { edgeBrightness, looksInverted, plainPreprocessing } from 'gentle-dl/vision'
import { note } from '../terminal/terminal.ts'

/** Whether a picture, inverted where that is asked for, looks like the negative of the training pictures. */
export async function isInverted({ model, background }: OpenedModel, file: string, invert: boolean): Promise<boolean> {
  const plain = plainPreprocessing(model.inputShape)
  if (background === undefined || plain === undefined) return false
  // Without the bars that fit a picture of other sides.
  const picture = await readPreprocessedImage(file, { ...plain, fit: 'stretch' }, { invert })
  return looksInverted(background, edgeBrightness(picture, model.inputShape))
}

/** Names the pictures, and what to do. */
export function noteInverted(
  place: string,
  inverted: readonly string[],
  { of, invert }: { readonly of: number; readonly invert: boolean },
): void {
  if (inverted.length === 0) return
  const which =
    inverted.length === 1
      ? `${inverted[0]} looks`
      : `${inverted.length === of ? `all ${of}` : `${inverted.length} of ${of}`} pictures look`
  note(
    `${which} inverted: the background is light where ${place} was trained on a dark one, or the other way round; ${invert ? 'leave out --invert' : '--invert inverts pictures'}`,
  )
}

/** The same of a data set. */
export async function noteInvertedSet(place: string, { background }: OpenedModel, set: Dataset): Promise<void> {
  if (background === undefined) return
  const { mean } = await backgroundOf(set)
  if (looksInverted(background, mean))
    note(
      `the pictures of ${set.name} look inverted: their background is light where ${place} was trained on a dark one, or the other way round; results are of the pictures as they are (predict FILES has --invert)`,
    )
}
