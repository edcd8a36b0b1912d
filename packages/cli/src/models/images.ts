/** Pictures from files, as a network takes them. */
import { imageFileInfo, readImageFile } from 'gentle-dl/data'
import { type Image, image } from 'gentle-dl/vision'
import { note } from '../terminal/terminal.ts'
import { type Preprocessing, standardize } from './preprocessing.ts'

/** The middle of a picture whose shorter side is scaled, as torchvision cuts it. */
async function cropped(
  path: string,
  { height, width }: { height: number; width: number },
  shorterSide: number,
  wanted: Pick<Preprocessing, 'channels' | 'height' | 'width'>,
): Promise<Image> {
  const scale = shorterSide / Math.min(width, height)
  const [rows, columns] = [height, width].map((n) => Math.max(shorterSide, Math.trunc(n * scale)))
  const scaled = await readImageFile(path, { channels: wanted.channels, size: { height: rows, width: columns } })
  const [top, left] = [Math.round((rows - wanted.height) / 2), Math.round((columns - wanted.width) / 2)]
  const middle = image(wanted.channels, wanted.height, wanted.width)
  for (let c = 0; c < wanted.channels; c++)
    for (let row = 0; row < wanted.height; row++) {
      const from = (c * rows + top + row) * columns + left
      middle.data.set(scaled.data.subarray(from, from + wanted.width), (c * wanted.height + row) * wanted.width)
    }
  return middle
}

/**
 * Reads a picture file of any size as [channels, height, width], as image folders are read: turned as its EXIF data says, transparency over
 * white, grey where there is one channel. `invert` is for dark on light.
 * @throws DataError for files that are missing, no pictures, broken, or enormous.
 */
export async function readImage(path: string, preprocessing: Preprocessing, invert: boolean): Promise<Float32Array> {
  const { height, width, channels, fit } = preprocessing
  const info = await imageFileInfo(path)
  if (info.frames > 1) note(`image ${path}: the first of its ${info.frames} frames is taken`)
  // What is black in the end is white before it is inverted.
  const { data } =
    fit === 'contain'
      ? await readImageFile(path, { channels, size: { height, width, fit, padding: invert ? 1 : 0 } })
      : await cropped(path, info, fit.shorterSide, preprocessing)
  if (invert) for (let i = 0; i < data.length; i++) data[i] = 1 - data[i]
  standardize(data, preprocessing)
  return data
}
