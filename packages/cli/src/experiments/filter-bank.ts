/** Features made by hand: edges and waves in four directions, as filters of one size. */
import { filterPreset } from 'gentle-dl/vision'

/** Rows and columns of every filter. */
export const filterSize = 7

const wave = { size: filterSize, wavelength: 5, sigma: 2, aspect: 0.7 }

const kernels = [
  filterPreset('sobel-x'),
  filterPreset('sobel-y'),
  ...[0, 45, 90, 135].flatMap((orientation) =>
    // Symmetric ones answer to strokes, the others to their edges.
    [0, 90].map((phase) => filterPreset('gabor', { ...wave, orientation, phase })),
  ),
]

export const filterCount = kernels.length

/**
 * The bank as weights of a convolutional layer, [filterCount, channels, filterSize, filterSize]. Each filter sums to 0, so that even
 * areas give nothing, and has the norm 1, so that no filter is louder than the others; channels take equal parts.
 */
export function filterBank(channels: number): Float32Array {
  const bank = new Float32Array(filterCount * channels * filterSize ** 2)
  for (const [filter, { rows, columns, data: weights }] of kernels.entries()) {
    const data = Array.from(weights)
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length
    const norm = Math.hypot(...data.map((value) => value - mean))
    const [top, left] = [(filterSize - rows) / 2, (filterSize - columns) / 2]
    for (let channel = 0; channel < channels; channel++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          // A layer does not turn its filters over as a convolution does, so they are turned here.
          const place = [filter * channels + channel, top + rows - 1 - row, left + columns - 1 - column]
          const index = place.reduce((at, next) => at * filterSize + next)
          bank[index] = (data[row * columns + column] - mean) / norm / Math.sqrt(channels)
        }
  }
  return bank
}
