/** Rectangles that are wiped out, so that a network cannot lean on one part of what it sees. */
import * as portableMath from '../../core/portable-math.ts'
import type { Random } from '../../core/random.ts'
import type { Box } from '../boxes.ts'
import { beginning, fillUniform } from './noise.ts'

/**
 * Fills a box of whole pixels within the picture with a value, or with noise evenly spread over [0, 1) from a stream of random numbers, as Zhong et
 * al. do. In place on [channels, height, width].
 */
export function eraseRectangle(
  pixels: Float32Array,
  channels: number,
  height: number,
  width: number,
  { left, top, right, bottom }: Box,
  fill: number | Random,
): void {
  const noise = typeof fill !== 'number'
  const start = noise ? beginning(fill) : 0
  for (let c = 0; c < channels; c++)
    for (let i = top; i < bottom; i++) {
      const row = (c * height + i) * width
      if (noise) fillUniform(pixels, row + left, row + right, 0, 1, start)
      else pixels.fill(fill, row + left, row + right)
    }
}

/**
 * The square of cutout (DeVries and Taylor, 2017): its middle is any pixel, so it may lie partly outside, and is clipped there.
 * @param size pixels along an edge
 */
export function cutoutBox(height: number, width: number, size: number, random: Random): Box {
  const half = Math.floor(size / 2)
  const top = random.integer(height) - half
  const left = random.integer(width) - half
  return {
    left: Math.max(0, left),
    top: Math.max(0, top),
    right: Math.min(width, left + size),
    bottom: Math.min(height, top + size),
  }
}

export interface RandomErasingOptions {
  /** Least and greatest share of the picture's area; 0.02 to 0.33 unless given. */
  readonly area?: readonly [min: number, max: number]
  /** Least and greatest height over width, drawn evenly by its logarithm; 0.3 to 3.3 unless given. */
  readonly aspect?: readonly [min: number, max: number]
}

/** What Zhong et al. erase: 2 to 33 % of the area, 0.3 to 3.3 times as high as wide. */
export const randomErasingDefaults = { area: [0.02, 0.33], aspect: [0.3, 3.3] } as const

/**
 * The rectangle of random erasing (Zhong et al., 2017, algorithm 1): it lies within the picture. Undefined where ten draws gave none that fits,
 * as in torchvision.
 */
export function randomErasingBox(
  height: number,
  width: number,
  random: Random,
  { area = randomErasingDefaults.area, aspect = randomErasingDefaults.aspect }: RandomErasingOptions = {},
): Box | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const pixels = height * width * (area[0] + (area[1] - area[0]) * random.uniform())
    const ratio = aspect[0] * portableMath.pow(aspect[1] / aspect[0], random.uniform())
    const high = Math.round(Math.sqrt(pixels * ratio))
    const wide = Math.round(Math.sqrt(pixels / ratio))
    if (high >= height || wide >= width) continue
    const top = random.integer(height - high + 1)
    const left = random.integer(width - wide + 1)
    return { left, top, right: left + wide, bottom: top + high }
  }
  return undefined
}
