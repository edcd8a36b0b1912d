/** Output pixels in lines, and lines in tiles: several short rows are one line, and so are images of one pixel. */
import { range } from '../../../../core/range.ts'
import { balancedTiles } from '../tile.ts'

/** Tiles of one shape side by side. */
export interface LineRun {
  /** Where the source of each pixel of a tile lies, counted from the first one's. */
  readonly pixels: readonly number[]
  readonly count: number
  /** Where the first pixel's source lies, counted from the line's. */
  readonly start: number
}

export interface Lines {
  /** Images, or 1 where a line goes through all of them. */
  readonly images: number
  /** Pixels of a line. */
  readonly pixels: number
  /** Lines of an image, and bytes of the source from one to the next. */
  readonly count: number
  readonly step: number
  /** Bytes of the source from a pixel to the next one in a row. */
  readonly pixelStep: number
  /** From a pixel of the result to the next one of the line, and to the same one of the next block of channels, in pixels of 8 channels. */
  readonly outputStep: number
  readonly blockStep: number
  /** A line in tiles of so many pixels at most. */
  runs(most: number): readonly LineRun[]
}

interface Geometry {
  readonly batch: number
  /** Blocks of channels of the result. */
  readonly blocks: number
  readonly outHeight: number
  readonly outWidth: number
  /** Bytes of the source from one output pixel, row or image to the next. */
  readonly pixelStep: number
  readonly rowStep: number
  readonly image: number
}

/** Pixels of a line of several rows, at most. */
const mostPixels = 256

/** The share of its tiles that a row fills, below which several rows are taken as one. */
const leastFilled = 0.85

export function linesOf({ batch, blocks, outHeight, outWidth, pixelStep, rowStep, image }: Geometry): Lines {
  if (outHeight * outWidth === 1)
    return {
      images: 1,
      pixels: batch,
      count: 1,
      step: 0,
      pixelStep: image,
      outputStep: blocks,
      blockStep: 1,
      runs: (most) => runsOf(batch, most, image, (pixel) => pixel * image),
    }
  const rows = rowsTogether(outHeight, outWidth, outWidth * pixelStep === rowStep)
  const pixels = rows * outWidth
  const sourceOf = (pixel: number): number => Math.floor(pixel / outWidth) * rowStep + (pixel % outWidth) * pixelStep
  return {
    images: batch,
    pixels,
    count: outHeight / rows,
    step: rows * rowStep,
    pixelStep,
    outputStep: 1,
    blockStep: outHeight * outWidth,
    runs: (most) => runsOf(pixels, most, pixelStep, sourceOf),
  }
}

function rowsTogether(height: number, width: number, contiguous: boolean): number {
  const filled = width / (Math.ceil(width / 6) * 6)
  if (!contiguous && filled >= leastFilled) return 1
  return (
    range(height)
      .map((i) => i + 1)
      .findLast((rows) => height % rows === 0 && rows * width <= mostPixels) ?? 1
  )
}

/** Cuts a line of pixels into tiles, and puts equal ones side by side together. */
export function runsOf(
  pixels: number,
  most: number,
  pixelStep: number,
  sourceOf: (pixel: number) => number,
): readonly LineRun[] {
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
