/** What is done to a picture before a network sees it; files of weights keep it beside them. */
import { ArgumentError, FormatError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { type Image, image, toGrey } from './image.ts'
import { type Axis, type Placement, placed, placementOf, type Size } from './resize.ts'

/** How pictures are prepared, as plain data. */
export interface Preprocessing {
  readonly height: number
  readonly width: number
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: 1 | 3
  /** Fitted in whole on black, stretched, or cut from the middle, on black where that is larger, after the shorter side is scaled to `shorterSide`. */
  readonly fit: 'contain' | 'stretch' | { readonly shorterSide: number }
  /** A byte b of channel c becomes (b scale - mean[c]) / std[c]. */
  readonly scale: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

const unitInterval = 1 / 255

/** Fitted in whole, bytes as [0, 1], as MNIST is read. Undefined for a shape of examples that are not pictures. */
export function plainPreprocessing(inputShape: Shape): Preprocessing | undefined {
  const [channels, height, width] = inputShape
  if (inputShape.length !== 3 || (channels !== 1 && channels !== 3)) return undefined
  const all = (value: number): number[] => Array.from({ length: channels }, () => value)
  return { height, width, channels, fit: 'contain', scale: unitInterval, mean: all(0), std: all(1) }
}

/**
 * What torchvision's weights expect: of the middle 224 of 256, each colour with ImageNet's mean 0 and standard deviation 1.
 * @throws ArgumentError for a shape of other than 3 channels.
 */
export function imagenetPreprocessing(inputShape: Shape): Preprocessing {
  const [channels, height, width] = inputShape
  if (inputShape.length !== 3 || channels !== 3)
    throw new ArgumentError(
      `imagenet preprocessing is for pictures of 3 channels; the network takes ${inputShape.length === 3 ? channels : formatShape(inputShape)}`,
    )
  return {
    height,
    width,
    channels,
    fit: { shorterSide: Math.round((Math.min(height, width) * 256) / 224) },
    scale: unitInterval,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  }
}

/** The same picture in [0, 1]: before means are taken away. */
export const withoutNormalization = (preprocessing: Preprocessing): Preprocessing => ({
  ...preprocessing,
  scale: unitInterval,
  mean: preprocessing.mean.map(() => 0),
  std: preprocessing.std.map(() => 1),
})

/** Makes of values in [0, 1], in place, what the network expects: scaled, less the mean of each channel, over its deviation. */
export function normalizePixels(pixels: Float32Array, { channels, scale, mean, std }: Preprocessing): void {
  const size = pixels.length / channels
  const factor = 255 * scale
  for (let channel = 0; channel < channels; channel++) {
    const [middle, spread] = [mean[channel], std[channel]]
    for (let i = channel * size; i < (channel + 1) * size; i++) pixels[i] = (factor * pixels[i] - middle) / spread
  }
}

/** What `normalizePixels` makes of each byte over 255, to the bit: [channels, 256]. */
export function normalizedBytes(preprocessing: Preprocessing): Float32Array {
  const levels = Float32Array.from({ length: 256 * preprocessing.channels }, (_, i) => (i % 256) / 255)
  normalizePixels(levels, preprocessing)
  return levels
}

/** To the nearest whole number; halves go to the even one, as Python rounds. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  if (value - below !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}

/** The middle `kept` of a side of `old` pixels that is brought to `length`, as torchvision's `CenterCrop` cuts it; in the middle where it is shorter. */
function middleOf(old: number, length: number, kept: number): Axis {
  if (length < kept) return { from: 0, to: old, length, before: Math.floor((kept - length) / 2) }
  const first = roundHalfEven((length - kept) / 2)
  return { from: (first * old) / length, to: ((first + kept) * old) / length, length: kept, before: 0 }
}

/**
 * The size to which torchvision's `Resize` scales a picture, by its shorter side. The product comes before the division: a scale would be rounded first,
 * and be short of a pixel for hundreds of sizes.
 */
export function scaledSize({ height, width }: Size, shorterSide: number): Size {
  const shorter = Math.min(height, width)
  const scaled = (side: number): number => Math.trunc((shorterSide * side) / shorter)
  return { height: scaled(height), width: scaled(width) }
}

/** Where a picture of a size comes to lie. Black in the end is white before it is inverted. */
export function preprocessedPlacement(
  { height, width, fit }: Preprocessing,
  original: Size,
  { invert = false }: PreprocessOptions = {},
): Placement {
  const padding = invert ? 1 : 0
  if (fit === 'contain' || fit === 'stretch') return placementOf(original, { height, width, fit, padding })
  const scaled = scaledSize(original, fit.shorterSide)
  return {
    height,
    width,
    padding,
    bytes: true,
    rows: middleOf(original.height, scaled.height, height),
    columns: middleOf(original.width, scaled.width, width),
  }
}

/** What is left to do to a picture that lies where it belongs, in place: [channels, height, width]. */
export function finishPreprocessing(
  { data }: Image,
  preprocessing: Preprocessing,
  { invert = false }: PreprocessOptions = {},
): Float32Array {
  if (invert) for (let i = 0; i < data.length; i++) data[i] = 1 - data[i]
  normalizePixels(data, preprocessing)
  return data
}

/** A picture with the channels that are asked for: grey ones become three alike, coloured ones grey. */
function withChannels(picture: Image, channels: 1 | 3): Image {
  if (picture.channels === channels) return picture
  if (channels === 1) return toGrey(picture)
  const { height, width, data } = toGrey(picture)
  return image(
    3,
    height,
    width,
    Float32Array.from({ length: 3 * data.length }, (_, i) => data[i % data.length]),
  )
}

export interface PreprocessOptions {
  /** Exchanges black and white: for pictures dark on light, where the network knows light on dark. */
  readonly invert?: boolean
}

/**
 * A picture of any size, values in [0, 1], as [channels, height, width] as a network takes it. With a `shorterSide` it is what torchvision's `Resize`,
 * `CenterCrop`, `ToTensor` and `Normalize` give for a picture of bytes, to the bit before means are taken away.
 */
export function preprocessImage(
  picture: Image,
  preprocessing: Preprocessing,
  options: PreprocessOptions = {},
): Float32Array {
  const placement = preprocessedPlacement(preprocessing, picture, options)
  return finishPreprocessing(placed(withChannels(picture, preprocessing.channels), placement), preprocessing, options)
}

const metadataKey = 'gentle.preprocessing'

/** Preprocessing as a safetensors file's metadata. */
export const preprocessingMetadata = (preprocessing: Preprocessing | undefined): Record<string, string> =>
  preprocessing === undefined ? {} : { [metadataKey]: JSON.stringify(preprocessing) }

const isSize = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1

const areNumbers = (value: unknown, count: number, isOne: (n: number) => boolean): boolean =>
  Array.isArray(value) && value.length === count && value.every((n) => typeof n === 'number' && isOne(n))

function isPreprocessing(value: unknown): value is Preprocessing {
  if (typeof value !== 'object' || value === null) return false
  const { height, width, channels, fit, scale, mean, std, ...unknown } = value as Record<string, unknown>
  return (
    Object.keys(unknown).length === 0 &&
    isSize(height) &&
    isSize(width) &&
    (channels === 1 || channels === 3) &&
    (fit === 'contain' ||
      fit === 'stretch' ||
      (typeof fit === 'object' &&
        fit !== null &&
        Object.keys(fit).join() === 'shorterSide' &&
        isSize((fit as { shorterSide: unknown }).shorterSide))) &&
    areNumbers([scale], 1, (n) => n > 0) &&
    areNumbers(mean, channels, Number.isFinite) &&
    areNumbers(std, channels, (n) => n > 0)
  )
}

/**
 * The preprocessing that a safetensors file's metadata tells of; undefined where it tells of none.
 * @param name of the file, for messages
 * @throws FormatError for one that is broken.
 */
export function preprocessingFrom(
  metadata: Readonly<Record<string, string>>,
  name = 'weights',
): Preprocessing | undefined {
  const stored = metadata[metadataKey]
  if (stored === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(stored)
  } catch {
    // Told below, whatever is wrong with it.
  }
  if (isPreprocessing(value)) return value
  throw new FormatError(`${name}: its metadata ${metadataKey} is broken; expected what preprocessingMetadata gives`)
}
