/** How bright pictures are at their edges. */
import type { Shape } from '../core/shape.ts'

/** Brightness at the edges of pictures, 0 for black to 1 for white, and how much it varies from picture to picture. */
export interface Background {
  readonly mean: number
  readonly std: number
}

/** Mean brightness of the outermost pixels of a picture [channels, height, width] in [0, 1]. */
export function edgeBrightness(picture: Float32Array, [channels, height, width]: Shape): number {
  let [sum, count] = [0, 0]
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) {
      const isEdge = y === 0 || y === height - 1
      const step = isEdge ? 1 : Math.max(1, width - 1)
      for (let x = 0; x < width; x += step, count++) sum += picture[(c * height + y) * width + x]
    }
  return sum / count
}

/** A background of one brightness varies less than this; those of photographs vary more. */
const maxStd = 0.15

/** So far apart are dark and light. */
const minDistance = 0.6

/**
 * Whether pictures look like the negatives of those that a model was trained on: those had one background, dark or light, and theirs is about as far from the
 * other end. Digits that are dark on light are read wrongly by a model of light ones on dark.
 * @param brightness at the edges of pictures (`edgeBrightness`)
 */
export const looksInverted = ({ mean, std }: Background, brightness: number): boolean =>
  std < maxStd && Math.abs(brightness - mean) > minDistance && Math.abs(1 - brightness - mean) < 1 - minDistance
