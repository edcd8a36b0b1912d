/** Transforms that change values where they are, in the order of the policy, after all that moves pixels. */
import { gaussianBlur } from '../../vision/photometric/blur.ts'
import { hue, saturation } from '../../vision/photometric/colour.ts'
import { cutoutBox, eraseRectangle, randomErasingBox } from '../../vision/photometric/erasing.ts'
import { grey } from '../../vision/photometric/grey.ts'
import { autocontrast, equalize, posterize } from '../../vision/photometric/levels.ts'
import { gaussianNoise } from '../../vision/photometric/noise.ts'
import { sharpness } from '../../vision/photometric/sharpness.ts'
import { brightness, contrast, gamma, invert, solarize } from '../../vision/photometric/tone.ts'
import type { PixelChange } from './drawing.ts'
import { between } from './geometric.ts'
import { number, oneOf, range, spread, whole } from './options.ts'
import { defineTransform } from './transform.ts'

/** A function of vision/photometric/ that takes no strength, or one. */
type Plain = (pixels: Float32Array, channels: number, height: number, width: number) => void
type Strong = (pixels: Float32Array, channels: number, height: number, width: number, strength: number) => void

/** One change of a picture, by so much. */
export const byStrength =
  (change: Strong, strength: number): PixelChange =>
  (pixels, { channels, height, width }) =>
    change(pixels, channels, height, width, strength)

export const always =
  (change: Plain): PixelChange =>
  (pixels, { channels, height, width }) =>
    change(pixels, channels, height, width)

const byFactor = (about: string, change: Strong) =>
  defineTransform(
    about,
    { factor: range(0, 100) },
    ({ factor }) =>
      (random, drawing) =>
        drawing.changes.push(byStrength(change, between(random, factor))),
  )

/** Done or not: by half by default. */
const switched = (about: string, change: Plain) => {
  const step = always(change)
  return defineTransform(about, {}, () => (_, drawing) => drawing.changes.push(step), 0.5)
}

export const photometric = {
  brightness: byFactor('multiplies the pixel values', brightness),
  contrast: byFactor("scales the differences from the picture's mean grey", contrast),
  saturation: byFactor("scales the differences from each pixel's grey; leaves grey pictures as they are", saturation),
  sharpness: byFactor('scales the differences from a blurred picture', sharpness),
  hue: defineTransform(
    'rotates the hue by fractions of a full turn; leaves grey pictures as they are',
    { shift: spread(0.5) },
    ({ shift }) =>
      (random, drawing) =>
        drawing.changes.push(byStrength(hue, between(random, shift))),
  ),
  gamma: defineTransform(
    'raises the values to a power',
    { exponent: range(0, 100) },
    ({ exponent }) =>
      (random, drawing) =>
        drawing.changes.push(
          byStrength((pixels, c, h, w, by) => gamma(pixels, c, h, w, by), between(random, exponent)),
        ),
  ),
  noise: defineTransform(
    'adds normal noise of this standard deviation',
    { std: number(0, 10) },
    ({ std }) =>
      (random, drawing) => {
        const own = random.fork(drawing.changes.length, 0)
        drawing.changes.push((pixels, { channels, height, width }) =>
          gaussianNoise(pixels, channels, height, width, std, own),
        )
      },
  ),
  blur: defineTransform(
    'blurs by a Gaussian of this standard deviation in pixels, cut off after three of them',
    { sigma: range(0.01, 100) },
    ({ sigma }) =>
      (random, drawing) => {
        const by = between(random, sigma)
        drawing.changes.push((pixels, { channels, height, width }) =>
          gaussianBlur(pixels, channels, height, width, 2 * Math.ceil(3 * by) + 1, by),
        )
      },
  ),
  grey: switched('removes the colour', grey),
  invert: switched('inverts the values', invert),
  equalize: switched('equalizes the histogram', equalize),
  autocontrast: switched('stretches each channel to the range from 0 to 1', autocontrast),
  posterize: defineTransform(
    'keeps this many bits of each value',
    { bits: whole(1, 8) },
    ({ bits }) =>
      (_, drawing) =>
        drawing.changes.push(byStrength(posterize, bits)),
    0.5,
  ),
  solarize: defineTransform(
    'inverts the values from a threshold upwards',
    { threshold: number(0, 1, 0.5) },
    ({ threshold }) =>
      (_, drawing) =>
        drawing.changes.push(byStrength(solarize, threshold)),
    0.5,
  ),
  cutout: defineTransform(
    'blackens a random square, its side a fraction of the shorter side (DeVries and Taylor, 2017)',
    { size: number(0.001, 1, 0.5), fill: number(0, 1, 0) },
    ({ size, fill }) =>
      (random, drawing) => {
        const { height, width } = drawing.size
        const side = Math.max(1, Math.round(size * Math.min(height, width)))
        const box = cutoutBox(height, width, side, random)
        drawing.changes.push((pixels, { channels }) => eraseRectangle(pixels, channels, height, width, box, fill))
      },
  ),
  erase: defineTransform(
    'fills a rectangle of random area and aspect ratio with a value or noise (Zhong et al., 2017)',
    { area: range(0, 1, [0.02, 0.33]), aspect: range(0.01, 100, [0.3, 3.3]), with: oneOf(['black', 'noise'], 'black') },
    ({ area, aspect, with: filling }) =>
      (random, drawing) => {
        const { height, width } = drawing.size
        const box = randomErasingBox(height, width, random, { area, aspect })
        if (box === undefined) return
        const fill = filling === 'black' ? 0 : random.fork(drawing.changes.length, 0)
        drawing.changes.push((pixels, { channels }) => eraseRectangle(pixels, channels, height, width, box, fill))
      },
    0.5,
  ),
} as const
