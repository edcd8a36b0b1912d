/** Data sets of pictures at another size. */
import { type Shape, sizeOf } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { UsageError } from './usage.ts'

interface Taps {
  readonly low: Int32Array
  readonly high: Int32Array
  /** Share of the higher one, 0 to 1. */
  readonly share: Float32Array
}

/** Between which pixels of an axis each pixel of the new one lies: middles of pixels, edges repeated. */
function tapsOf(from: number, to: number): Taps {
  const places = Float64Array.from({ length: to }, (_, i) =>
    Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5)),
  )
  return {
    low: Int32Array.from(places, Math.floor),
    high: Int32Array.from(places, (place) => Math.min(from - 1, Math.floor(place) + 1)),
    share: Float32Array.from(places, (place) => place % 1),
  }
}

/**
 * The pictures of a data set at size x size, interpolated bilinearly as they are read.
 * @throws UsageError for examples that are no pictures.
 */
export function resized(dataset: Dataset, size: number): Dataset {
  const [channels, rows, columns] = dataset.inputShape
  if (dataset.inputShape.length !== 3)
    throw new UsageError(`--resize is for pictures; the examples of ${dataset.name} are points`)
  if (rows === size && columns === size) return dataset
  const inputShape: Shape = [channels, size, size]
  const [vertical, horizontal] = [tapsOf(rows, size), tapsOf(columns, size)]
  let small = new Float32Array(0)
  return {
    ...dataset,
    inputShape,
    read(indices, inputs, targets) {
      const planes = indices.length * channels
      if (small.length < planes * rows * columns) small = new Float32Array(indices.length * sizeOf(dataset.inputShape))
      dataset.read(indices, small, targets)
      for (let plane = 0, at = 0; plane < planes; plane++) {
        const first = plane * rows * columns
        for (let i = 0; i < size; i++) {
          const [above, below, down] = [
            first + vertical.low[i] * columns,
            first + vertical.high[i] * columns,
            vertical.share[i],
          ]
          for (let j = 0; j < size; j++) {
            const [left, right, across] = [horizontal.low[j], horizontal.high[j], horizontal.share[j]]
            const top = small[above + left] + across * (small[above + right] - small[above + left])
            const bottom = small[below + left] + across * (small[below + right] - small[below + left])
            inputs[at++] = top + down * (bottom - top)
          }
        }
      }
    },
  }
}
