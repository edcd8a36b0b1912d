/** `--normalize`: how pictures are prepared, where no file tells. */
import type { Shape } from 'gentle-dl'
import { imagenetPreprocessing, type Preprocessing, plainPreprocessing } from 'gentle-dl/vision'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

const named = { imagenet: imagenetPreprocessing, none: plainPreprocessing } as const

export const normalizeNames = Object.keys(named)

/** @throws UsageError for an unknown name, and one that does not go with the shape. */
export function preprocessingNamed(name: string, inputShape: Shape): Preprocessing | undefined {
  if (!Object.hasOwn(named, name)) throw unknownChoice('--normalize', name, normalizeNames)
  if (name === 'imagenet' && inputShape[0] !== 3)
    throw new UsageError(`--normalize imagenet is for pictures of 3 channels; the network takes ${inputShape[0]}`)
  return named[name as keyof typeof named](inputShape)
}
