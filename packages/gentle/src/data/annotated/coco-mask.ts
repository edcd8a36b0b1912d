/** Segmentations of COCO as masks. */
import { DataError, FormatError } from '../../core/errors.ts'
import type { Box } from '../../vision/boxes.ts'
import { fillPolygons, type Polygon } from '../../vision/masks/polygon.ts'
import { decodeRunLengths } from '../../vision/masks/run-length.ts'
import type { Size } from '../../vision/resize.ts'
import { ignoredPixel } from './annotated-set.ts'
import type { CocoObject } from './coco-content.ts'
import { paintedMask } from './paint-mask.ts'

/** Whether an annotation says which pixels are the object's. */
export const isSegmented = ({ segmentation }: CocoObject): boolean =>
  Array.isArray(segmentation) ? segmentation.length > 0 : typeof segmentation === 'object' && segmentation !== null

/**
 * The mask of a picture: of each pixel the smallest object that has it. Crowds, and boxes of crowds without a segmentation, count nowhere.
 * @param maskClassOf the mask's class of a category
 * @throws DataError for a segmentation that is broken or of another size than the picture.
 */
export function cocoMask(
  objects: readonly CocoObject[],
  size: Size,
  maskClassOf: (category: number) => number,
): Uint8Array {
  const painted = objects.map((object) => ({
    pixels: object.crowd && !isSegmented(object) ? boxPixels(object.box, size) : segmentationPixels(object, size),
    value: object.crowd ? ignoredPixel : maskClassOf(object.category),
  }))
  return paintedMask(painted, size.height * size.width)
}

function segmentationPixels({ segmentation, where }: CocoObject, { height, width }: Size): Uint8Array {
  try {
    if (Array.isArray(segmentation)) {
      if (!segmentation.every(Array.isArray))
        throw new FormatError('expected polygons, [[x, y, x, y, ...], ...], or runs, { size, counts }')
      return fillPolygons(segmentation as Polygon[], height, width)
    }
    const { size, counts } = segmentation as { size?: unknown; counts?: unknown }
    if (!Array.isArray(size) || !(Array.isArray(counts) || typeof counts === 'string'))
      throw new FormatError('expected runs as { "size": [height, width], "counts": [...] }, or as a string')
    if (size.length !== 2 || size[0] !== height || size[1] !== width)
      throw new FormatError(`its size is [${size}]; expected that of its picture, [${height},${width}]`)
    return decodeRunLengths({ height, width, counts })
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    throw new DataError(`${where}: the segmentation is broken: ${cause.message}`, { cause })
  }
}

/** The pixels whose middles are within a box. */
function boxPixels({ left, top, right, bottom }: Box, { height, width }: Size): Uint8Array {
  const pixels = new Uint8Array(height * width)
  const [fromRow, toRow] = [top, bottom].map((edge) => Math.min(height, Math.max(0, Math.ceil(edge - 0.5))))
  const [fromColumn, toColumn] = [left, right].map((edge) => Math.min(width, Math.max(0, Math.ceil(edge - 0.5))))
  for (let y = fromRow; y < toRow; y++) pixels.fill(1, y * width + fromColumn, y * width + toColumn)
  return pixels
}
