/** `--normalize`: how pictures are prepared, where no file tells. */
import type { OpenedModel, Shape } from 'gentle-dl'
import { imagenetPreprocessing, type Preprocessing, plainPreprocessing } from 'gentle-dl/vision'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

const named = { imagenet: imagenetPreprocessing, none: plainPreprocessing } as const

export const normalizeNames = Object.keys(named) as (keyof typeof named)[]

/** @throws UsageError for an unknown name, and one that does not go with the shape. */
export function preprocessingNamed(name: string, inputShape: Shape): Preprocessing | undefined {
  if (!Object.hasOwn(named, name)) throw unknownChoice('--normalize', name, normalizeNames)
  if (name === 'imagenet' && inputShape[0] !== 3)
    throw new UsageError(`--normalize imagenet is for pictures with 3 channels, but the network takes ${inputShape[0]}`)
  return named[name as keyof typeof named](inputShape)
}

/**
 * How pictures are prepared for a model: as asked, as stored with the weights, or, for one channel, as MNIST's are.
 * @throws UsageError where nobody says how, and for a model that takes no pictures.
 */
export function preprocessingOf(
  place: string,
  { model, preprocessing }: OpenedModel,
  normalize: string | undefined,
): Preprocessing {
  const { inputShape } = model
  const plain = plainPreprocessing(inputShape)
  if (plain === undefined)
    throw new UsageError(`${place} takes examples of shape [${inputShape.join(', ')}]; pictures have 1 or 3 channels`)
  if (normalize !== undefined) return preprocessingNamed(normalize, inputShape) ?? plain
  if (preprocessing !== undefined) return preprocessing
  if (plain.channels === 1) return plain
  throw new UsageError(
    `the weights of ${place} do not say how pictures are normalized; give --normalize imagenet for weights of torchvision, or --normalize none`,
  )
}

/**
 * Boxes and masks follow pictures that are fitted in whole, in [0, 1].
 * @throws UsageError for a model whose weights ask for others.
 */
export function checkPlain(place: string, { model, preprocessing }: OpenedModel): void {
  if (preprocessing === undefined) return
  if (JSON.stringify(preprocessing) !== JSON.stringify(plainPreprocessing(model.inputShape)))
    throw new UsageError(
      `the weights of ${place} need cropped or normalized pictures, but boxes and masks are only supported for whole pictures with values in [0, 1]`,
    )
}
