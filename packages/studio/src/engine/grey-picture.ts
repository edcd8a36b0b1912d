/** Pictures that somebody gives, as the engine takes them: decoded by the browser, in a worker. */
import { type Image, image, toGrey } from 'gentle-dl/vision'
import { pixelsIn } from './decoded-picture.ts'

export interface GreyPicture {
  /** One channel of whole numbers, 0 (black) to 255 (white). */
  readonly image: Image
  /** As it was given: pixels across and down. */
  readonly original: readonly [width: number, height: number]
}

/**
 * Reads a picture as bytes of grey, turned as its EXIF data says, transparency over white, with the weights of Octave's rgb2gray. One that is larger than `maxSide` across or
 * down is reduced to that, by the browser.
 * @param source a file, or what a webcam shows; that is closed
 * @param name for the message
 * @throws PictureError for a file that is too large, or that the browser cannot decode.
 */
export async function greyPicture(
  source: Blob | ImageBitmap,
  options: { readonly maxSide: number; readonly name: string },
): Promise<GreyPicture> {
  const { pixels, original } = await pixelsIn(source, options)
  return { image: greyOf(pixels), original }
}

/** Pixels of red, green, blue and opacity as whole numbers of grey. */
export function greyOf({
  data,
  width,
  height,
}: {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}): Image {
  const pixels = width * height
  const colours = image(3, height, width)
  for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) colours.data[c * pixels + i] = data[4 * i + c]
  return image(1, height, width, toGrey(colours).data.map(Math.round))
}

/** A picture of whole numbers from 0 to 255 as a PNG file, in which they are the same. */
export function pngOf({ data, width, height }: Image): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height)
  const pixels = new ImageData(width, height)
  for (let i = 0; i < data.length; i++) pixels.data.set([data[i], data[i], data[i], 255], 4 * i)
  canvas.getContext('2d')!.putImageData(pixels, 0, 0)
  return canvas.convertToBlob({ type: 'image/png' })
}
