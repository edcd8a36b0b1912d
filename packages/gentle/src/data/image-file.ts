/** Picture files, in Node. They are decoded and encoded by sharp, an optional peer dependency, on threads of its own. */
import { DataError } from '../core/errors.ts'
import { type Image, image } from '../vision/image.ts'
import { inNode, peerPackage } from './node.ts'

type Sharp = typeof import('sharp')['default']

let loaded: Sharp | undefined

/** @throws DataError where sharp is not installed. */
function sharp(): Sharp {
  if (!inNode()) throw new DataError('picture files are read and written in Node alone')
  loaded ??= peerPackage('sharp') as Sharp | undefined
  if (loaded === undefined)
    throw new DataError('picture files need the package sharp, which is not installed; run npm install sharp')
  return loaded
}

export interface ReadImageOptions {
  /** 1 turns colours to grey, 3 repeats grey; as the file has it unless given. */
  readonly channels?: 1 | 3
}

/**
 * Reads a picture at its full size: bytes become [0, 1].
 * @throws DataError for a file that is missing, no picture, or broken.
 */
export async function readImageFile(file: string | Uint8Array, { channels }: ReadImageOptions = {}): Promise<Image> {
  const open = sharp()
  const where = typeof file === 'string' ? file : 'given in memory'
  try {
    const opened = open(file, { failOn: 'error' }).rotate().flatten({ background: '#ffffff' })
    const wanted = channels ?? ((await opened.metadata()).space === 'b-w' ? 1 : 3)
    const { data, info } = await (wanted === 1 ? opened.greyscale() : opened.toColourspace('srgb'))
      .raw()
      .toBuffer({ resolveWithObject: true })
    const picture = image(wanted, info.height, info.width)
    const pixels = info.height * info.width
    for (let c = 0; c < wanted; c++)
      for (let i = 0; i < pixels; i++) picture.data[c * pixels + i] = data[i * info.channels + c] / 255
    return picture
  } catch (cause) {
    throw new DataError(`image ${where} cannot be decoded: ${(cause as Error).message.split('\n')[0]}`, { cause })
  }
}

/**
 * Writes a picture of 1 or 3 channels as PNG, JPEG or WebP, by the file's ending; values are clipped to [0, 1].
 * @throws DataError where it cannot be written.
 */
export async function writeImageFile(path: string, { channels, height, width, data }: Image): Promise<void> {
  const pixels = height * width
  const bytes = new Uint8Array(pixels * channels)
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < pixels; i++)
      bytes[i * channels + c] = Math.round(255 * Math.min(1, Math.max(0, data[c * pixels + i])))
  const open = sharp()
  try {
    await open(bytes, { raw: { width, height, channels: channels as 1 | 3 } }).toFile(path)
  } catch (cause) {
    throw new DataError(`image ${path} cannot be written: ${(cause as Error).message.split('\n')[0]}`, { cause })
  }
}
