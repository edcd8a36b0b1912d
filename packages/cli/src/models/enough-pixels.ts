/** Whether pictures are large enough for a network. */
import { type Layer, parameterShapes, type Shape, ShapeError } from 'gentle-dl'
import { UsageError } from '../terminal/usage.ts'

/** Pictures larger than this are not asked for. */
const largest = 256

/** Whether a network takes examples of a shape. */
function fits(network: Layer, inputShape: Shape): boolean {
  try {
    parameterShapes(network, inputShape)
    return true
  } catch (error) {
    if (error instanceof ShapeError) return false
    throw error
  }
}

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
  parameterShapes(layer, inputShape)
}
