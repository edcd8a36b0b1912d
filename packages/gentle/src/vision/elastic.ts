import type { Random } from '../core/random.ts'
import { gaussianBlur } from './photometric/blur.ts'
import { beginning, fillUniform } from './photometric/noise.ts'
import type { Displacements } from './warp.ts'

/**
 * Elastic displacements (Simard, Steinkraus and Platt, ICDAR 2003, section 2): every pixel is moved at random, evenly from -1 to 1 in both
 * directions, these moves are smoothed by a Gaussian and multiplied. Away from the edges a displacement has a deviation of about
 * alpha / (sigma √(12 π)) pixels: 1.4 for the paper's alpha of 34 and sigma of 4.
 * @param alpha in pixels, from 0
 * @param sigma deviation of the Gaussian in pixels, above 0; it is cut at 3 sigma
 * @param into [2, height, width], x then y, in pixels; rebuilt unless given
 */
export function elasticField(
  alpha: number,
  sigma: number,
  random: Random,
  height: number,
  width: number,
  into: Displacements = new Float32Array(2 * height * width),
): Displacements {
  fillUniform(into, 0, into.length, -alpha, alpha, beginning(random))
  gaussianBlur(into, 2, height, width, 2 * Math.ceil(3 * sigma) + 1, sigma)
  return into
}
