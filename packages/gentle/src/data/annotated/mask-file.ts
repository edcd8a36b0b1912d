import { DataError } from '../../core/errors.ts'
import type { Size } from '../../vision/resize.ts'
import { ignoredPixel } from './annotated-set.ts'
import { pngIndices } from './png-indices.ts'

/**
 * Reads a mask file: a PNG whose values are class indices, row-major, 255 for pixels that count nowhere.
 * @param classes names of the masks' classes
 * @throws DataError for a file that is missing or no such PNG (`pngIndices`), of another size than its picture, or with an index that no class has.
 */
export async function readMaskFile(
  file: string,
  { height, width }: Size,
  classes: readonly string[],
): Promise<Uint8Array> {
  const mask = await readMaskIndices(file)
  if (mask.height !== height || mask.width !== width)
    throw new DataError(
      `mask ${file}: it is ${mask.width} x ${mask.height}, but its picture ${width} x ${height}; expected the same size`,
    )
  const outside = mask.values.findIndex((value) => value >= classes.length && value !== ignoredPixel)
  if (outside >= 0)
    throw new DataError(
      `mask ${file}: the pixel of row ${Math.floor(outside / width)} and column ${outside % width} has the class ${mask.values[outside]}; expected 0 to ${classes.length - 1}, or ${ignoredPixel} for what counts nowhere`,
    )
  return mask.values
}

/** The values of a mask file as they stand. @throws DataError for a file that is missing or no PNG of indices. */
export async function readMaskIndices(file: string) {
  const { readFile } = process.getBuiltinModule('node:fs/promises')
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new DataError(`mask ${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`, { cause })
  }
  return pngIndices(bytes, `mask ${file}`)
}
