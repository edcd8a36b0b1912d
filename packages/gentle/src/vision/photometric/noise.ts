/**
 * Noise for every pixel. A picture takes one draw of its stream of random numbers; the pixels' own come from a quicker generator that begins there.
 */
import * as portableMath from '../../core/portable-math.ts'
import type { Random } from '../../core/random.ts'

/** Word i of the sequence that begins at `start`, 0 to 2^32 - 1: SplitMix with the finaliser of MurmurHash3 (Steele, Lea and Flood, OOPSLA 2014). */
function wordAt(start: number, i: number): number {
  let word = (start + Math.imul(i, 0x9e3779b9)) | 0
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return (word ^ (word >>> 16)) >>> 0
}

/** Number i of a sequence, in [0, 1). */
const uniformAt = (start: number, i: number): number => wordAt(start, i) / 2 ** 32

/** Fills values[from] to values[to - 1] with numbers evenly spread over [low, high). */
export function fillUniform(
  values: Float32Array,
  from: number,
  to: number,
  low: number,
  high: number,
  start: number,
): void {
  for (let i = from; i < to; i++) values[i] = low + (high - low) * uniformAt(start, i)
}

/** Where a quick sequence begins. */
export const beginning = (random: Random): number => random.integer(2 ** 32)

/** Adds normal noise of this standard deviation to every value by itself, clipped to [0, 1]. In place on [channels, height, width]. */
export function gaussianNoise(
  pixels: Float32Array,
  _channels: number,
  _height: number,
  _width: number,
  std: number,
  random: Random,
): void {
  const start = beginning(random)
  const { length } = pixels
  // Two independent numbers at a time (Box and Muller, 1958).
  for (let i = 0; i < length; i += 2) {
    const radius = std * Math.sqrt(-2 * portableMath.log(1 - uniformAt(start, i)))
    const angle = 2 * Math.PI * uniformAt(start, i + 1)
    const value = pixels[i] + radius * portableMath.cos(angle)
    pixels[i] = value < 0 ? 0 : value > 1 ? 1 : value
    if (i + 1 < length) {
      const next = pixels[i + 1] + radius * portableMath.sin(angle)
      pixels[i + 1] = next < 0 ? 0 : next > 1 ? 1 : next
    }
  }
}
