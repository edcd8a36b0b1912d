/** Picture files, in Node. They are decoded and encoded by sharp, an optional peer dependency, on threads of its own. */
import { ArgumentError, DataError } from '../core/errors.ts'
import { Canvas } from '../vision/canvas.ts'
import type { Image } from '../vision/image.ts'
import { type Placement, placementOf, type ResizeOptions } from '../vision/resize.ts'
import { decode, type ImageFileInfo, type ImageSource, nameOf, readHeader, sharp, undecodable } from './decode.ts'
import { hasFont, textOverlay } from './smooth-text.ts'

export interface ReadImageOptions {
  /** 1 turns colours to grey as `toGrey` does, 3 repeats grey; as the file has it unless given. */
  readonly channels?: 1 | 3
  /** The size to bring it to, and how; its own unless given. */
  readonly size?: ResizeOptions
}

/** A file's bytes: by its path, sharp may give what it remembers of a file that has changed since. */
async function bytesOf(source: ImageSource): Promise<Uint8Array> {
  if (typeof source !== 'string') return source
  sharp()
  try {
    return await process.getBuiltinModule('node:fs/promises').readFile(source)
  } catch (cause) {
    throw undecodable(source, cause)
  }
}

/**
 * What a picture file's header says; nothing is decoded.
 * @throws DataError for a file that is missing, no picture, or of more than 2^28 pixels.
 */
export async function imageFileInfo(file: string | Uint8Array): Promise<ImageFileInfo> {
  return readHeader(await bytesOf(file), nameOf(file))
}

/** Decodes a file as its header has it to be decoded. */
export async function decodeFile(
  file: ImageSource,
  how: (info: ImageFileInfo) => { readonly channels: 1 | 3; readonly placement?: Placement },
): Promise<Image> {
  const bytes = await bytesOf(file)
  const name = nameOf(file)
  const info = await readHeader(bytes, name)
  return decode(bytes, info, { ...how(info), name })
}

/**
 * Reads a PNG, JPEG, WebP, GIF, TIFF or AVIF file: turned as its EXIF data says, transparency over white, in sRGB whatever its colours are stored as;
 * 8 or 16 bits become [0, 1]. Of an animation, the first frame (`imageFileInfo` tells how many there are).
 * @throws DataError for a file that is missing, no picture, broken, or of more than 2^28 pixels; ArgumentError for a size that is none.
 */
export async function readImageFile(
  file: string | Uint8Array,
  { channels, size }: ReadImageOptions = {},
): Promise<Image> {
  return decodeFile(file, (info) => ({
    channels: channels ?? info.channels,
    ...(size === undefined ? {} : { placement: placementOf(info, size) }),
  }))
}

/**
 * Writes a picture of 1 or 3 channels as PNG, JPEG or WebP, by the file's ending; values are clipped to [0, 1]. The texts of a canvas are written in the letters of the
 * system's font, where it has one.
 * @throws DataError where it cannot be written; ArgumentError for another number of channels.
 */
export async function writeImageFile(path: string, picture: Image): Promise<void> {
  checkChannels(picture, `image ${path}`)
  const made = await drawn(picture)
  try {
    await made.toFile(path)
  } catch (cause) {
    throw new DataError(`image ${path} cannot be written: ${(cause as Error).message.split('\n')[0]}`, { cause })
  }
}

/** How a picture is encoded: without loss as PNG, or smaller, as is enough for photographs, as WebP. */
export type ImageEncoding = 'png' | 'webp'

/**
 * The bytes of a file of a picture of 1 or 3 channels, as `writeImageFile` writes it.
 * @throws ArgumentError for another number of channels.
 */
export async function encodeImage(picture: Image, encoding: ImageEncoding): Promise<Uint8Array> {
  checkChannels(picture, 'encodeImage')
  return (await drawn(picture)).toFormat(encoding).toBuffer()
}

/** @throws ArgumentError for what is neither grey nor of colours. */
function checkChannels({ channels }: Image, where: string): void {
  if (channels !== 1 && channels !== 3)
    throw new ArgumentError(`${where}: a picture of ${channels} channels cannot be written; expected 1 or 3`)
}

/** A picture as what sharp encodes, with the texts of a canvas in letters. */
async function drawn(picture: Image) {
  const open = sharp()
  const { height, width } = picture
  const channels = picture.channels as 1 | 3
  const lettered = picture instanceof Canvas && picture.texts.length > 0 && (await hasFont()) ? picture : undefined
  const raw = open(bytesOfPixels(lettered?.picture ?? picture), { raw: { width, height, channels } })
  const whole = lettered === undefined ? raw : raw.composite([{ input: textOverlay(lettered) }]).removeAlpha()
  // Of one channel sharp would make three.
  return channels === 1 ? whole.toColourspace('b-w') : whole
}

/** Pixel by pixel, a byte a channel. */
function bytesOfPixels({ channels, height, width, data }: Image): Uint8Array {
  const pixels = height * width
  const bytes = new Uint8Array(pixels * channels)
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < pixels; i++)
      bytes[i * channels + c] = Math.round(255 * Math.min(1, Math.max(0, data[c * pixels + i])))
  return bytes
}
