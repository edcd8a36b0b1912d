/** Pictures from files, as a network takes them. */
import { DataError } from 'gentle-dl'
import sharp from 'sharp'

/** More pixels than this are refused: a picture of 16,384 x 16,384. */
const largest = 2 ** 28

/**
 * Reads a PNG, JPEG or WebP file of any size as grey values in [0, 1], [1, rows, columns]: turned as its EXIF data says, transparency over
 * white, fitted into the shape without distortion on a black ground. `invert` is for dark on light.
 * @throws DataError for files that are missing, no pictures, broken, or enormous.
 */
export async function readImage(
  path: string,
  [, rows, columns]: readonly number[],
  invert: boolean,
): Promise<Float32Array> {
  try {
    const grey = sharp(path, { limitInputPixels: largest, failOn: 'error' })
      .rotate()
      .flatten({ background: '#ffffff' })
      .greyscale()
    // Two pipelines: within one, sharp would invert after it pads.
    const upright = await (invert ? grey.negate({ alpha: false }) : grey).png({ compressionLevel: 0 }).toBuffer()
    const { data, info } = await sharp(upright)
      .resize(columns, rows, { fit: 'contain', background: '#000000' })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true })
    return Float32Array.from({ length: rows * columns }, (_, i) => data[i * info.channels] / 255)
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
export async function writeImage(
  path: string,
  pixels: ArrayLike<number>,
  [, rows, columns]: readonly number[],
): Promise<void> {
  const bytes = Uint8Array.from(pixels, (value) => Math.round(255 * value))
  await sharp(bytes, { raw: { width: columns, height: rows, channels: 1 } })
    .png()
    .toFile(path)
}
