/** Picture files as a network takes them, in Node. */
import {
  finishPreprocessing,
  type Preprocessing,
  type PreprocessOptions,
  preprocessedPlacement,
} from '../vision/preprocessing.ts'
import { decodeFile } from './image-file.ts'

/**
 * Reads a picture file of any size as [channels, height, width], as image folders are read: turned as its EXIF data says, transparency over
 * white, grey where there is one channel. Of an animation, the first frame.
 * @throws DataError for files that are missing, no pictures, broken, or enormous.
 */
export async function readPreprocessedImage(
  file: string | Uint8Array,
  preprocessing: Preprocessing,
  options: PreprocessOptions = {},
): Promise<Float32Array> {
  const { channels } = preprocessing
  const picture = await decodeFile(file, (info) => ({
    channels,
    placement: preprocessedPlacement(preprocessing, info, options),
  }))
  return finishPreprocessing(picture, preprocessing, options)
}
