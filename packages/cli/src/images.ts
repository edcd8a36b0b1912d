/** Pictures from files, as a network takes them. */
import { DataError, type Shape } from 'gentle-dl'
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { Preprocessing } from './preprocessing.ts'

/** More pixels than this are refused: a picture of 16,384 x 16,384. */
const largest = 2 ** 28

/** The middle of a picture whose shorter side was scaled, as torchvision cuts it. */
function cropped(picture: Sharp, from: Metadata, shorterSide: number, height: number, width: number) {
  const scale = shorterSide / Math.min(from.width, from.height)
  const scaled = [from.height, from.width].map((n) => Math.max(shorterSide, Math.trunc(n * scale)))
  return picture.resize({ height: scaled[0], width: scaled[1], fit: 'fill', kernel: 'linear' }).extract({
    top: Math.round((scaled[0] - height) / 2),
    left: Math.round((scaled[1] - width) / 2),
    height,
    width,
  })
}

/**
 * Reads a PNG, JPEG or WebP file of any size as [channels, height, width]: turned as its EXIF data says, transparency over white, grey
 * where there is one channel. `invert` is for dark on light.
 * @throws DataError for files that are missing, no pictures, broken, or enormous.
 */
export async function readImage(
  path: string,
  { height, width, channels, fit, scale, mean, deviation }: Preprocessing,
  invert: boolean,
): Promise<Float32Array> {
  try {
    const opened = sharp(path, { limitInputPixels: largest, failOn: 'error' })
      .rotate()
      .flatten({ background: '#ffffff' })
    const coloured = channels === 1 ? opened.greyscale() : opened.toColourspace('srgb')
    // Two pipelines: within one, sharp would invert after it pads.
    const upright = await (invert ? coloured.negate({ alpha: false }) : coloured)
      .png({ compressionLevel: 0 })
      .toBuffer()
    const picture = sharp(upright)
    const fitted =
      fit === 'contain'
        ? picture.resize(width, height, { fit: 'contain', background: '#000000' })
        : cropped(picture, await picture.metadata(), fit.shorterSide, height, width)
    const { data, info } = await (channels === 1 ? fitted.greyscale() : fitted.toColourspace('srgb'))
      .raw()
      .toBuffer({ resolveWithObject: true })
    const pixels = height * width
    return Float32Array.from({ length: channels * pixels }, (_, i) => {
      const channel = Math.floor(i / pixels)
      return (data[(i % pixels) * info.channels + channel] * scale - mean[channel]) / deviation[channel]
    })
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0]
    const why = reason.includes('exceeds pixel limit')
      ? `it has more than ${largest.toLocaleString('en-US')} pixels; make it smaller`
      : reason.includes('missing')
        ? 'there is no such file'
        : `it cannot be decoded (${reason}); expected PNG, JPEG or WebP`
    throw new DataError(`image ${path}: ${why}`, { cause })
  }
}

/** Writes grey values in [0, 1] as a PNG file. */
export async function writeImage(path: string, pixels: ArrayLike<number>, [, rows, columns]: Shape): Promise<void> {
  const bytes = Uint8Array.from(pixels, (value) => Math.round(255 * value))
  await sharp(bytes, { raw: { width: columns, height: rows, channels: 1 } })
    .png()
    .toFile(path)
}
