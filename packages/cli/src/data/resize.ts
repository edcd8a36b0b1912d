/** Data sets of pictures at another size, fitted in whole, as `predict` fits pictures. */
import { type Dataset, resized as resizedTo } from 'gentle-dl/data'
import { UsageError } from '../terminal/usage.ts'

/**
 * The pictures of a data set at size x size.
 * @throws UsageError for examples that are not pictures.
 */
export function resized(dataset: Dataset, size: number): Dataset {
  if (dataset.inputShape.length !== 3)
    throw new UsageError(`--resize is for pictures; the examples of ${dataset.name} are points`)
  return resizedTo(dataset, { height: size, width: size, fit: 'contain' })
}
