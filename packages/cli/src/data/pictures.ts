/** Examples that are pictures. */
import type { Shape } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { image, resizeImage, toGrey } from 'gentle-dl/vision'
import { braille } from '../terminal/terminal.ts'

/** Whether examples are pictures, grey or of colours. */
export const arePictures = ({ inputShape }: Dataset): boolean =>
  inputShape.length === 3 && (inputShape[0] === 1 || inputShape[0] === 3)

/** Pixels across of what is drawn in a terminal, two a letter: several pictures have room beside each other. */
const maxWidth = 36

/** An example as braille, a large one made smaller. */
export function drawn(pixels: Float32Array, [channels, height, width]: Shape): string[] {
  const grey = toGrey(image(channels, height, width, pixels))
  const scale = Math.min(1, maxWidth / width)
  const size = { height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) }
  const small = scale < 1 ? resizeImage(grey, { ...size, fit: 'stretch' }) : grey
  return braille(small.data, small.height, small.width)
}
