/** Pictures as a canvas takes them. */
import type { Image } from 'gentle-dl/vision'

/** Red, green, blue and opacity of each pixel, 0 to 255. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8ClampedArray<ArrayBuffer>
}

const blank = (width: number, height: number): Pixels => ({
  width,
  height,
  rgba: new Uint8ClampedArray(width * height * 4),
})

/** A picture of 1 or 3 channels in [0, 1]. */
export const pixelsOf = (picture: Image): Pixels => tiled([picture], { columns: 1, scale: 1 })

/** Pixels between pictures. */
const gap = 6

/** Pictures of one size in rows; nothing is between them. @param scale pixels for one of theirs */
export function tiled(
  pictures: readonly Image[],
  { columns, scale }: { readonly columns: number; readonly scale: number },
): Pixels {
  const [{ width, height }] = pictures
  const [cellWidth, cellHeight] = [width * scale + gap, height * scale + gap]
  const rows = Math.ceil(pictures.length / columns)
  const all = blank(Math.min(columns, pictures.length) * cellWidth - gap, rows * cellHeight - gap)
  for (const [i, { channels, data }] of pictures.entries()) {
    const [left, top] = [(i % columns) * cellWidth, Math.floor(i / columns) * cellHeight]
    for (let y = 0; y < height * scale; y++)
      for (let x = 0; x < width * scale; x++) {
        const from = Math.floor(y / scale) * width + Math.floor(x / scale)
        const to = 4 * ((top + y) * all.width + left + x)
        for (let c = 0; c < 3; c++) all.rgba[to + c] = 255 * data[(channels === 3 ? c * width * height : 0) + from]
        all.rgba[to + 3] = 255
      }
  }
  return all
}

/** 28 x 28 values in [0, 1] as grey. */
export const greyPixels = (data: Float32Array): Pixels => pixelsOf({ channels: 1, height: 28, width: 28, data })
