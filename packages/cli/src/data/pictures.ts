/** Examples that are pictures. */
import type { Shape } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { image, toGrey } from 'gentle-dl/vision'
import { braille } from '../terminal/terminal.ts'

/** Whether examples are pictures, grey or of colours. */
export const arePictures = ({ inputShape }: Dataset): boolean =>
  inputShape.length === 3 && (inputShape[0] === 1 || inputShape[0] === 3)

/** An example as braille. */
export function drawn(pixels: Float32Array, [channels, height, width]: Shape): string[] {
  return braille(toGrey(image(channels, height, width, pixels)).data, height, width)
}
