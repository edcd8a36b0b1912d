/**
 * Filters made by hand: a kernel slides over a picture, and each window gives the sum of its products.
 *
 * The picture's rows pass through a band as tall as the kernel, padded and in float64. Each row of the result is summed over the whole row, a run of
 * neighbouring weights at a time: windows one apart share what they read, and no window asks whether it is at an edge.
 */
import { type FilterOptions, filterWindows } from './filter-window.ts'
import type { Image } from './image.ts'
import type { Kernel } from './kernel.ts'

/** Adds a run of weights, from `tap` on, times values to each sum; the first sum's values are from `first` on, the next one's `stride` further. */
type AddRun = (
  sums: Float64Array,
  band: Float64Array,
  first: number,
  weights: Float64Array,
  tap: number,
  stride: number,
) => void

// Below, `| 0` tells the engine that an index is an integer of 32 bits, so that it need not watch for overflow.

const addOne: AddRun = (sums, band, first, weights, tap, stride) => {
  const weight = weights[tap]
  for (let j = 0, at = first; j < sums.length; j++, at = (at + stride) | 0) sums[j] += weight * band[at]
}

/** Each value is read once, and handed on to the windows that follow. */
const addThree: AddRun = (sums, band, first, weights, tap) => {
  const [u, v, w] = [weights[tap], weights[tap + 1], weights[tap + 2]]
  let [a, b] = [band[first], band[first + 1]]
  for (let j = 0, at = first + 2; j < sums.length; j++, at = (at + 1) | 0) {
    const c = band[at]
    sums[j] = sums[j] + u * a + v * b + w * c
    a = b
    b = c
  }
}

const addSeven: AddRun = (sums, band, first, weights, tap) => {
  const [q, r, s, t] = [weights[tap], weights[tap + 1], weights[tap + 2], weights[tap + 3]]
  const [u, v, w] = [weights[tap + 4], weights[tap + 5], weights[tap + 6]]
  let [a, b, c] = [band[first], band[first + 1], band[first + 2]]
  let [d, e, f] = [band[first + 3], band[first + 4], band[first + 5]]
  for (let j = 0, at = first + 6; j < sums.length; j++, at = (at + 1) | 0) {
    const g = band[at]
    sums[j] = sums[j] + q * a + r * b + s * c + t * d + u * e + v * f + w * g
    a = b
    b = c
    c = d
    d = e
    e = f
    f = g
  }
}

interface Run {
  readonly add: AddRun
  readonly row: number
  readonly column: number
}

/** Cuts the kernel's rows into runs, longer ones where windows are one apart and so are the weights. */
function runsOf({ rows, columns }: Kernel, isDense: boolean): Run[] {
  const runs: Run[] = []
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; ) {
      const left = isDense ? columns - column : 1
      const [add, length] =
        left >= 7 ? ([addSeven, 7] as const) : left >= 3 ? ([addThree, 3] as const) : ([addOne, 1] as const)
      runs.push({ add, row, column })
      column += length
    }
  return runs
}

/**
 * Filters each channel on its own. Unless the options say otherwise, the result is that of Octave's conv2(picture, kernel): larger than the picture
 * by the kernel less one, zeros beyond the edge, the kernel turned by 180 degrees. With the shape `same` an even kernel has its middle where
 * conv2 has it. Sums are in float64, in the order of the weights as they lie on the window, row by row, and are rounded once to float32: whole
 * numbers times whole numbers are exact up to 2^24.
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
  const runs = runsOf(kernel, columns.stride === 1 && columns.dilation === 1)

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
      for (const { add, row, column } of runs) {
        const first = ((top + row * rows.dilation) % rows.extent) * pitch + column * columns.dilation
        add(sums, band, first, weights, row * kernel.columns + column, columns.stride)
      }
      data.set(sums, (plane * rows.count + i) * columns.count)
    }
  return { channels, height: rows.count, width: columns.count, data }
}
