/** Masks over a picture. */
import { ArgumentError } from '../core/errors.ts'
import { ignoredPixel } from '../nn/segmentation-losses.ts'
import type { Colour } from './canvas.ts'
import { maskColour } from './class-colours.ts'
import { type Image, image } from './image.ts'

export interface OverlayOptions {
  /** A class's colour; undefined for one that is not coloured. Unless given, `maskColour`: 0 is the background. */
  readonly colours?: (index: number) => Colour | undefined
  /** How much the colours cover, 0 to 1; 0.5 unless given. */
  readonly opacity?: number
  /** Whether the pixels at a class's edge are covered wholly; true unless given. */
  readonly contours?: boolean
}

/**
 * A picture with the classes of its pixels as colours, [3, height, width]. Ignored pixels (255) are hatched in grey.
 * @param mask the class of every pixel: row-major [height, width]
 * @throws ArgumentError for a mask of another size, an opacity outside, and a picture of neither 1 nor 3 channels.
 */
export function overlayMask(
  picture: Image,
  mask: Uint8Array,
  { colours = maskColour, opacity = 0.5, contours = true }: OverlayOptions = {},
): Image {
  const { channels, height, width, data } = picture
  const pixels = height * width
  if (channels !== 1 && channels !== 3)
    throw new ArgumentError(`overlayMask: the picture has ${channels} channels; expected 1 or 3`)
  if (mask.length !== pixels)
    throw new ArgumentError(
      `overlayMask: the mask has ${mask.length} pixels; expected ${pixels} for a picture of ${height} x ${width}`,
    )
  if (!(opacity >= 0 && opacity <= 1)) throw new ArgumentError(`overlayMask: opacity is ${opacity}; expected 0 to 1`)
  const colourOf = Array.from({ length: ignoredPixel }, (_, index) => colours(index))
  const result = image(3, height, width)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      const index = mask[at]
      const colour = index === ignoredPixel ? hatch(x, y) : colourOf[index]
      const edge =
        contours &&
        index !== ignoredPixel &&
        ((x > 0 && mask[at - 1] !== index) ||
          (x + 1 < width && mask[at + 1] !== index) ||
          (y > 0 && mask[at - width] !== index) ||
          (y + 1 < height && mask[at + width] !== index))
      const share = colour === undefined ? 0 : edge ? 1 : opacity
      for (let c = 0; c < 3; c++) {
        const own = data[(channels === 3 ? c * pixels : 0) + at]
        result.data[c * pixels + at] = colour === undefined ? own : share * colour[c] + (1 - share) * own
      }
    }
  return result
}

const lightGrey: Colour = [0.8, 0.8, 0.8]
const darkGrey: Colour = [0.35, 0.35, 0.35]

/** Diagonal stripes, two pixels each. */
const hatch = (x: number, y: number): Colour => ((x + y) % 4 < 2 ? lightGrey : darkGrey)
