/** Pictures on the host. */
import { ArgumentError } from '../core/errors.ts'

/** A picture, channels first: row-major [channels, height, width]. 0 is black and 1 is white; results of filters may lie outside. */
export interface Image {
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly data: Float32Array
}

/**
 * A picture of these values, which it keeps without copying them; black unless given.
 * @throws ArgumentError for sizes that are not whole numbers of at least 1, or another number of values.
 */
export function image(channels: number, height: number, width: number, data?: Float32Array): Image {
  for (const [what, size] of Object.entries({ channels, height, width }))
    if (!Number.isInteger(size) || size < 1)
      throw new ArgumentError(`image: ${what} is ${size}; expected a whole number of at least 1`)
  const size = channels * height * width
  if (data !== undefined && data.length !== size)
    throw new ArgumentError(
      `image: ${data.length} values for ${channels} x ${height} x ${width}; expected ${size}, channel after channel`,
    )
  return { channels, height, width, data: data ?? new Float32Array(size) }
}

/** What red, green and blue add to grey: ITU-R BT.601 as Octave's rgb2gray has it, not rounded to three digits. */
const greyWeights = [0.298936, 0.587043, 0.114021] as const

/** Red, green and blue as grey, as Octave's rgb2gray. */
export function mixGrey(
  red: Float32Array,
  green: Float32Array,
  blue: Float32Array,
  grey: Float32Array = new Float32Array(red.length),
): Float32Array {
  const [r, g, b] = greyWeights
  for (let i = 0; i < red.length; i++) grey[i] = r * red[i] + g * green[i] + b * blue[i]
  return grey
}

/**
 * A picture's grey values, as Octave's rgb2gray; of one channel, the picture itself.
 * @throws ArgumentError for a number of channels that is neither 1 nor 3.
 */
export function toGrey(picture: Image): Image {
  const { channels, height, width, data } = picture
  if (channels === 1) return picture
  if (channels !== 3) throw new ArgumentError(`toGrey: the picture has ${channels} channels; expected 1 or 3`)
  const pixels = height * width
  const [red, green, blue] = [0, 1, 2].map((c) => data.subarray(c * pixels, (c + 1) * pixels))
  return { channels: 1, height, width, data: mixGrey(red, green, blue) }
}
