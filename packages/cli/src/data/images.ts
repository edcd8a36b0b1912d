/** Pictures from files, as a network takes them. */
import { imageFileInfo, readPreprocessedImage } from 'gentle-dl/data'
import type { Preprocessing } from 'gentle-dl/vision'
import { note } from '../terminal/terminal.ts'

/**
 * Reads a picture file of any size as [channels, height, width]; of an animation the first frame, which is told.
 * @throws DataError for files that are missing, no pictures, broken, or enormous.
 */
export async function readImage(path: string, preprocessing: Preprocessing, invert: boolean): Promise<Float32Array> {
  const { frames } = await imageFileInfo(path)
  if (frames > 1) note(`image ${path}: only the first of its ${frames} frames is used`)
  return readPreprocessedImage(path, preprocessing, { invert })
}
