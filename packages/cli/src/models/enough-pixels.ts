/** Whether pictures are large enough for a network. */
import type { Layer, Shape } from 'gentle-dl'
import { UsageError } from '../terminal/usage.ts'
import { checkFits, fits } from './structure.ts'

/** Pictures larger than this are not asked for. */
const largest = 256

/**
 * Lets pass what a network can take.
 * @throws UsageError for pictures that are too small, with the smallest size that would do; ShapeError for what never fits.
 */
export function checkEnoughPixels(name: string, layer: Layer, inputShape: Shape): void {
  const [channels, ...sides] = inputShape
  const side = Math.max(...sides)
  const square = (n: number): Shape => [channels, n, n]
  if (fits(layer, inputShape)) return
  if (inputShape.length === 3 && side < largest && fits(layer, square(largest))) {
    let [small, enough] = [side, largest]
    while (enough - small > 1) {
      const middle = (small + enough) >> 1
      if (fits(layer, square(middle))) enough = middle
      else small = middle
    }
    throw new UsageError(
      `${name} needs pictures of at least ${enough} x ${enough}, not ${sides.join(' x ')}; give a larger size, such as --resize ${enough}`,
    )
  }
  checkFits(layer, inputShape)
}
