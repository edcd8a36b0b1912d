/** Masks of COCO's segmentations. */
import type { Box } from '../../vision/boxes.ts'
import type { Size } from '../../vision/resize.ts'
import type { ReadMask } from './annotated-files.ts'
import { ignoredPixel } from './annotated-set.ts'
import type { CocoObject } from './coco-content.ts'
import { isSegmented, type ReadOutline, readOutline } from './coco-outline.ts'
import type { Correction } from './findings.ts'
import { paintedMask } from './paint-mask.ts'

/**
 * The mask of a picture: of each pixel the smallest object that has it. Crowds are ignored; of crowds and objects without a segmentation that can be read, the pixels of
 * their boxes.
 * @param file the picture's
 * @param maskClassOf the mask's class of a category
 */
export function cocoMask(
  file: string,
  objects: readonly CocoObject[],
  size: Size,
  maskClassOf: (category: number) => number,
): ReadMask {
  const corrected: Correction[] = []
  const painted = objects.map(({ segmentation, box, crowd, category, where }) => {
    const {
      pixels,
      fault,
      what = unread,
    } = isSegmented(segmentation) ? readOutline(segmentation, box, size) : missingOutline(crowd)
    if (fault !== undefined)
      corrected.push({
        file,
        what,
        reason: `${where}: ${fault}`,
      })
    return {
      pixels: pixels ?? boxPixels(box, size),
      value: crowd || pixels === undefined ? ignoredPixel : maskClassOf(category),
    }
  })
  return { values: paintedMask(painted, size.height * size.width), corrected }
}

const unread = 'objects without a readable outline; the pixels of their boxes are ignored'

/** Of a crowd the box is enough. */
const missingOutline = (crowd: boolean): ReadOutline => (crowd ? {} : { fault: 'it has no segmentation' })

/** The pixels whose middles are within a box. */
function boxPixels({ left, top, right, bottom }: Box, { height, width }: Size): Uint8Array {
  const pixels = new Uint8Array(height * width)
  const [fromRow, toRow] = [top, bottom].map((edge) => Math.min(height, Math.max(0, Math.ceil(edge - 0.5))))
  const [fromColumn, toColumn] = [left, right].map((edge) => Math.min(width, Math.max(0, Math.ceil(edge - 0.5))))
  for (let y = fromRow; y < toRow; y++) pixels.fill(1, y * width + fromColumn, y * width + toColumn)
  return pixels
}
