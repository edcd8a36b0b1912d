/** Boxes and masks of pictures that come to another size: they follow their pictures, there and back. */
import { ignoredPixel } from '../nn/segmentation-losses.ts'
import { type Box, boxArea, clipBox } from './boxes.ts'
import { type Axis, type ResizeOptions, resizedAxes, type Size } from './resize.ts'

const moved = ({ from, to, length, before }: Axis, place: number): number =>
  before + ((place - from) * length) / (to - from)

const movedBack = ({ from, to, length, before }: Axis, place: number): number =>
  from + ((place - before) * (to - from)) / length

/** A box of a picture of size `old` when that is resized; undefined where nothing of it is within the new picture, which 'cover' cuts. */
export function fittedBox({ left, top, right, bottom }: Box, old: Size, options: ResizeOptions): Box | undefined {
  const { rows, columns } = resizedAxes(old, options)
  const whole = {
    left: moved(columns, left),
    top: moved(rows, top),
    right: moved(columns, right),
    bottom: moved(rows, bottom),
  }
  const box = clipBox(whole, options.height, options.width)
  return boxArea(box) > 0 ? box : undefined
}

/** A box of a resized picture in the picture of size `old` that it was made of, as far as it lies within that. */
export function unfittedBox({ left, top, right, bottom }: Box, old: Size, options: ResizeOptions): Box {
  const { rows, columns } = resizedAxes(old, options)
  const whole = {
    left: movedBack(columns, left),
    top: movedBack(rows, top),
    right: movedBack(columns, right),
    bottom: movedBack(rows, bottom),
  }
  return clipBox(whole, old.height, old.width)
}

/** The old pixel below the middle of each new one, -1 in the padding. */
function sources({ from, to, length, before }: Axis, size: number): Int32Array {
  const scale = (to - from) / length
  return Int32Array.from({ length: size }, (_, i) => {
    const place = i - before
    return place < 0 || place >= length ? -1 : Math.floor(from + (place + 0.5) * scale)
  })
}

/** A mask, row-major, of a picture of size `old` when that is resized: each pixel is that of the old one below its middle, padding is ignored. */
export function fittedMask(mask: Uint8Array, old: Size, options: ResizeOptions): Uint8Array {
  const { height, width } = options
  const axes = resizedAxes(old, options)
  const [rows, columns] = [sources(axes.rows, height), sources(axes.columns, width)]
  const fitted = new Uint8Array(height * width).fill(ignoredPixel)
  for (let y = 0; y < height; y++) {
    if (rows[y] < 0) continue
    const row = rows[y] * old.width
    for (let x = 0; x < width; x++) if (columns[x] >= 0) fitted[y * width + x] = mask[row + columns[x]]
  }
  return fitted
}

/**
 * A mask, row-major, of a resized picture in the size `old` of the picture that it was made of: each pixel is that of the resized one at its middle, the nearest
 * where 'cover' had cut it off.
 */
export function unfittedMask(mask: Uint8Array, old: Size, options: ResizeOptions): Uint8Array {
  const axes = resizedAxes(old, options)
  const nearest = ({ from, to, length, before }: Axis, size: number): Int32Array =>
    Int32Array.from({ length: size }, (_, i) => {
      const place = Math.floor(((i + 0.5 - from) * length) / (to - from))
      return before + Math.min(length - 1, Math.max(0, place))
    })
  const [rows, columns] = [nearest(axes.rows, old.height), nearest(axes.columns, old.width)]
  const whole = new Uint8Array(old.height * old.width)
  for (let y = 0; y < old.height; y++)
    for (let x = 0; x < old.width; x++) whole[y * old.width + x] = mask[rows[y] * options.width + columns[x]]
  return whole
}
