/** Decoding of picture files by sharp, an optional peer dependency, on threads of its own. */
import { DataError } from '../core/errors.ts'
import { type Image, image, mixGrey } from '../vision/image.ts'
import { type PixelBytes, type Placement, Resizer, type RowReader, type Size } from '../vision/resize.ts'
import { Budget } from './budget.ts'
import type { JpegDecoder } from './jpeg/decode-jpeg.ts'
import { inNode, peerPackage } from './node.ts'

type Sharp = typeof import('sharp')['default']

/** More pixels than this are refused: a picture of 16,384 x 16,384. */
const largest = 2 ** 28

let loaded: Sharp | undefined

/** @throws DataError where sharp is not installed. */
export function sharp(): Sharp {
  if (!inNode()) throw new DataError('picture files can be read and written only in Node')
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
  /** Whether its EXIF data turns or mirrors it. */
  readonly turned: boolean
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

/** Of a picture with more pixels than this, its header is compared with the length of the file before it is decoded. */
const largestUnasked = 2 ** 22

/**
 * Pixels that a byte of a file can stand for at most: of deflate, 1,032 bytes of 8 pixels; of LZW, whose codes of 12 bits stand for no more than 4,096 bytes;
 * of JPEG, blocks of 8 x 8 with a bit each. Formats that tell areas of one colour by their corners alone have no such bound.
 */
const mostPixels: Readonly<Record<string, number>> = { png: 8 * 1032, gif: 4096 / 1.5, jpeg: 8 * 64 }

/** What an error of our own begins with, as `undecodable` knows it. */
const beyondBytes = 'beyond its bytes: '

const lengthOf = async (source: ImageSource): Promise<number> =>
  typeof source === 'string' ? (await process.getBuiltinModule('node:fs/promises').stat(source)).size : source.length

const open = (source: ImageSource) => sharp()(source, { limitInputPixels: largest, failOn: 'error' })

/** What libvips says may be of another file that is decoded at the same time. */
const isMissing = (source: ImageSource): boolean =>
  typeof source === 'string' && !process.getBuiltinModule('node:fs').existsSync(source)

/** Of a file by its path libvips does not say so. */
const isEmpty = (source: ImageSource): boolean =>
  (typeof source === 'string'
    ? process.getBuiltinModule('node:fs').statSync(source, { throwIfNoEntry: false })?.size
    : source.length) === 0

/** In one line: which file, what is wrong with it, what was expected. */
export function undecodable(source: ImageSource, cause: unknown, name = nameOf(source)): DataError {
  const { code, message } = cause as NodeJS.ErrnoException
  const reason = message.split('\n')[0]
  const why = isMissing(source)
    ? 'there is no such file'
    : code === 'EISDIR'
      ? 'it is a folder; expected a file'
      : reason.includes('pixel limit')
        ? `it has more than ${largest.toLocaleString('en-US')} pixels; make it smaller`
        : reason.startsWith('unknown white of ')
          ? `its numbers are of type ${reason.slice('unknown white of '.length)}, which does not say what is white; expected 8 or 16 bits a channel`
          : isEmpty(source)
            ? 'the file is empty; expected a picture'
            : reason.startsWith(beyondBytes)
              ? `it says that it has ${reason.slice(beyondBytes.length)}, which is more than its bytes can hold; it is broken`
              : reason.includes('unsupported image format')
                ? 'it cannot be decoded: it is not a picture; expected PNG, JPEG, WebP, GIF, TIFF or AVIF'
                : 'it cannot be decoded: it is broken or cut off; expected a whole PNG, JPEG, WebP, GIF, TIFF or AVIF file'
  return new DataError(`${name}: ${why}`, { cause })
}

/** @throws DataError for a file that is missing, no picture, broken, of numbers whose white nobody knows, or of more than 2^28 pixels. */
export async function readHeader(source: ImageSource, name = nameOf(source)): Promise<ImageFileInfo> {
  sharp()
  try {
    const { format, space, depth, hasAlpha, pages, autoOrient, orientation = 1 } = await open(source).metadata()
    const { height, width } = autoOrient
    // Decoding checks this too, but names it only after it has opened the file.
    if (height * width > largest) throw new Error('exceeds pixel limit')
    if (
      height * width > largestUnasked &&
      height * width > (mostPixels[format] ?? Number.POSITIVE_INFINITY) * (await lengthOf(source))
    )
      throw new Error(`${beyondBytes}${width} x ${height} pixels`)
    // Of floating-point numbers white may be 1 or 255, of long integers anything.
    if (depth !== 'uchar' && depth !== 'ushort') throw new Error(`unknown white of ${depth}`)
    return {
      format,
      height,
      width,
      channels: space === 'b-w' || space === 'grey16' ? 1 : 3,
      turned: orientation > 1,
      alpha: hasAlpha,
      bits: depth === 'ushort' ? 16 : 8,
      frames: pages ?? 1,
    }
  } catch (cause) {
    throw undecodable(source, cause, name)
  }
}

/** Some rows of a picture. */
interface Rows {
  readonly begin: number
  readonly end: number
}

/** Pixel after pixel, as sharp gives them; of greys or colours, and opacity where there is some. */
interface Pixels {
  readonly values: Uint8Array | Uint16Array
  readonly height: number
  readonly width: number
  /** Values a pixel. */
  readonly step: number
}

/** Bytes of decoded pixels that are on their way at once: whole photos are large, and threads decode faster than rows are read. */
const onTheirWay = new Budget(2 ** 28)

/**
 * Decodes a picture whose header is known, and lets it be used. Nothing shrinks on its way: what a decoder shrinks is not what PIL or our own resizing makes of all
 * pixels.
 * @param rows all that are wanted; those above are decoded without being kept, those below not even that
 * @throws DataError for a broken file.
 */
async function withPixels<Result>(
  source: ImageSource,
  { height, width, bits, alpha, channels, turned }: ImageFileInfo,
  name: string,
  use: (pixels: Pixels) => Result,
  rows?: Rows,
): Promise<Result> {
  const grey = channels === 1
  // 'b-w' loses transparency.
  const space = bits === 16 ? (grey ? 'grey16' : 'rgb16') : grey && !alpha ? 'b-w' : 'srgb'
  const size = (rows === undefined ? height : rows.end - rows.begin) * width * (bits / 8) * (channels + Number(alpha))
  return onTheirWay.spend(size, async () => {
    let pixels: Pixels
    try {
      const upright = turned ? open(source).autoOrient() : open(source)
      const cut =
        rows === undefined
          ? upright
          : upright.extract({ left: 0, top: rows.begin, width, height: rows.end - rows.begin })
      const { data, info } = await cut
        .toColourspace(space)
        .raw(bits === 16 ? { depth: 'ushort' } : {})
        .toBuffer({ resolveWithObject: true })
      const values = bits === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data
      pixels = { values, height: info.height, width: info.width, step: info.channels }
    } catch (cause) {
      throw undecodable(source, cause, name)
    }
    return use(pixels)
  })
}

/** Decodes a picture to see that it can be. @throws DataError for a broken file. */
export const checkDecodes = (source: ImageSource, info: ImageFileInfo): Promise<void> =>
  withPixels(source, info, nameOf(source), () => {})

/**
 * Decodes a picture whose header is known, and places it: as large as it is by default.
 * @param options `into`: memory of the picture's size, which becomes its; new memory unless given. `jpeg`: decodes parts of JPEG files in memory on this thread, where it can;
 * it blocks the thread meanwhile. `levels`: what each byte of each channel becomes, where `takesLevels` says that it can
 * @throws DataError for a broken file.
 */
export async function decode(
  source: ImageSource,
  info: ImageFileInfo,
  {
    channels,
    placement,
    name = nameOf(source),
    into,
    jpeg,
    levels,
  }: {
    channels: 1 | 3
    placement?: Placement
    name?: string
    into?: Float32Array
    jpeg?: JpegDecoder
    levels?: Float32Array
  },
): Promise<Image> {
  // Grey is placed once, whatever it shall become.
  const made = Math.min(channels, info.channels) as 1 | 3
  if (placement !== undefined && made === info.channels && isPlain(info))
    return placedBytes(source, info, made, { channels, placement, name, into, jpeg, levels })
  return withPixels(source, info, name, (pixels) => {
    const { height, width } = placement ?? pixels
    const picture = image(made, height, width, placedInto(into, made, { height, width }))
    const readers = Array.from({ length: made }, (_, c) =>
      made < info.channels ? greyRows(pixels) : rowsOf(pixels, c),
    )
    if (placement !== undefined) new Resizer(pixels, placement).rows(readers, picture.data, 0)
    else
      for (const [c, read] of readers.entries())
        for (let row = 0; row < height; row++)
          read(row, picture.data.subarray((c * height + row) * width, (c * height + row + 1) * width))
    return channels === 3 ? repeated(picture, into) : picture
  })
}

/** Whether a file's pixels are bytes as they are to be seen. */
const isPlain = ({ bits, alpha, turned }: ImageFileInfo): boolean => bits === 8 && !alpha && !turned

/** Whether `decode` can turn the bytes of a picture of three channels into others while it places them: where they are bytes until then, and nothing is padded. */
export const takesLevels = (info: ImageFileInfo, channels: 1 | 3, placement: Placement): boolean =>
  channels === 3 &&
  info.channels === 3 &&
  isPlain(info) &&
  placement.bytes === true &&
  placement.rows.length === placement.height &&
  placement.columns.length === placement.width

/** The front of memory for a picture of so many channels, which may be fewer than it is to have. */
const placedInto = (into: Float32Array | undefined, channels: number, { height, width }: Size) =>
  into?.subarray(0, channels * height * width)

/** Decodes a picture of bytes as far as it is placed. */
function placedBytes(
  source: ImageSource,
  info: ImageFileInfo,
  made: 1 | 3,
  {
    channels,
    placement,
    name,
    into,
    jpeg,
    levels,
  }: {
    channels: 1 | 3
    placement: Placement
    name: string
    into: Float32Array | undefined
    jpeg: JpegDecoder | undefined
    levels: Float32Array | undefined
  },
): Promise<Image> | Image {
  const resizer = new Resizer(info, placement)
  const { begin, end } = resizer.oldRows
  const place = (pixels: PixelBytes): Image => {
    const picture = image(made, placement.height, placement.width, placedInto(into, made, placement))
    resizer.bytes(made, pixels, picture.data, 0, levels)
    return channels === 3 ? repeated(picture, into) : picture
  }
  if (jpeg !== undefined && info.format === 'jpeg' && typeof source !== 'string') {
    const { begin: left, end: right } = resizer.oldColumns
    const pixels = jpeg(source, info, { top: begin, bottom: end, left, right })
    if (pixels?.channels === made) return place(pixels)
  }
  const placeAll = ({ values, height, width, step }: Pixels): Image => {
    if (width !== info.width || height !== end - begin || step !== made)
      throw new DataError(`${name}: it was ${info.width} x ${info.height} when it was opened, and has changed since`)
    return place({ values: values as Uint8Array, pitch: made * width, row: begin, column: 0 })
  }
  return withPixels(source, info, name, placeAll, { begin, end })
}

/** byte / 255 for every byte. */
const unitInterval = Float32Array.from({ length: 256 }, (_, byte) => byte / 255)

/** Rows of one channel, in [0, 1]; what is transparent shows white. */
function rowsOf({ values, width, step }: Pixels, channel: number): RowReader {
  const max = values instanceof Uint8Array ? 255 : 65535
  const opacity = step - 1
  // One loop a type: a loop that meets both types is compiled for neither.
  if (step % 2 === 0)
    return (row, into) => {
      for (let x = 0, at = row * width * step; x < width; x++, at += step) {
        const opaque = values[at + opacity] / max
        into[x] = (values[at + channel] / max) * opaque + (1 - opaque)
      }
    }
  if (values instanceof Uint8Array)
    return (row, into) => {
      for (let x = 0, at = row * width * step + channel; x < width; x++, at += step) into[x] = unitInterval[values[at]]
    }
  return (row, into) => {
    for (let x = 0, at = row * width * step + channel; x < width; x++, at += step) into[x] = values[at] / max
  }
}

/** Rows of colours as grey. */
function greyRows(pixels: Pixels): RowReader {
  const readers = [0, 1, 2].map((channel) => rowsOf(pixels, channel))
  const [red, green, blue] = readers.map(() => new Float32Array(pixels.width))
  return (row, into) => {
    for (const [c, colour] of [red, green, blue].entries()) readers[c](row, colour)
    mixGrey(red, green, blue, into)
  }
}

/** Grey as red, green and blue. */
function repeated(picture: Image, into?: Float32Array): Image {
  if (picture.channels === 3) return picture
  const { height, width, data } = picture
  const colours = image(3, height, width, into)
  for (let c = 0; c < 3; c++) colours.data.set(data, c * data.length)
  return colours
}
