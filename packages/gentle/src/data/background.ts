/** How bright pictures are at their edges, by which it is seen that others are their negatives. */
import { ArgumentError } from '../core/errors.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import type { Background } from '../vision/background.ts'
import { edgeBrightness } from '../vision/background.ts'
import type { Dataset } from './dataset.ts'

/** Pictures that are looked at: means of more would hardly differ. */
const maxPictures = 128

const isPictures = (shape: Shape): boolean => shape.length === 3 && (shape[0] === 1 || shape[0] === 3)

/**
 * Brightness at the edges of a set's pictures in [0, 1], of up to 128 evenly over the set.
 * @throws ArgumentError for examples that are not pictures.
 */
export async function backgroundOf(dataset: Dataset): Promise<Background> {
  const { name, inputShape, length, target } = dataset
  if (!isPictures(inputShape))
    throw new ArgumentError(
      `backgroundOf: the examples of data set ${name} have shape ${formatShape(inputShape)}; pictures are [channels, height, width] of 1 or 3 channels`,
    )
  const picture = new Float32Array(sizeOf(inputShape))
  const size = sizeOf(target.shape)
  const label = target.dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)
  const count = Math.min(length, maxPictures)
  let [sum, squares] = [0, 0]
  for (let i = 0; i < count; i++) {
    await dataset.read([Math.floor((i * length) / count)], picture, label)
    const brightness = edgeBrightness(picture, inputShape)
    sum += brightness
    squares += brightness * brightness
  }
  const mean = sum / count
  return { mean, std: Math.sqrt(Math.max(0, squares / count - mean * mean)) }
}
