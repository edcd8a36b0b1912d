/** Picture files that somebody gives, decoded by the browser. They are hostile until read: how large a picture is, its header tells before it is unpacked. */
import { GentleError } from 'gentle-dl'
import { imageSize } from 'image-size'

/** A picture that cannot be read. */
export class PictureError extends GentleError {}

/** The largest file that is decoded: 64 MB. */
const maxBytes = 64 * 2 ** 20

/** The most pixels of a picture: 64 million, 256 MB once it is decoded. */
const maxPixels = 64e6

/** As far as this, headers tell the size of a picture. */
const headerBytes = 4 * 2 ** 20

const expected = 'expected a PNG, JPEG, WebP, GIF, BMP or AVIF file that is whole'

const kinds: ReadonlySet<string | undefined> = new Set(['png', 'jpg', 'webp', 'gif', 'bmp', 'avif'])

/**
 * The size that a picture file says it has, across and down, before it is turned as its EXIF data says.
 * @throws PictureError for a file whose beginning is of no picture that browsers read, and for a picture of too many pixels.
 */
export function sizeInHeader(header: Uint8Array, name: string): readonly [width: number, height: number] {
  let found: ReturnType<typeof imageSize>
  try {
    found = imageSize(header)
  } catch {
    throw new PictureError(`'${name}' is not a picture that this browser can read; ${expected}`)
  }
  const { width, height, type } = found
  if (!kinds.has(type) || !(width > 0 && height > 0))
    throw new PictureError(`'${name}' is not a picture that this browser can read; ${expected}`)
  if (width * height > maxPixels)
    throw new PictureError(
      `'${name}' has ${width} × ${height} pixels; expected at most ${maxPixels / 1e6} million: reduce it first`,
    )
  return [width, height]
}

/**
 * Decodes a file: turned as its EXIF data says, without a conversion of colours, so that the numbers are those of the file.
 * @param name for the message
 * @throws PictureError for a file that is too large, has too many pixels, or that the browser cannot decode.
 */
export async function decodedPicture(file: Blob, name: string): Promise<ImageBitmap> {
  if (file.size > maxBytes)
    throw new PictureError(
      `'${name}' has ${Math.round(file.size / 2 ** 20)} MB; expected a picture of at most ${maxBytes / 2 ** 20} MB`,
    )
  sizeInHeader(new Uint8Array(await file.slice(0, headerBytes).arrayBuffer()), name)
  try {
    return await createImageBitmap(file, { colorSpaceConversion: 'none' })
  } catch {
    throw new PictureError(`'${name}' is not a picture that this browser can read; ${expected}`)
  }
}

export interface PicturePixels {
  /** Transparency over white. */
  readonly pixels: ImageData
  /** As it was given: pixels across and down. */
  readonly original: readonly [width: number, height: number]
}

/**
 * The pixels of a picture, turned as its EXIF data says. One that is larger than `maxSide` across or down is reduced to that, by the browser.
 * @param source a file, or what a webcam shows; that is closed
 * @param name for the message
 * @throws PictureError for a file that is too large, or that the browser cannot decode.
 */
export async function pixelsIn(
  source: Blob | ImageBitmap,
  { maxSide, name }: { readonly maxSide: number; readonly name: string },
): Promise<PicturePixels> {
  const bitmap = source instanceof ImageBitmap ? source : await decodedPicture(source, name)
  try {
    const { width, height } = bitmap
    const scale = Math.min(1, maxSide / Math.max(width, height))
    const [across, down] = [width, height].map((side) => Math.max(1, Math.round(scale * side)))
    const context = new OffscreenCanvas(across, down).getContext('2d')!
    context.fillStyle = 'white'
    context.fillRect(0, 0, across, down)
    context.imageSmoothingQuality = 'high'
    context.drawImage(bitmap, 0, 0, across, down)
    return { pixels: context.getImageData(0, 0, across, down), original: [width, height] }
  } finally {
    bitmap.close()
  }
}
