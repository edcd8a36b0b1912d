/** Shares that are drawn for mixing. */
import * as portableMath from '../../core/portable-math.ts'
import type { Random } from '../../core/random.ts'

/** A number of the gamma distribution of this shape and scale 1 (Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", 2000). */
function gamma(random: Random, shape: number): number {
  // Below 1 by section 6: a number of shape + 1 times a power of a uniform one.
  if (shape < 1) return gamma(random, shape + 1) * portableMath.pow(1 - random.uniform(), 1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = portableMath.pow(1 + c * x, 3)
    if (v > 0 && portableMath.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * portableMath.log(v))
      return d * v
  }
}

/** A share in [0, 1] of the distribution Beta(alpha, alpha): even for 1, near 0 or 1 for less. */
export function symmetricBeta(random: Random, alpha: number): number {
  const a = gamma(random, alpha)
  const b = gamma(random, alpha)
  return a + b > 0 ? a / (a + b) : Math.round(random.uniform())
}
