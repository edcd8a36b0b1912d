/**
 * How colourful a picture is, and which colours. In place on [3, height, width] in [0, 1], as torchvision's functional; pictures of 1 channel
 * have no colour and stay as they are.
 */
import { greyAt } from './grey.ts'

/** Multiplies distances from the picture's own grey: grey at 0, the picture itself at 1. */
export function saturation(
  pixels: Float32Array,
  channels: number,
  height: number,
  width: number,
  factor: number,
): void {
  if (channels !== 3) return
  const size = height * width
  for (let i = 0; i < size; i++) {
    const share = (1 - factor) * greyAt(pixels, i, size)
    for (let at = i; at < 3 * size; at += size) {
      const value = factor * pixels[at] + share
      pixels[at] = value < 0 ? 0 : value > 1 ? 1 : value
    }
  }
}

/**
 * Turns the circle of colours by `shift` of a full turn, -0.5 to 0.5: a third takes red to green. Lightness and saturation, of the HSV
 * model (Smith, "Color gamut transform pairs", SIGGRAPH 1978), stay.
 */
export function hue(pixels: Float32Array, channels: number, height: number, width: number, shift: number): void {
  if (channels !== 3) return
  const size = height * width
  for (let i = 0; i < size; i++) {
    const red = pixels[i]
    const green = pixels[size + i]
    const blue = pixels[2 * size + i]
    const max = Math.max(red, green, blue)
    const range = max - Math.min(red, green, blue)
    if (range === 0) continue
    // In sixths of the circle, from red over yellow, green, cyan, blue and magenta; 18 makes it positive.
    const angle =
      max === red ? (green - blue) / range : max === green ? 2 + (blue - red) / range : 4 + (red - green) / range
    const turned = (angle + 6 * shift + 18) % 6
    const sector = Math.floor(turned)
    const part = turned - sector
    const min = max - range
    const falling = max - range * part
    const rising = min + range * part
    pixels[i] = sector === 0 || sector === 5 ? max : sector === 1 ? falling : sector === 4 ? rising : min
    pixels[size + i] = sector === 1 || sector === 2 ? max : sector === 0 ? rising : sector === 3 ? falling : min
    pixels[2 * size + i] = sector === 3 || sector === 4 ? max : sector === 2 ? rising : sector === 5 ? falling : min
  }
}
