/** Pixels of JPEG files by our decoder and by sharp's. */
import sharp from 'sharp'
import type { Random } from '../../../src/core/random.ts'
import { decodeJpeg, type Region } from '../../../src/data/jpeg/decode-jpeg.ts'
import type { Size } from '../../../src/vision/resize.ts'

export const all = ({ height, width }: Size): Region => ({ top: 0, bottom: height, left: 0, right: width })

export function randomRegion(random: Random, { height, width }: Size): Region {
  const [down, across] = [1 + random.integer(height), 1 + random.integer(width)]
  const [top, left] = [random.integer(height - down + 1), random.integer(width - across + 1)]
  return { top, bottom: top + down, left, right: left + across }
}

/** A region, row after row; undefined where our decoder leaves the file to others. */
export function ours(file: Uint8Array, size: Size, region: Region): number[] | undefined {
  const pixels = decodeJpeg(file, size, region)
  if (pixels === undefined) return undefined
  const { values, pitch, row, column, channels } = pixels
  const result: number[] = []
  for (let y = region.top; y < region.bottom; y++)
    for (let at = (y - row) * pitch + (region.left - column) * channels, x = region.left; x < region.right; x++)
      for (let c = 0; c < channels; c++) result.push(values[at++])
  return result
}

/** All pixels by sharp, as data sets read them. */
export async function pixelsOf(file: Uint8Array) {
  const read = sharp(file, { failOn: 'error' })
  const { space } = await read.metadata()
  const { data, info } = await read
    .toColourspace(space === 'b-w' ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, ...info }
}

export async function theirs(file: Uint8Array, { top, bottom, left, right }: Region): Promise<number[]> {
  const { data, width, channels } = await pixelsOf(file)
  const result: number[] = []
  for (let y = top; y < bottom; y++)
    result.push(...data.subarray((y * width + left) * channels, (y * width + right) * channels))
  return result
}
