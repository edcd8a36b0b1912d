/** Data sets of pictures at another size. */
import { ArgumentError } from '../core/errors.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import { placementOf, type ResizeOptions, Resizer } from '../vision/resize.ts'
import type { Dataset } from './dataset.ts'

/**
 * The pictures of a data set at another size, made as they are read, as `resizeImage` makes them.
 * @throws ArgumentError for examples that are not pictures, and sizes that are not whole numbers of at least 1.
 */
export function resized(dataset: Dataset, size: ResizeOptions): Dataset {
  const { name, inputShape, length, target, classes, labels, description } = dataset
  if (inputShape.length !== 3)
    throw new ArgumentError(
      `resized: the examples of data set ${name} have shape ${formatShape(inputShape)}; pictures are [channels, height, width]`,
    )
  const [channels, height, width] = inputShape
  if (height === size.height && width === size.width) return dataset
  const newShape: Shape = [channels, size.height, size.width]
  const resizer = new Resizer({ height, width }, placementOf({ height, width }, size))
  const [pixels, newPixels] = [height * width, size.height * size.width]
  let whole = new Float32Array(0)
  return {
    name,
    length,
    inputShape: newShape,
    target,
    classes,
    labels,
    description,
    nameOf: dataset.nameOf?.bind(dataset),
    order: dataset.order?.bind(dataset),
    read(indices, inputs, targets, pass) {
      if (whole.length < indices.length * sizeOf(inputShape))
        whole = new Float32Array(indices.length * sizeOf(inputShape))
      const resize = (): void => {
        for (let i = 0; i < indices.length; i++)
          resizer.planes(channels, whole, i * channels * pixels, inputs, i * channels * newPixels)
      }
      const reading = dataset.read(indices, whole, targets, pass)
      return reading instanceof Promise ? reading.then(resize) : resize()
    },
  }
}
