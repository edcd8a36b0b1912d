/** Picture files as a network takes them, in Node. */
import { type Preprocessing, type PreprocessOptions, prepareResized, resizeFor } from '../vision/preprocessing.ts'
import { imageFileInfo, readImageFile } from './image-file.ts'

/**
 * Reads a picture file of any size as [channels, height, width], as image folders are read: turned as its EXIF data says, transparency over
 * white, grey where there is one channel. Of an animation, the first frame.
 * @throws DataError for files that are missing, no pictures, broken, or enormous; ArgumentError for a picture that is too small for what shall
 * be cut from its middle.
 */
export async function readPreprocessedImage(
  file: string | Uint8Array,
  preprocessing: Preprocessing,
  { invert = false }: PreprocessOptions = {},
): Promise<Float32Array> {
  const size = resizeFor(preprocessing, await imageFileInfo(file), invert)
  const picture = await readImageFile(file, { channels: preprocessing.channels, size })
  return prepareResized(picture, preprocessing, invert)
}
