/** Output pixels in lines, and lines in tiles: several short rows are one line, and so are images of one pixel. */
import { type PixelRun, rowsTogether, runsOf } from '../pixel-runs.ts'

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
  runs(most: number): readonly PixelRun[]
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

/** Pixels of a tile of two blocks of channels: what rows are measured by. */
const tilePixels = 6

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
  const rows = rowsTogether(outHeight, outWidth, tilePixels, outWidth * pixelStep === rowStep)
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
