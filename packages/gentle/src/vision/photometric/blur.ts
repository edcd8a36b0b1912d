import * as portableMath from '../../core/portable-math.ts'
import { scratchMemory } from './scratch.ts'

const weightMemory = scratchMemory()
const lineMemory = scratchMemory()

/**
 * Convolves with a Gaussian of this deviation in pixels, cut to `size` x `size` and scaled to sum to 1, one axis after the other. Beyond
 * the edge the picture is mirrored at its outermost pixels, as torchvision's gaussian_blur does. In place on [channels, height, width].
 * @param size odd, from 1
 * @param sigma above 0
 */
export function gaussianBlur(
  pixels: Float32Array,
  channels: number,
  height: number,
  width: number,
  size: number,
  sigma: number,
): void {
  const radius = (size - 1) / 2
  const weights = weightMemory(radius + 1)
  let total = 0
  for (let k = radius; k >= 0; k--) {
    weights[k] = portableMath.exp(-0.5 * portableMath.pow(k / sigma, 2))
    total += k === 0 ? weights[k] : 2 * weights[k]
  }
  for (let k = 0; k <= radius; k++) weights[k] /= total
  for (let row = 0; row < channels * height; row++) blurLine(pixels, row * width, 1, width, weights, radius)
  for (let c = 0; c < channels; c++)
    for (let j = 0; j < width; j++) blurLine(pixels, c * height * width + j, width, height, weights, radius)
}

/** Every `stride`th of the values from `start`. */
function blurLine(
  pixels: Float32Array,
  start: number,
  stride: number,
  length: number,
  weights: Float32Array,
  radius: number,
): void {
  const line = lineMemory(length + 2 * radius)
  for (let i = 0; i < length; i++) line[radius + i] = pixels[start + i * stride]
  for (let i = 1; i <= radius; i++) {
    line[radius - i] = line[radius + mirrored(i, length)]
    line[radius + length - 1 + i] = line[radius + length - 1 - mirrored(i, length)]
  }
  // Four sums at a time, so that none waits for its own last addition.
  let i = 0
  for (; i + 3 < length; i += 4) {
    let [left, right] = [radius + i, radius + i]
    let a = weights[0] * line[left]
    let b = weights[0] * line[left + 1]
    let c = weights[0] * line[left + 2]
    let d = weights[0] * line[left + 3]
    for (let k = 1; k <= radius; k++) {
      const weight = weights[k]
      left--
      right++
      a += weight * (line[left] + line[right])
      b += weight * (line[left + 1] + line[right + 1])
      c += weight * (line[left + 2] + line[right + 2])
      d += weight * (line[left + 3] + line[right + 3])
    }
    const at = start + i * stride
    pixels[at] = a
    pixels[at + stride] = b
    pixels[at + 2 * stride] = c
    pixels[at + 3 * stride] = d
  }
  for (; i < length; i++) {
    let sum = weights[0] * line[radius + i]
    for (let k = 1; k <= radius; k++) sum += weights[k] * (line[radius + i - k] + line[radius + i + k])
    pixels[start + i * stride] = sum
  }
}

/** Where one is after i steps to and fro between the ends of a line. */
function mirrored(i: number, length: number): number {
  if (i < length) return i
  if (length === 1) return 0
  const there = i % (2 * length - 2)
  return there < length ? there : 2 * length - 2 - there
}
