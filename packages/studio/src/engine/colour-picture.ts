/** Pictures in colour that somebody gives, as the engine takes them: decoded by the browser, in a worker. */
import { type Image, image } from 'gentle-dl/vision'
import { pixelsIn } from './decoded-picture.ts'

/** Larger pictures are reduced to this by the browser before the engine brings them to the size that a network takes. */
const maxSide = 4096

/**
 * Reads a picture: 3 channels in [0, 1], turned as its EXIF data says, transparency over white.
 * @throws PictureError for a file that is too large, or that the browser cannot decode.
 */
export async function colourPicture(source: Blob, name: string): Promise<Image> {
  return colourOf((await pixelsIn(source, { maxSide, name })).pixels)
}

/** Pixels of red, green, blue and opacity as three channels, from 0 to the number of white. */
export function colourOf(
  {
    data,
    width,
    height,
  }: {
    readonly data: Uint8ClampedArray
    readonly width: number
    readonly height: number
  },
  white = 1,
): Image {
  const pixels = width * height
  const picture = image(3, height, width)
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < 3; c++) picture.data[c * pixels + i] = (data[4 * i + c] * white) / 255
  return picture
}
