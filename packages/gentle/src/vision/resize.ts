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

/** @throws ArgumentError for sides that are no whole numbers from 1. */
export function checkSize({ height, width }: Size): void {
  for (const [what, size] of Object.entries({ height, width }))
    if (!Number.isInteger(size) || size < 1)
      throw new ArgumentError(`resize: ${what} is ${size}; expected a whole number from 1`)
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

/** Old pixels for one new one: how strongly a picture shrinks, at least; below 1 it grows. */
export function shrinkage(old: Size, { height, width, fit = 'stretch' }: ResizeOptions): number {
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
  const scale = shrinkage(old, options)
  return { rows: axisOf(old.height, height, fit, scale), columns: axisOf(old.width, width, fit, scale) }
}

const shrunk = (axis: Axis, by: number): Axis => ({ ...axis, from: axis.from * by, to: axis.to * by })

/** The old pixels that each new one of an axis is a mean of: `count` from `first[i]`, weighted. */
interface Taps {
  readonly first: Int32Array
  /** [new pixels, count] */
  readonly weights: Float32Array
  readonly count: number
}

/** The window and its weights as PIL has them (Pillow, Resample.c, precompute_coeffs, triangle filter). */
function tapsOf(old: number, { from, to, length }: Axis): Taps {
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
    for (let j = begin; j < end; j++) weights[i * count + j - first[i]] = weightOf(j) / sum
  }
  return { first, weights, count }
}

/** Resizes pictures of one size to another, again and again. Nothing is allocated after it is made. */
export class Resizer {
  readonly #old: Size
  readonly #rows: Axis
  readonly #columns: Axis
  readonly #down: Taps
  readonly #across: Taps
  readonly #size: Size
  readonly #padding: number
  readonly #narrow: Float32Array

  /**
   * `original` is the size that the pictures had before they were shrunk in part: their shape is decided by that.
   * @throws ArgumentError for sizes that are no whole numbers from 1.
   */
  constructor(old: Size, options: ResizeOptions, original: Size = old) {
    const { height, width, padding = 0 } = options
    checkSize(options)
    const { rows, columns } = resizedAxes(original, options)
    this.#old = { height: old.height, width: old.width }
    this.#size = { height, width }
    this.#padding = padding
    this.#rows = shrunk(rows, old.height / original.height)
    this.#columns = shrunk(columns, old.width / original.width)
    this.#down = tapsOf(old.height, this.#rows)
    this.#across = tapsOf(old.width, this.#columns)
    this.#narrow = new Float32Array(old.height * this.#columns.length)
  }

  /** Resizes one channel, row-major, from `data[at...]` into `result[place...]`. */
  channel(data: Float32Array, at: number, result: Float32Array, place: number): void {
    const { height, width } = this.#size
    const [rows, columns, narrow] = [this.#rows, this.#columns, this.#narrow]
    narrowed(data, at, this.#old, this.#across, columns.length, narrow)
    if (columns.length < width || rows.length < height) result.fill(this.#padding, place, place + height * width)
    const { first, weights, count } = this.#down
    for (let row = 0; row < rows.length; row++) {
      const start = place + (rows.before + row) * width + columns.before
      const end = start + columns.length
      result.fill(0, start, end)
      for (let tap = 0, from = first[row] * columns.length; tap < count; tap++, from += columns.length)
        addScaled(narrow, from, weights[row * count + tap], result, start, end)
    }
  }
}

/** Every row of a channel, resized across. */
function narrowed(
  data: Float32Array,
  at: number,
  { height, width }: Size,
  { first, weights, count }: Taps,
  length: number,
  result: Float32Array,
): void {
  for (let row = 0, place = 0; row < height; row++, at += width)
    for (let column = 0; column < length; column++) {
      const from = at + first[column]
      let sum = 0
      for (let tap = 0, weight = column * count; tap < count; tap++, weight++) sum += weights[weight] * data[from + tap]
      result[place++] = sum
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

/**
 * A picture at another size; `original` as for `Resizer`.
 * @throws ArgumentError for sizes that are no whole numbers from 1.
 */
export function resizeImage(picture: Image, options: ResizeOptions, original: Size = picture): Image {
  const { channels, data } = picture
  const { height, width } = options
  const resizer = new Resizer(picture, options, original)
  const resized = image(channels, height, width)
  for (let c = 0; c < channels; c++)
    resizer.channel(data, c * picture.height * picture.width, resized.data, c * height * width)
  return resized
}
