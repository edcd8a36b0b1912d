/** Pictures that somebody gives, as the engine takes them: decoded by the browser, in a worker. */
import type { Image } from 'gentle-dl/vision'
import { colourOf } from './colour-picture.ts'
import { pixelsIn } from './decoded-picture.ts'

export interface BytePicture {
  /** Red, green and blue as whole numbers, 0 to 255. */
  readonly image: Image
  /** As it was given: pixels across and down. */
  readonly original: readonly [width: number, height: number]
}

/**
 * Reads a picture as bytes, turned as its EXIF data says, transparency over white. One that is larger than `maxSide` across or down is reduced to that, by the browser.
 * @param source a file, or what a webcam shows; that is closed
 * @param name for the message
 * @throws PictureError for a file that is too large, or that the browser cannot decode.
 */
export async function bytePicture(
  source: Blob | ImageBitmap,
  options: { readonly maxSide: number; readonly name: string },
): Promise<BytePicture> {
  const { pixels, original } = await pixelsIn(source, options)
  return { image: colourOf(pixels, 255), original }
}

/** A picture of whole numbers from 0 to 255 as a PNG file, in which they are the same. */
export function pngOf({ data, width, height }: Image): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height)
  const pixels = new ImageData(width, height)
  for (let i = 0; i < data.length; i++) pixels.data.set([data[i], data[i], data[i], 255], 4 * i)
  canvas.getContext('2d')!.putImageData(pixels, 0, 0)
  return canvas.convertToBlob({ type: 'image/png' })
}
