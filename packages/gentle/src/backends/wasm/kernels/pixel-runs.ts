/** Lines of output pixels in tiles: equal tiles side by side are one run, and several short rows one line. */
import { range } from '../../../core/range.ts'
import { balancedTiles } from './tile.ts'

/** Tiles of one shape side by side. */
export interface PixelRun {
  /** Where the source of each pixel of a tile lies, counted from the first one's. */
  readonly pixels: readonly number[]
  readonly count: number
  /** Where the first pixel's source lies, counted from the line's. */
  readonly start: number
}

/** Pixels of a line of several rows, at most. */
const mostPixels = 256

/** The share of its tiles that a row fills, below which several rows are taken as one. */
const leastFilled = 0.85

/** How many rows of an image to take as one, so that short rows leave few tiles of `most` pixels unfilled; rows whose sources follow each other always are. */
export function rowsTogether(height: number, width: number, most: number, isContiguous: boolean): number {
  const filled = width / (Math.ceil(width / most) * most)
  if (!isContiguous && filled >= leastFilled) return 1
  return (
    range(height)
      .map((i) => i + 1)
      .findLast((rows) => height % rows === 0 && rows * width <= mostPixels) ?? 1
  )
}

/** Cuts a line of pixels into tiles of `most` at most, and puts equal ones side by side together. */
export function runsOf(
  pixels: number,
  most: number,
  pixelStep: number,
  sourceOf: (pixel: number) => number,
): readonly PixelRun[] {
  const { tiles, size, wide } = balancedTiles(pixels, most)
  const runs: { pixels: number[]; count: number; start: number }[] = []
  let pixel = 0
  for (let tile = 0; tile < tiles; tile++) {
    const start = sourceOf(pixel)
    const offsets = range(tile < wide ? size + 1 : size).map((i) => sourceOf(pixel + i) - start)
    const last = runs.at(-1)
    const continues =
      last !== undefined &&
      last.start + last.count * last.pixels.length * pixelStep === start &&
      last.pixels.join() === offsets.join()
    if (continues) last.count++
    else runs.push({ pixels: offsets, count: 1, start })
    pixel += offsets.length
  }
  return runs
}
