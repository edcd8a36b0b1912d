import { scratchMemory } from './scratch.ts'

const rows = scratchMemory()

/**
 * Multiplies distances from a slightly blurred picture: blurred at 0, the picture itself at 1, sharpened above. The blur weighs a pixel
 * 5/13 and each of its eight neighbours 1/13; the outermost pixels stay, as in torchvision and PIL. In place on [channels, height, width] in [0, 1].
 */
export function sharpness(pixels: Float32Array, channels: number, height: number, width: number, factor: number): void {
  // The row above and the row itself, as they were.
  const kept = rows(2 * width)
  const share = (1 - factor) / 13
  for (let c = 0; c < channels; c++)
    for (let i = 1; i < height - 1; i++) {
      const row = (c * height + i) * width
      const [above, here] = i % 2 === 1 ? [0, width] : [width, 0]
      for (let j = 0; j < width; j++) {
        if (i === 1) kept[above + j] = pixels[row - width + j]
        kept[here + j] = pixels[row + j]
      }
      for (let j = 1; j < width - 1; j++) {
        const below = row + width + j
        const around =
          kept[above + j - 1] +
          kept[above + j] +
          kept[above + j + 1] +
          kept[here + j - 1] +
          kept[here + j + 1] +
          pixels[below - 1] +
          pixels[below] +
          pixels[below + 1]
        const own = kept[here + j]
        const value = factor * own + share * (around + 5 * own)
        pixels[row + j] = value < 0 ? 0 : value > 1 ? 1 : value
      }
    }
}
