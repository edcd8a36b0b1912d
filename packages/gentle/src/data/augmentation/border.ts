/** The colour around a picture. */
import type { PictureSize } from './drawing.ts'

/** The median of each channel over the pixels of the border: of a plain ground its colour, whatever reaches the border here and there. */
export function borderColour(pixels: Float32Array, { channels, height, width }: PictureSize): Float32Array {
  const border = new Float32Array(2 * width + 2 * height)
  return Float32Array.from({ length: channels }, (_, c) => {
    const start = c * height * width
    const last = start + (height - 1) * width
    border.set(pixels.subarray(start, start + width))
    border.set(pixels.subarray(last, last + width), width)
    for (let row = 0; row < height; row++) {
      border[2 * width + 2 * row] = pixels[start + row * width]
      border[2 * width + 2 * row + 1] = pixels[start + row * width + width - 1]
    }
    return border.sort()[border.length >> 1]
  })
}

/** Adds a colour to all pixels, `times` over. */
export function shiftColours(pixels: Float32Array, colour: Float32Array, times: number): void {
  const each = pixels.length / colour.length
  for (let c = 0; c < colour.length; c++) {
    const by = times * colour[c]
    for (let at = c * each; at < (c + 1) * each; at++) pixels[at] += by
  }
}
