/**
 * Filters made by hand: a kernel slides over a picture, and each window gives the sum of its products.
 *
 * The picture's rows pass through a band as tall as the kernel, padded and in float64. Each row of the result is summed weight by weight over
 * the whole row: neighbouring windows share what they read, and no window asks whether it is at an edge.
 */
import { type FilterOptions, filterWindows } from './filter-window.ts'
import type { Image } from './image.ts'
import type { Kernel } from './kernel.ts'

/** Adds weight x value to each sum; values are `stride` apart. */
function addWeight(sums: Float64Array, band: Float64Array, first: number, stride: number, weight: number): void {
  // `| 0` tells the engine that an index is an integer of 32 bits, so that it need not watch for overflow.
  for (let j = 0, at = first; j < sums.length; j++, at = (at + stride) | 0) sums[j] += weight * band[at]
}

/** Adds three neighbouring weights to sums of windows one apart: each value is read once and used by three windows. */
function addThreeWeights(
  sums: Float64Array,
  band: Float64Array,
  first: number,
  weights: Float64Array,
  tap: number,
): void {
  const [a, b, c] = [weights[tap], weights[tap + 1], weights[tap + 2]]
  let [left, middle] = [band[first], band[first + 1]]
  for (let j = 0, at = first + 2; j < sums.length; j++, at = (at + 1) | 0) {
    const right = band[at]
    sums[j] = sums[j] + a * left + b * middle + c * right
    left = middle
    middle = right
  }
}

/**
 * Filters each channel on its own. Unless the options say otherwise, the result is that of Octave's conv2(picture, kernel): larger than the picture
 * by the kernel less one, zeros beyond the edge, the kernel turned by 180 degrees. With the shape `same` an even kernel has its middle where
 * conv2 has it. Sums are in float64, in the order of the weights as they lie on the window, row by row, and are rounded once to float32: whole numbers times
 * whole numbers are exact up to 2^24.
 * @throws ArgumentError for a kernel or options that are out of range, and for a kernel larger than the picture with the shape `valid`.
 */
export function filter2d(picture: Image, kernel: Kernel, options: FilterOptions = {}): Image {
  const { rows, columns, weights, inside } = filterWindows(picture, kernel, options)
  const { channels, height, width } = picture
  const pitch = (columns.count - 1) * columns.stride + columns.extent
  const places = Int32Array.from({ length: pitch }, (_, i) => inside(i - columns.before, width))
  const band = new Float64Array(rows.extent * pitch)
  const sums = new Float64Array(columns.count)
  const data = new Float32Array(channels * rows.count * columns.count)
  // Of windows one apart whose weights are one apart, three can share what they read.
  const shared = columns.stride === 1 && columns.dilation === 1 ? kernel.columns - (kernel.columns % 3) : 0

  const readRow = (plane: number, row: number): void => {
    const to = (row % rows.extent) * pitch
    const place = inside(row - rows.before, height)
    if (place < 0) return void band.fill(0, to, to + pitch)
    const from = (plane * height + place) * width
    for (let i = 0; i < pitch; i++) band[to + i] = places[i] < 0 ? 0 : picture.data[from + places[i]]
  }

  for (let plane = 0; plane < channels; plane++)
    for (let i = 0, known = 0; i < rows.count; i++) {
      const top = i * rows.stride
      for (known = Math.max(known, top); known < top + rows.extent; known++) readRow(plane, known)
      sums.fill(0)
      for (let r = 0; r < kernel.rows; r++) {
        const row = ((top + r * rows.dilation) % rows.extent) * pitch
        const tap = r * kernel.columns
        for (let c = 0; c < shared; c += 3) addThreeWeights(sums, band, row + c, weights, tap + c)
        for (let c = shared; c < kernel.columns; c++)
          addWeight(sums, band, row + c * columns.dilation, columns.stride, weights[tap + c])
      }
      data.set(sums, (plane * rows.count + i) * columns.count)
    }
  return { channels, height: rows.count, width: columns.count, data }
}
