/** Grey as torchvision has it: ITU-R BT.601, the red weight rounded to four digits, the others to three. */

/** The grey value of pixel i of a picture of 3 channels of this many pixels. */
export const greyAt = (pixels: Float32Array, i: number, size: number): number =>
  0.2989 * pixels[i] + 0.587 * pixels[size + i] + 0.114 * pixels[2 * size + i]

/** Takes the colour out of a picture and keeps its 3 channels; one of 1 channel stays as it is. In place. */
export function grey(pixels: Float32Array, channels: number, height: number, width: number): void {
  if (channels !== 3) return
  const size = height * width
  for (let i = 0; i < size; i++) {
    const value = greyAt(pixels, i, size)
    pixels[i] = value
    pixels[size + i] = value
    pixels[2 * size + i] = value
  }
}
