/**
 * How a picture's values are spread over its levels. In place on one picture [channels, height, width] in [0, 1], each channel by itself,
 * as torchvision's functional. Where that wants bytes, values are first rounded to multiples of 1/255.
 */

/** The nearest of the 256 levels. */
const byteOf = (value: number): number => Math.min(255, Math.max(0, Math.round(255 * value)))

/** Keeps the upper 1 to 8 of each byte's bits. */
export function posterize(
  pixels: Float32Array,
  _channels: number,
  _height: number,
  _width: number,
  bits: number,
): void {
  const mask = -(1 << (8 - bits))
  for (let i = 0; i < pixels.length; i++) pixels[i] = (byteOf(pixels[i]) & mask) / 255
}

/** Stretches each channel so that its darkest value is 0 and its lightest 1; a channel of one value stays. */
export function autocontrast(pixels: Float32Array, channels: number, height: number, width: number): void {
  const size = height * width
  for (let start = 0; start < channels * size; start += size) {
    let min = pixels[start]
    let max = min
    for (let i = start; i < start + size; i++) {
      const value = pixels[i]
      if (value < min) min = value
      else if (value > max) max = value
    }
    if (min === max) continue
    const scale = 1 / (max - min)
    for (let i = start; i < start + size; i++) pixels[i] = (pixels[i] - min) * scale
  }
}

const histogram = new Uint32Array(256)
const levels = new Float32Array(256)

/** Moves each channel's bytes so that about as many pixels have each level, by PIL's integer rule; too small a picture stays. */
export function equalize(pixels: Float32Array, channels: number, height: number, width: number): void {
  const size = height * width
  for (let start = 0; start < channels * size; start += size) {
    histogram.fill(0)
    let lightest = 0
    for (let i = start; i < start + size; i++) {
      const byte = byteOf(pixels[i])
      histogram[byte]++
      if (byte > lightest) lightest = byte
    }
    const step = Math.floor((size - histogram[lightest]) / 255)
    let below = Math.floor(step / 2)
    for (let byte = 0; byte < 256; byte++) {
      levels[byte] = (step === 0 ? byte : Math.min(255, Math.floor(below / step))) / 255
      below += histogram[byte]
    }
    for (let i = start; i < start + size; i++) pixels[i] = levels[byteOf(pixels[i])]
  }
}
