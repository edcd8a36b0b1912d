/**
 * Pictures at another size, as PIL and torchvision (`antialias=True`) make them: every new pixel is a mean of the old ones below it, weighted by a
 * triangle around its middle, so that a picture that shrinks does not flicker and one that grows is interpolated bilinearly.
 */
import { ArgumentError } from '../core/errors.ts'
import { type Image, image } from './image.ts'

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

/** PIL's weights for bytes are whole numbers of 2^-22. */
const byteWeight = (weight: number): number => Math.floor(weight * 2 ** 22 + 0.5) / 2 ** 22

/** The window and its weights as PIL has them (Pillow, Resample.c, precompute_coeffs and normalize_coeffs_8bpc, triangle filter). */
function tapsOf(old: number, { from, to, length }: Axis, bytes: boolean): Taps {
  const scale = (to - from) / length
  const reach = Math.max(1, scale)
  const count = Math.min(old, 2 * Math.ceil(reach) + 1)
  const first = new Int32Array(length)
  const weights = new Float32Array(length * count)
  for (let i = 0; i < length; i++) {
    const middle = from + (i + 0.5) * scale
    const begin = Math.max(0, Math.floor(middle - reach + 0.5))
    const end = Math.min(old, Math.floor(middle + reach + 0.5))
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

/** Brings pictures of one size to another, again and again. Nothing is allocated after it is made. */
export class Resizer {
  readonly #placement: Placement
  readonly #down: Taps
  readonly #across: Taps
  readonly #wide: Float32Array
  readonly #narrow: Float32Array

  constructor(old: Size, placement: Placement) {
    this.#placement = placement
    const { rows, columns, bytes = false } = placement
    this.#down = tapsOf(old.height, rows, bytes)
    this.#across = tapsOf(old.width, columns, bytes)
    this.#wide = new Float32Array(old.width)
    this.#narrow = new Float32Array(old.height * columns.length)
  }

  /** Resizes one channel, row-major, from `data[at...]` into `result[place...]`. */
  channel(data: Float32Array, at: number, result: Float32Array, place: number): void {
    const width = this.#wide.length
    this.rows((row, into) => into.set(data.subarray(at + row * width, at + (row + 1) * width)), result, place)
  }

  /** Resizes one channel, whose rows are asked for once each, into `result[place...]`. */
  rows(read: RowReader, result: Float32Array, place: number): void {
    const { height, width, rows, columns, padding, bytes = false } = this.#placement
    const { first, weights, count } = this.#down
    const [wide, narrow] = [this.#wide, this.#narrow]
    // The other rows are cut off.
    const end = first[rows.length - 1] + count
    for (let row = first[0]; row < end; row++) {
      read(row, wide)
      if (bytes) toBytes(wide)
      narrowed(wide, this.#across, narrow, row * columns.length, columns.length, bytes)
    }
    if (columns.length < width || rows.length < height) result.fill(padding, place, place + height * width)
    for (let row = 0; row < rows.length; row++) {
      const start = place + (rows.before + row) * width + columns.before
      const end = start + columns.length
      if (bytes) {
        byteRow(narrow, this.#down, row, result, start, columns.length)
        continue
      }
      result.fill(0, start, end)
      for (let tap = 0, from = first[row] * columns.length; tap < count; tap++, from += columns.length)
        addScaled(narrow, from, weights[row * count + tap], result, start, end)
    }
  }
}

/** Values in [0, 1] as whole numbers of 0 to 255. */
function toBytes(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(255, Math.max(0, Math.round(255 * values[i])))
}

/** A row of bytes, of the columns of `narrow`, as values in [0, 1] to `result[place...]`: sums of bytes with weights of 22 bits are exact. */
function byteRow(
  narrow: Float32Array,
  { first, weights, count }: Taps,
  row: number,
  result: Float32Array,
  place: number,
  length: number,
): void {
  for (let column = 0; column < length; column++) {
    let sum = 0
    for (let tap = 0, from = first[row] * length + column; tap < count; tap++, from += length)
      sum += weights[row * count + tap] * narrow[from]
    result[place + column] = Math.floor(sum + 0.5) / 255
  }
}

/** A row, resized across, to `result[place...]`, rounded to whole numbers where that is asked for. */
function narrowed(
  row: Float32Array,
  { first, weights, count }: Taps,
  result: Float32Array,
  place: number,
  length: number,
  rounds: boolean,
): void {
  for (let column = 0; column < length; column++) {
    const from = first[column]
    let sum = 0
    for (let tap = 0, weight = column * count; tap < count; tap++, weight++) sum += weights[weight] * row[from + tap]
    result[place + column] = rounds ? Math.floor(sum + 0.5) : sum
  }
}

function addScaled(
  values: Float32Array,
  from: number,
  by: number,
  result: Float32Array,
  start: number,
  end: number,
): void {
  if (by === 0) return
  for (let i = start; i < end; i++) result[i] += by * values[from++]
}

/** What becomes of a picture. */
export function placed(picture: Image, placement: Placement): Image {
  const { channels, data } = picture
  const { height, width } = placement
  const resizer = new Resizer(picture, placement)
  const result = image(channels, height, width)
  for (let c = 0; c < channels; c++)
    resizer.channel(data, c * picture.height * picture.width, result.data, c * height * width)
  return result
}

/**
 * A picture at another size.
 * @throws ArgumentError for sizes that are not whole numbers of at least 1.
 */
export const resizeImage = (picture: Image, options: ResizeOptions): Image =>
  placed(picture, placementOf(picture, options))
