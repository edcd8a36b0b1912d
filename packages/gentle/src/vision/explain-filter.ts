/** One output pixel of a filter, term by term. */
import { ArgumentError } from '../core/errors.ts'
import { type FilterOptions, filterWindows } from './filter-window.ts'
import type { Image } from './image.ts'
import type { Kernel } from './kernel.ts'

/** What a window holds in one channel; tables are row-major, of the kernel's size. */
export interface ExplainedChannel {
  /** The receptive field: the values under the weights, those beyond the edge as the padding has them. */
  readonly values: Float64Array
  readonly products: Float64Array
  /** In float64, in filter2d's order. */
  readonly sum: number
}

export interface FilterExplanation {
  /** The picture's rows and columns under the weights', counted from 0; those outside the picture are padding. */
  readonly rows: readonly number[]
  readonly columns: readonly number[]
  /** The kernel as it lies on the window: turned by 180 degrees for a convolution. */
  readonly weights: Float64Array
  readonly channels: readonly ExplainedChannel[]
}

/**
 * How filter2d came to one output pixel.
 * @param x the result's column, from 0
 * @param y the result's row, from 0
 * @throws ArgumentError as filter2d, and for a pixel outside the result.
 */
export function explainFilter(
  picture: Image,
  kernel: Kernel,
  x: number,
  y: number,
  options: FilterOptions = {},
): FilterExplanation {
  const windows = filterWindows(picture, kernel, options)
  const { weights, inside } = windows
  const { height, width } = picture
  for (const [what, place, count] of [
    ['x', x, windows.columns.count],
    ['y', y, windows.rows.count],
  ] as const)
    if (!Number.isInteger(place) || place < 0 || place >= count)
      throw new ArgumentError(
        `explainFilter: ${what} is ${place}; expected a whole number from 0 to ${count - 1}, for the result is ${windows.columns.count} wide and ${windows.rows.count} high`,
      )
  const places = (axis: typeof windows.rows, at: number, taps: number): number[] =>
    Array.from({ length: taps }, (_, i) => at * axis.stride - axis.before + i * axis.dilation)
  const rows = places(windows.rows, y, kernel.rows)
  const columns = places(windows.columns, x, kernel.columns)
  const channels = Array.from({ length: picture.channels }, (_, channel) => {
    const values = Float64Array.from({ length: weights.length }, (_, tap) => {
      const row = inside(rows[Math.floor(tap / kernel.columns)], height)
      const column = inside(columns[tap % kernel.columns], width)
      return row < 0 || column < 0 ? 0 : picture.data[(channel * height + row) * width + column]
    })
    const products = values.map((value, tap) => value * weights[tap])
    return { values, products, sum: products.reduce((sum, product) => sum + product, 0) }
  })
  return { rows, columns, weights, channels }
}
