/** What is done to a picture before a network sees it; files of weights keep it beside them. */
import { ArgumentError, FormatError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { type Image, image, toGrey } from './image.ts'
import { type ResizeOptions, resizeImage, type Size } from './resize.ts'

/** How pictures are prepared, as plain data. */
export interface Preprocessing {
  readonly height: number
  readonly width: number
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: 1 | 3
  /** Fitted in whole on black, or cut from the middle after the shorter side is scaled to `shorterSide`. */
  readonly fit: 'contain' | { readonly shorterSide: number }
  /** A byte b of channel c becomes (b scale - mean[c]) / deviation[c]. */
  readonly scale: number
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

const unitInterval = 1 / 255

/** Fitted in whole, bytes as [0, 1], as MNIST is read. Undefined for a shape of examples that are no pictures. */
export function plainPreprocessing(inputShape: Shape): Preprocessing | undefined {
  const [channels, height, width] = inputShape
  if (inputShape.length !== 3 || (channels !== 1 && channels !== 3)) return undefined
  const all = (value: number): number[] => Array.from({ length: channels }, () => value)
  return { height, width, channels, fit: 'contain', scale: unitInterval, mean: all(0), deviation: all(1) }
}

/**
 * What torchvision's weights expect: of the middle 224 of 256, each colour with ImageNet's mean 0 and deviation 1.
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
    deviation: [0.229, 0.224, 0.225],
  }
}

/** The same picture in [0, 1]: before means are taken away. */
export const withoutNormalization = (preprocessing: Preprocessing): Preprocessing => ({
  ...preprocessing,
  scale: unitInterval,
  mean: preprocessing.mean.map(() => 0),
  deviation: preprocessing.deviation.map(() => 1),
})

/** Makes of values in [0, 1], in place, what the network expects: scaled, less the mean of each channel, over its deviation. */
export function normalizePixels(pixels: Float32Array, { channels, scale, mean, deviation }: Preprocessing): void {
  const size = pixels.length / channels
  for (let i = 0; i < pixels.length; i++) {
    const channel = Math.floor(i / size)
    pixels[i] = (255 * scale * pixels[i] - mean[channel]) / deviation[channel]
  }
}

/** The size to which a picture of another is brought, before what is too much is cut off. */
export function resizeFor({ height, width, fit }: Preprocessing, original: Size, invert: boolean): ResizeOptions {
  // What is black in the end is white before it is inverted.
  if (fit === 'contain') return { height, width, fit, padding: invert ? 1 : 0 }
  const scale = fit.shorterSide / Math.min(original.width, original.height)
  const side = (length: number): number => Math.max(fit.shorterSide, Math.trunc(length * scale))
  return { height: side(original.height), width: side(original.width) }
}

/** The middle of a picture, as torchvision cuts it. @throws ArgumentError for one that is too small. */
function middleOf(picture: Image, height: number, width: number): Image {
  if (picture.height === height && picture.width === width) return picture
  if (picture.height < height || picture.width < width)
    throw new ArgumentError(
      `preprocessing: a picture scaled to ${picture.height} x ${picture.width} has no middle of ${height} x ${width}; expected a larger shorterSide`,
    )
  const middle = image(picture.channels, height, width)
  const [top, left] = [Math.round((picture.height - height) / 2), Math.round((picture.width - width) / 2)]
  for (let c = 0; c < picture.channels; c++)
    for (let row = 0; row < height; row++) {
      const from = (c * picture.height + top + row) * picture.width + left
      middle.data.set(picture.data.subarray(from, from + width), (c * height + row) * width)
    }
  return middle
}

/** What is left to do to a picture that has been resized by `resizeFor`: [channels, height, width]. */
export function prepareResized(resized: Image, preprocessing: Preprocessing, invert: boolean): Float32Array {
  const { data } = middleOf(resized, preprocessing.height, preprocessing.width)
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
 * A picture of any size, values in [0, 1], as [channels, height, width] as a network takes it.
 * @throws ArgumentError for a picture that is too small for what shall be cut from its middle.
 */
export function preprocessImage(
  picture: Image,
  preprocessing: Preprocessing,
  { invert = false }: PreprocessOptions = {},
): Float32Array {
  const resized = resizeImage(withChannels(picture, preprocessing.channels), resizeFor(preprocessing, picture, invert))
  return prepareResized(resized, preprocessing, invert)
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
  const { height, width, channels, fit, scale, mean, deviation, ...unknown } = value as Record<string, unknown>
  return (
    Object.keys(unknown).length === 0 &&
    isSize(height) &&
    isSize(width) &&
    (channels === 1 || channels === 3) &&
    (fit === 'contain' ||
      (typeof fit === 'object' &&
        fit !== null &&
        Object.keys(fit).join() === 'shorterSide' &&
        isSize((fit as { shorterSide: unknown }).shorterSide))) &&
    areNumbers([scale], 1, (n) => n > 0) &&
    areNumbers(mean, channels, Number.isFinite) &&
    areNumbers(deviation, channels, (n) => n > 0)
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
