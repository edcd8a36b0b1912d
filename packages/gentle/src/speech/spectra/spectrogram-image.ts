import { ArgumentError } from '../../core/errors.ts'
import { heated } from '../../vision/heat.ts'
import { type Image, image } from '../../vision/image.ts'

/**
 * A spectrogram as a picture: time to the right, a pixel a frame; frequencies upwards, a pixel each; the louder, the brighter, from dark violet to light
 * yellow. The quietest and the loudest hundredth are one colour, so that a click does not darken all else.
 * @param values [frames, features], row-major
 * @throws ArgumentError for values that are not a whole number of frames.
 */
export function spectrogramImage(values: Float32Array, features: number): Image {
  const frames = values.length / features
  if (!Number.isInteger(frames) || frames < 1)
    throw new ArgumentError(`spectrogramImage: ${values.length} values are not a whole number of frames of ${features}`)
  const sorted = values.toSorted()
  const [min, max] = [0.01, 0.99].map((share) => sorted[Math.round(share * (sorted.length - 1))])
  const shades = new Float32Array(values.length)
  for (let frame = 0; frame < frames; frame++)
    for (let f = 0; f < features; f++)
      shades[(features - 1 - f) * frames + frame] = Math.min(max, Math.max(min, values[frame * features + f]))
  return heated(image(1, features, frames, shades))
}
