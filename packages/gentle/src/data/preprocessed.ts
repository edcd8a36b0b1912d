/** Data sets of pictures as a network takes them. */
import { ArgumentError } from '../core/errors.ts'
import { formatShape, type Shape, sameShape, sizeOf } from '../core/shape.ts'
import { image } from '../vision/image.ts'
import { normalizePixels, type Preprocessing, preprocessedPlacement, preprocessImage } from '../vision/preprocessing.ts'
import type { Dataset } from './dataset.ts'
import { checkRoom } from './memory.ts'
import { defaultWorkers, isPictureSet, type PictureSet, readingPictures } from './picture-set.ts'
import { changedPictures, workersOf } from './picture-source.ts'

/**
 * The pictures of a data set prepared as a network takes them, so that it is scored on what it is shown in use: those of files from these,
 * whatever size the set was opened at, as `readPreprocessedImage` reads them, others from their values in [0, 1], as `preprocessImage` prepares them.
 * @throws ArgumentError for examples that are not pictures.
 */
export function preprocessed(dataset: Dataset | PictureSet, preprocessing: Preprocessing): Dataset {
  const { name, inputShape, length, target, classes, labels, description } = dataset
  const order = dataset.order?.bind(dataset)
  const [channels, height, width] = inputShape
  if (inputShape.length !== 3 || (channels !== 1 && channels !== 3))
    throw new ArgumentError(
      `preprocessed: the examples of data set ${name} have shape ${formatShape(inputShape)}; pictures are [channels, height, width] of 1 or 3 channels`,
    )
  const shape: Shape = [preprocessing.channels, preprocessing.height, preprocessing.width]
  const size = sizeOf(shape)
  const nameOf = dataset.nameOf?.bind(dataset)
  const common = { name, length, inputShape: shape, target, classes, labels, description, nameOf, order }
  if (isPictureSet(dataset))
    return readingPictures(common, dataset, {
      channels: preprocessing.channels,
      placement: (info) => preprocessedPlacement(preprocessing, info),
      changes: [{ kind: 'normalize', preprocessing }],
      workers: workersOf(dataset) ?? defaultWorkers(length),
    })
  const pixels = sizeOf(inputShape)
  return {
    ...common,
    async read(indices, inputs, targets, pass) {
      checkRoom(name, indices.length, size, inputs.length, 'inputs')
      const whole = new Float32Array(indices.length * pixels)
      await dataset.read(indices, whole, targets, pass)
      for (let i = 0; i < indices.length; i++) {
        const picture = image(channels, height, width, whole.subarray(i * pixels, (i + 1) * pixels))
        inputs.set(preprocessImage(picture, preprocessing), i * size)
      }
    },
  }
}

/**
 * The pictures of a data set in [0, 1], with what is done to their values alone: scaled, less the mean of each channel, over its deviation. For pictures that were
 * prepared `withoutNormalization` and changed at random since.
 * @throws ArgumentError for examples of another shape than the preprocessing gives.
 */
export function normalized(dataset: Dataset, preprocessing: Preprocessing): Dataset {
  const { channels, height, width } = preprocessing
  const { name, inputShape } = dataset
  if (!sameShape(inputShape, [channels, height, width]))
    throw new ArgumentError(
      `normalized: the examples of data set ${name} have shape ${formatShape(inputShape)}; the preprocessing gives [${channels}, ${height}, ${width}]`,
    )
  const size = sizeOf(inputShape)
  const changed = changedPictures(dataset, { kind: 'normalize', preprocessing })
  if (changed !== undefined) return changed
  return {
    ...dataset,
    nameOf: dataset.nameOf?.bind(dataset),
    async read(indices, inputs, targets, pass) {
      await dataset.read(indices, inputs, targets, pass)
      for (let i = 0; i < indices.length; i++) normalizePixels(inputs.subarray(i * size, (i + 1) * size), preprocessing)
    },
  }
}
