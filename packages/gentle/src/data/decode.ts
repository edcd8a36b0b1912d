/** Decoding of picture files by sharp, an optional peer dependency, on threads of its own. */
import { DataError } from '../core/errors.ts'
import { type Image, image, toGrey } from '../vision/image.ts'
import { checkSize, type ResizeOptions, resizeImage, shrinkage } from '../vision/resize.ts'
import { inNode, peerPackage } from './node.ts'

type Sharp = typeof import('sharp')['default']

/** More pixels than this are refused: a picture of 16,384 x 16,384. */
const largest = 2 ** 28

let loaded: Sharp | undefined

/** @throws DataError where sharp is not installed. */
export function sharp(): Sharp {
  if (!inNode()) throw new DataError('picture files are read and written in Node alone')
  loaded ??= peerPackage('sharp') as Sharp | undefined
  if (loaded === undefined)
    throw new DataError('picture files need the package sharp, which is not installed; run npm install sharp')
  return loaded
}

/** What a picture file's header says. */
export interface ImageFileInfo {
  /** 'jpeg', 'png', 'webp', ... */
  readonly format: string
  /** Of the picture as it is seen, turned as its EXIF data says. */
  readonly height: number
  readonly width: number
  /** 1 for shades of grey, 3 for colours. */
  readonly channels: 1 | 3
  /** Whether parts of it may be transparent. */
  readonly alpha: boolean
  /** Bits a channel that are read: 16 where the file has them, 8 otherwise. */
  readonly bits: 8 | 16
  /** 1; more for animations, of which the first frame is read. */
  readonly frames: number
}

/** A picture file: by its path, or its bytes. */
export type ImageSource = string | Uint8Array

/** How messages call it. */
export const nameOf = (source: ImageSource): string =>
  typeof source === 'string' ? `image ${source}` : 'the image given in memory'

const open = (source: ImageSource) => sharp()(source, { limitInputPixels: largest, failOn: 'error' })

/** In one line: which file, what is wrong with it, what was expected. */
export function undecodable(name: string, cause: unknown): DataError {
  const { code, message } = cause as NodeJS.ErrnoException
  const reason = message.split('\n')[0]
  const why =
    code === 'ENOENT' || code === 'ENOTDIR' || reason.includes('file is missing')
      ? 'there is no such file'
      : code === 'EISDIR'
        ? 'it is a folder; expected a file'
        : reason.includes('pixel limit')
          ? `it has more than ${largest.toLocaleString('en-US')} pixels; make it smaller`
          : reason.includes('is empty')
            ? 'the file is empty; expected a picture'
            : reason.includes('unsupported image format')
              ? 'it cannot be decoded, for it is no picture; expected PNG, JPEG, WebP, GIF, TIFF or AVIF'
              : // What libvips says may be of another file that is decoded at the same time.
                'it cannot be decoded, for it is broken or cut off; expected a whole PNG, JPEG, WebP, GIF, TIFF or AVIF file'
  return new DataError(`${name}: ${why}`, { cause })
}

/** @throws DataError for a file that is missing, no picture, broken, or of more than 2^28 pixels. */
export async function readHeader(source: ImageSource, name = nameOf(source)): Promise<ImageFileInfo> {
  sharp()
  try {
    const { format, space, depth, hasAlpha, pages, autoOrient } = await open(source).metadata()
    const { height, width } = autoOrient
    // Decoding checks this too, but names it only after it has opened the file.
    if (height * width > largest) throw new Error('exceeds pixel limit')
    return {
      format,
      height,
      width,
      channels: space === 'b-w' || space === 'grey16' ? 1 : 3,
      alpha: hasAlpha,
      bits: depth === 'ushort' ? 16 : 8,
      frames: pages ?? 1,
    }
  } catch (cause) {
    throw undecodable(name, cause)
  }
}

/**
 * Decodes a picture whose header is known. What shrinks to less than a quarter is shrunk in part as it is decoded, to twice the size asked
 * for; the rest, and all enlarging, is `resizeImage`: libvips' own shifts small pictures by a part of a pixel.
 * @throws DataError for a broken file.
 */
export async function decode(
  source: ImageSource,
  { height, width, bits, alpha, channels: stored }: ImageFileInfo,
  { channels, size, name = nameOf(source) }: { channels: 1 | 3; size?: ResizeOptions; name?: string },
): Promise<Image> {
  if (size !== undefined) checkSize(size)
  const grey = stored === 1
  // 'b-w' loses transparency.
  const space = bits === 16 ? (grey ? 'grey16' : 'rgb16') : grey && !alpha ? 'b-w' : 'srgb'
  const shrinks = size === undefined ? 1 : shrinkage({ height, width }, size) / 2
  const smaller = { height: Math.max(1, Math.round(height / shrinks)), width: Math.max(1, Math.round(width / shrinks)) }
  let decoded: Image
  try {
    const upright = open(source).autoOrient()
    const pipeline = shrinks < 2 ? upright : upright.resize({ ...smaller, fit: 'fill', kernel: 'linear' })
    const { data, info } = await pipeline
      .toColourspace(space)
      .raw(bits === 16 ? { depth: 'ushort' } : {})
      .toBuffer({ resolveWithObject: true })
    const values = bits === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data
    decoded = overWhite(values, info, stored, 2 ** bits - 1)
  } catch (cause) {
    throw undecodable(name, cause)
  }
  const picture = channels === 1 ? toGrey(decoded) : repeated(decoded)
  return size === undefined || (picture.height === size.height && picture.width === size.width)
    ? picture
    : resizeImage(picture, size, { height, width })
}

/** Pixel after pixel becomes channel after channel, byte after byte [0, 1]; what is transparent shows white. */
function overWhite(
  values: Uint8Array | Uint16Array,
  { height, width, channels: step }: { height: number; width: number; channels: number },
  channels: 1 | 3,
  most: number,
): Image {
  const picture = image(channels, height, width)
  const { data } = picture
  const transparent = step % 2 === 0
  for (let c = 0, place = 0; c < channels; c++)
    for (let at = 0; at < values.length; at += step) {
      const value = values[at + c] / most
      if (transparent) {
        const opaque = values[at + step - 1] / most
        data[place++] = value * opaque + (1 - opaque)
      } else data[place++] = value
    }
  return picture
}

/** Grey as red, green and blue. */
function repeated(picture: Image): Image {
  if (picture.channels === 3) return picture
  const { height, width, data } = picture
  const colours = image(3, height, width)
  for (let c = 0; c < 3; c++) colours.data.set(data, c * data.length)
  return colours
}
