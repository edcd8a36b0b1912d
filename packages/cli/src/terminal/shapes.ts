/** Shapes of examples as they are typed: height, width, channels; inside, channels come first. */
import type { Shape } from 'gentle-dl'
import { UsageError } from './usage.ts'

/**
 * `28x28x1` as [channels, height, width]; one channel where none is named.
 * @param usual the usual input of the model: where it is a picture, `224` alone is a square of as many channels, else a number of features
 * @throws UsageError for anything else, and for channels that come first, as in PyTorch.
 */
export function shapeOf(text: string, usual?: Shape): number[] {
  const sizes = text.split('x').map(Number)
  if (![1, 2, 3].includes(sizes.length) || sizes.some((n) => !Number.isInteger(n) || n < 1))
    throw new UsageError(`--input is '${text}'; expected HxWxC, such as 28x28x1, or a number of features`)
  if (sizes.length === 1) return usual?.length === 3 ? [usual[0], sizes[0], sizes[0]] : sizes
  const [height, width, channels = 1] = sizes
  if (height <= 4 && channels > 4)
    throw new UsageError(
      `--input is '${text}', channels first; expected HxWxC, channels last: ${width}x${channels}x${height}`,
    )
  return [channels, height, width]
}

/** `3 x 224 x 224` */
export const shapeText = (shape: Shape): string => shape.join(' x ')
