/** What the engine computes for the page. */
import { explainFilter, type FilterExplanation, filter2d, type Image, image, kernelOf } from 'gentle-dl/vision'
import type { Picture } from './picture.ts'
import { filterOptions, type Settings, type Windows, windowsOf } from './settings.ts'

/** How a result is drawn: so that all values fit, cut off at black and white, or without their signs. */
export const drawings = ['fit', 'clip', 'absolute'] as const

export type Drawing = (typeof drawings)[number]

/** Numbers, and how they are drawn: red, green, blue and opacity of each pixel. */
export interface DrawnImage extends Image {
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

export interface Convolved {
  readonly picture: Picture
  readonly settings: Settings
  readonly rows: Windows
  readonly columns: Windows
  /** The picture with its padding. */
  readonly padded: DrawnImage
  readonly result: DrawnImage
  readonly min: number
  readonly max: number
}

/**
 * Filters a picture.
 * @throws ArgumentError as filter2d, such as for a kernel that does not fit into the picture without padding.
 */
export function convolve(picture: Picture, settings: Settings, drawing: Drawing): Convolved {
  const result = filter2d(picture.image, kernelOf(settings.kernel), filterOptions(settings))
  const { rows, columns } = windowsOf(settings, picture.image)
  const padded = pad(picture.image, rows, columns, settings.padding)
  const [min, max] = rangeOf(result.data)
  return {
    picture,
    settings,
    rows,
    columns,
    padded: { ...padded, pixels: drawn(padded.data, 'clip', picture.white) },
    result: { ...result, pixels: drawn(result.data, drawing, picture.white) },
    min,
    max,
  }
}

/** How a pixel of the result came about. */
export const explain = ({ image }: Picture, settings: Settings, row: number, column: number): FilterExplanation =>
  explainFilter(image, kernelOf(settings.kernel), column, row, filterOptions(settings))

/** A picture with the values that lie beyond its border. */
export function pad(picture: Image, rows: Windows, columns: Windows, padding: Settings['padding']): Image {
  // A single 1 in the middle leaves a picture as it is, and with `full` there is as much border as on one side of the 1.
  const one = (length: number): number[] => Array.from({ length: 2 * length + 1 }, (_, i) => (i === length ? 1 : 0))
  const [down, across] = [rows, columns].map(({ before, after }) => Math.max(before, after))
  const tall = filter2d(picture, kernelOf(one(down).map((weight) => [weight])), { shape: 'full', padding })
  const both = filter2d(tall, kernelOf([one(across)]), { shape: 'full', padding })
  const height = rows.before + rows.size + rows.after
  const width = columns.before + columns.size + columns.after
  const cut = image(1, height, width)
  for (let row = 0; row < height; row++) {
    const from = (row + down - rows.before) * both.width + across - columns.before
    cut.data.set(both.data.subarray(from, from + width), row * width)
  }
  return cut
}

function rangeOf(values: Float32Array): [min: number, max: number] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return [min, max]
}

/** Greys of numbers. Where some are negative and all have to fit, 0 is the middle grey. */
export function drawn(values: Float32Array, drawing: Drawing, white: number): Uint8ClampedArray<ArrayBuffer> {
  const [min, max] = rangeOf(values)
  const reach = Math.max(Math.abs(min), Math.abs(max)) || 1
  const isSigned = min < 0
  const grey = {
    fit: (value: number): number =>
      isSigned ? 127.5 + (127.5 * value) / reach : (255 * value) / Math.max(white, reach),
    clip: (value: number): number => (255 * value) / white,
    absolute: (value: number): number => (255 * Math.abs(value)) / reach,
  }[drawing]
  const pixels = new Uint8ClampedArray(4 * values.length)
  for (const [i, value] of values.entries()) {
    pixels.fill(grey(value), 4 * i, 4 * i + 3)
    pixels[4 * i + 3] = 255
  }
  return pixels
}
