/**
 * Pictures at another size, as PIL and torchvision (`antialias=True`) make them: every new pixel is a mean of the old ones below it, weighted by a
 * triangle around its middle, so that a picture that shrinks does not flicker and one that grows is interpolated bilinearly.
 */
import { ArgumentError } from '../core/errors.ts'
import { type Image, image } from './image.ts'
import { lanes, levelBytes, type ResizeKernel, withResizeKernel } from './resize-kernel.ts'

/**
 * How a picture comes to another shape: 'contain' fits it in whole and pads what is left, 'cover' fills everything and cuts what sticks out on both
 * sides alike, 'stretch' scales each side on its own.
 */
export const fits = ['contain', 'cover', 'stretch'] as const
export type Fit = (typeof fits)[number]

export interface Size {
  readonly height: number
  readonly width: number
}

export interface ResizeOptions extends Size {
  /** 'stretch' unless given. */
  readonly fit?: Fit
  /** What 'contain' pads with; 0, which is black, unless given. */
  readonly padding?: number
}

/** @throws ArgumentError for sides that are not whole numbers of at least 1. */
export function checkSize({ height, width }: Size): void {
  for (const [what, size] of Object.entries({ height, width }))
    if (!Number.isInteger(size) || size < 1)
      throw new ArgumentError(`resize: ${what} is ${size}; expected a whole number of at least 1`)
}

/** Which stretch of an axis becomes which. */
export interface Axis {
  /** Where the part of the old axis that is kept begins and ends, in pixels. */
  readonly from: number
  readonly to: number
  /** Pixels it becomes, and how many lie before them. */
  readonly length: number
  readonly before: number
}

/** What becomes of a picture: which of its rows and columns come where in one of another size, and what is around them. */
export interface Placement extends Size {
  readonly rows: Axis
  readonly columns: Axis
  readonly padding: number
  /** Pixels are bytes throughout, rounded after each of two passes, to the bit as PIL resizes pictures of bytes; as exact as they are unless given. */
  readonly bytes?: boolean
}

/** Old pixels for one new one; below 1 a picture grows. */
function scaleOf(old: Size, { height, width, fit = 'stretch' }: ResizeOptions): number {
  const [vertical, horizontal] = [old.height / height, old.width / width]
  return fit === 'contain' ? Math.max(vertical, horizontal) : Math.min(vertical, horizontal)
}

function axisOf(old: number, length: number, fit: Fit, scale: number): Axis {
  if (fit === 'stretch') return { from: 0, to: old, length, before: 0 }
  if (fit === 'cover') {
    const kept = length * scale
    return { from: (old - kept) / 2, to: (old + kept) / 2, length, before: 0 }
  }
  const inner = Math.min(length, Math.max(1, Math.round(old / scale)))
  return { from: 0, to: old, length: inner, before: Math.floor((length - inner) / 2) }
}

/** Which rows and columns of a picture become which when it is resized. */
export function resizedAxes(old: Size, options: ResizeOptions): { readonly rows: Axis; readonly columns: Axis } {
  const { height, width, fit = 'stretch' } = options
  const scale = scaleOf(old, options)
  return { rows: axisOf(old.height, height, fit, scale), columns: axisOf(old.width, width, fit, scale) }
}

/** What becomes of a picture of size `old` that is resized. @throws ArgumentError for sizes that are not whole numbers of at least 1. */
export function placementOf(old: Size, options: ResizeOptions): Placement {
  checkSize(options)
  const { height, width, padding = 0 } = options
  return { height, width, padding, ...resizedAxes(old, options) }
}

/** The old pixels that each new one of an axis is a mean of: `count` from `first[i]`, weighted. */
interface Taps {
  readonly first: Int32Array
  /** [new pixels, count] */
  readonly weights: Float32Array
  readonly count: number
}

/** PIL's weights for bytes are whole numbers of 2^-22: the sum of 255 of each is less than 2^31. */
const byteWeight = (weight: number): number => Math.floor(weight * 2 ** 22 + 0.5)

/** The window and its weights as PIL has them (Pillow, Resample.c, precompute_coeffs and normalize_coeffs_8bpc, triangle filter). */
function tapsOf(old: number, { from, to, length }: Axis, bytes: boolean): Taps {
  const scale = (to - from) / length
  const reach = Math.max(1, scale)
  const windowOf = (i: number) => {
    const middle = from + (i + 0.5) * scale
    const begin = Math.max(0, Math.floor(middle - reach + 0.5))
    return { middle, begin, end: Math.min(old, Math.floor(middle + reach + 0.5)) }
  }
  let count = 1
  for (let i = 0; i < length; i++) {
    const { begin, end } = windowOf(i)
    count = Math.max(count, end - begin)
  }
  const first = new Int32Array(length)
  const weights = new Float32Array(length * count)
  for (let i = 0; i < length; i++) {
    const { middle, begin, end } = windowOf(i)
    // So that all windows have `count` pixels within the axis; those that were not meant weigh nothing.
    first[i] = Math.min(begin, old - count)
    const weightOf = (j: number): number => Math.max(0, 1 - Math.abs(j + 0.5 - middle) / reach)
    let sum = 0
    for (let j = begin; j < end; j++) sum += weightOf(j)
    for (let j = begin; j < end; j++) {
      const weight = weightOf(j) / sum
      weights[i * count + j - first[i]] = bytes ? byteWeight(weight) : weight
    }
  }
  return { first, weights, count }
}

/** Writes a row of one channel to the front of a buffer. */
export type RowReader = (row: number, into: Float32Array) => void

/** Old pixels, byte after byte of 1 or 3 channels: all that have a part in the new ones, or more. */
export interface PixelBytes {
  readonly values: Uint8Array
  /** Bytes from one row to the next. */
  readonly pitch: number
  /** The old row and column that come first. */
  readonly row: number
  readonly column: number
}

/** Bytes of old pixels that are in the kernel's memory at once. */
const bandBytes = 2 ** 18

/** The kernel's memory while a picture is resized: where its parts begin, in bytes. */
interface Places {
  readonly acrossFirst: number
  readonly acrossWeights: number
  readonly downWeights: number
  readonly bytes: number
  readonly pixels: number
  readonly narrow: number
  readonly result: number
}

/** Brings pictures of one size to another, again and again. */
export class Resizer {
  readonly #old: Size
  readonly #placement: Placement
  readonly #down: Taps
  readonly #across: Taps
  /** Columns that are made: four at a time. */
  readonly #columns: number

  constructor(old: Size, placement: Placement) {
    this.#old = old
    this.#placement = placement
    const { rows, columns, bytes = false } = placement
    this.#down = tapsOf(old.height, rows, bytes)
    this.#across = tapsOf(old.width, columns, bytes)
    this.#columns = 4 * Math.ceil(columns.length / 4)
  }

  /** The old rows that have a part in the new ones; the others are cut off. */
  get oldRows(): { readonly begin: number; readonly end: number } {
    const { first, count } = this.#down
    return { begin: first[0], end: first[first.length - 1] + count }
  }

  /** The old columns that have a part in the new ones. */
  get oldColumns(): { readonly begin: number; readonly end: number } {
    const { first, count } = this.#across
    return { begin: first[0], end: first[first.length - 1] + count }
  }

  /** Resizes channels, each row-major, one behind the other from `data[at...]`, into `result[place...]`. */
  planes(channels: number, data: Float32Array, at: number, result: Float32Array, place: number): void {
    const { height, width } = this.#old
    const reader =
      (channel: number): RowReader =>
      (row, into) => {
        const start = at + (channel * height + row) * width
        into.set(data.subarray(start, start + width))
      }
    this.rows(
      Array.from({ length: channels }, (_, channel) => reader(channel)),
      result,
      place,
    )
  }

  /** Resizes channels whose rows are asked for once each, into `result[place...]`. */
  rows(readers: readonly RowReader[], result: Float32Array, place: number): void {
    const { width } = this.#old
    const { height: newHeight, width: newWidth, bytes = false } = this.#placement
    const row = new Float32Array(width)
    for (let start = 0; start < readers.length; start += lanes) {
      const group = readers.slice(start, start + lanes)
      this.#run(group.length, 0, result, place + start * newHeight * newWidth, (from, memory, places, narrowRow) => {
        const pixels = bytes
          ? new Int32Array(memory, places.pixels, lanes * width)
          : new Float32Array(memory, places.pixels, lanes * width)
        for (const [lane, read] of group.entries()) {
          read(from, row)
          if (bytes) toBytes(row)
          for (let x = 0, at = lane; x < width; x++, at += lanes) pixels[at] = row[x]
        }
        narrowRow(0)
        return 1
      })
    }
  }

  /**
   * Resizes bytes, 255 for 1, into `result[place...]`.
   * @param levels of three channels whose pixels are bytes throughout, and of which nothing is padded: what each byte of each channel becomes, [3, 256]; a byte over 255 unless given
   */
  bytes(
    channels: 1 | 3,
    { values, pitch, row, column }: PixelBytes,
    result: Float32Array,
    place: number,
    levels?: Float32Array,
  ): void {
    const { bytes = false } = this.#placement
    const { begin, end } = this.oldColumns
    const rowBytes = channels * (end - begin)
    const atOnce = Math.max(1, Math.floor(bandBytes / pitch))
    this.#run(
      channels,
      atOnce * pitch,
      result,
      place,
      (from, memory, places, narrowRow, endRow, kernel) => {
        const rows = Math.min(atOnce, endRow - from)
        const start = (from - row) * pitch + channels * (begin - column)
        new Uint8Array(memory, places.bytes).set(values.subarray(start, start + (rows - 1) * pitch + rowBytes))
        const expand =
          channels === 3 ? (bytes ? kernel.expand3Bytes : kernel.expand3) : bytes ? kernel.expand1Bytes : kernel.expand1
        for (let i = 0; i < rows; i++) {
          expand(places.bytes + i * pitch, places.pixels, end - begin)
          narrowRow(i)
        }
        return rows
      },
      begin,
      levels,
    )
  }

  /**
   * Resizes up to as many channels as there are lanes.
   * @param band bytes that `take` wants to have room for
   * @param take brings some rows from one on into the kernel's memory, has each narrowed by its number among them, and tells how many they were
   * @param column the first old column that it brings
   * @param levels what bytes become
   */
  #run(
    channels: number,
    band: number,
    result: Float32Array,
    place: number,
    take: (
      from: number,
      memory: ArrayBuffer,
      places: Places,
      narrowRow: (row: number) => void,
      end: number,
      kernel: ResizeKernel,
    ) => number,
    column = 0,
    levels?: Float32Array,
  ): void {
    const { height, width, rows, columns, padding, bytes = false } = this.#placement
    const [across, down] = [this.#across, this.#down]
    const { begin, end } = this.oldRows
    const pitch = 4 * lanes * this.#columns
    const plane = 4 * this.#columns
    const sizes = [
      4 * across.first.length,
      4 * across.weights.length,
      4 * down.weights.length,
      band + 16,
      4 * lanes * (this.#old.width + 3),
      pitch * (end - begin),
      plane * lanes,
      levels === undefined ? 0 : 3 * levelBytes,
    ]
    const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + 16 * Math.ceil(size / 16), 0))
    const [acrossFirst, acrossWeights, downWeights, bytesAt, pixels, narrow, resultAt, levelsAt] = starts
    const places = { acrossFirst, acrossWeights, downWeights, bytes: bytesAt, pixels, narrow, result: resultAt }
    withResizeKernel((kernel) => {
      const memory = kernel.room(levelsAt + sizes[7])
      const firsts = new Int32Array(memory, acrossFirst, across.first.length)
      for (let i = 0; i < firsts.length; i++) firsts[i] = across.first[i] - column
      const weightsOf = bytes ? Int32Array : Float32Array
      new weightsOf(memory, acrossWeights).set(across.weights)
      new weightsOf(memory, downWeights).set(down.weights)
      const narrowed = bytes ? kernel.acrossBytes : kernel.across
      for (let row = begin; row < end; ) {
        const first = row
        const narrowRow = (i: number): void => {
          const to = narrow + (first + i - begin) * pitch
          narrowed(pixels, to, columns.length, acrossFirst, acrossWeights, across.count)
        }
        row += take(row, memory, places, narrowRow, end, kernel)
      }
      if (columns.length < width || rows.length < height) result.fill(padding, place, place + channels * height * width)
      const made = new Float32Array(memory, resultAt, lanes * this.#columns)
      if (levels !== undefined) new Float32Array(memory, levelsAt).set(levels)
      const combined = levels !== undefined ? kernel.downLevels : bytes ? kernel.downBytes : kernel.down
      for (let row = 0; row < rows.length; row++) {
        const from = narrow + (down.first[row] - begin) * pitch
        const weights = downWeights + 4 * row * down.count
        combined(from, resultAt, this.#columns / 4, pitch, weights, down.count, plane, levelsAt)
        for (let channel = 0; channel < channels; channel++) {
          const start = channel * this.#columns
          const to = place + (channel * height + rows.before + row) * width + columns.before
          result.set(made.subarray(start, start + columns.length), to)
        }
      }
    })
  }
}

/** Values in [0, 1] as whole numbers of 0 to 255. */
function toBytes(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(255, Math.max(0, Math.round(255 * values[i])))
}

/** What becomes of a picture. */
export function placed(picture: Image, placement: Placement): Image {
  const { channels, data } = picture
  const { height, width } = placement
  const resizer = new Resizer(picture, placement)
  const result = image(channels, height, width)
  resizer.planes(channels, data, 0, result.data, 0)
  return result
}

/**
 * A picture at another size.
 * @throws ArgumentError for sizes that are not whole numbers of at least 1.
 */
export const resizeImage = (picture: Image, options: ResizeOptions): Image =>
  placed(picture, placementOf(picture, options))
