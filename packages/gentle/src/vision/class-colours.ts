/** Colours that tell classes apart, on dark and on light pictures. */
import { ArgumentError } from '../core/errors.ts'
import { black, type Colour, white } from './canvas.ts'

/**
 * Of the colours of some strength that are neither dark nor pale, one after the other as far as can be from all before it in OKLab
 * (Ottosson, "A perceptual color space for image processing", 2020).
 */
const listed: readonly Colour[] = [
  [0.9, 0.1, 0.2],
  [0.1, 0.85, 0.15],
  [0.15, 0.4, 1],
  [1, 0.7, 0],
  [0.8, 0.1, 0.95],
  [0, 0.8, 0.8],
  [1, 0.65, 0.95],
  [0.12, 0.57, 0.12],
  [1, 0.3, 0.7],
  [0.68, 0.5, 0.15],
  [0.6, 0.5, 0.85],
  [0, 0.5, 0.6],
  [0.6, 0.85, 0.4],
  [1, 0.5, 0.38],
  [0.45, 0.7, 0],
  [0.68, 0.2, 0.55],
  [0.5, 0.1, 1],
  [0.1, 0.62, 1],
  [0.65, 0.7, 1],
  [0.7, 0.7, 0.4],
]

/** Degrees that part a circle so that each next point falls into a largest gap. */
const goldenAngle = 137.508

/** A class's colour: well apart for the first twenty, different for hundreds. @throws ArgumentError for an index that is not a whole number of at least 0. */
export function classColour(index: number): Colour {
  if (!Number.isInteger(index) || index < 0)
    throw new ArgumentError(`classColour: index is ${index}; expected a whole number of at least 0`)
  if (index < listed.length) return listed[index]
  const lightness = [0.62, 0.52, 0.76][index % 3]
  return fromHsl((index * goldenAngle) % 360, index % 2 === 0 ? 0.9 : 0.6, lightness)
}

/**
 * A mask's colours where class 0 is the background and k stands for the object class k - 1, so that an object's mask has its box's colour; undefined
 * for the background.
 */
export const maskColour = (index: number): Colour | undefined => (index === 0 ? undefined : classColour(index - 1))

/** Red, green and blue of a hue in degrees, a saturation and a lightness of 0 to 1. */
function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const range = saturation * Math.min(lightness, 1 - lightness)
  const channel = (offset: number): number => {
    const sector = (offset + hue / 30) % 12
    return lightness - range * Math.max(-1, Math.min(sector - 3, 9 - sector, 1))
  }
  return [channel(0), channel(8), channel(4)]
}

/** Black or white, whichever can be read better on a colour: the one of the larger contrast (WCAG 2.2, "contrast ratio" and "relative luminance"). */
export function textColourOn(colour: Colour): Colour {
  const [red, green, blue] = colour.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  )
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? black : white
}
