/** Masks of Pascal VOC. */
import { DataError } from '../../core/errors.ts'
import { ignoredPixel } from './annotated-set.ts'
import { type ByStem, byStem, type Listing, listed, textOf } from './annotation-text.ts'
import { parseClassList } from './class-names.ts'
import { colourCode, keyOfList, type MaskKey } from './mask-key.ts'

/** The classes of Pascal VOC, in the order of its masks' indices from 1 on. */
const vocClasses = [
  ...['aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow'],
  ...['diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train', 'tvmonitor'],
] as const

/** Files that say which class each index of a mask is. */
const nameFiles = ['labelmap.txt', 'classes.txt']

/** Where VOC keeps masks. */
export const maskPlace = 'SegmentationClass'

/** The mask files of a set. */
export async function vocMasks(path: string): Promise<ByStem> {
  const { join } = process.getBuiltinModule('node:path')
  const place = join(path, maskPlace)
  return byStem(
    place,
    ((await listed(place))?.files ?? []).filter((name) => /\.png$/i.test(name)),
  )
}

/**
 * Which class an index or a colour of the masks is.
 * @param classes of the objects
 * @throws DataError for classes that are not VOC's, where no list says what the indices are.
 */
export async function vocMaskKey(
  what: string,
  path: string,
  root: Listing,
  classes: readonly string[],
): Promise<MaskKey> {
  const { join } = process.getBuiltinModule('node:path')
  const name = nameFiles.find((each) => root.files.includes(each))
  if (name !== undefined) return keyOfList(parseClassList(await textOf(join(path, name)), join(path, name))).key
  const other = classes.find((each) => !(vocClasses as readonly string[]).includes(each))
  if (other !== undefined)
    throw new DataError(
      `${what}: '${other}' is not one of VOC's classes, so the class indices of the masks in ${maskPlace} are unknown; expected labelmap.txt or classes.txt with their names, one per line, from index 0, the background, on`,
    )
  const names = ['background', ...vocClasses]
  const { key } = keyOfList({ file: maskPlace, names, colours: names.map((_, index) => vocColour(index)) })
  return { ...key, colours: new Map([...key.colours!, [colourCode(...vocColour(ignoredPixel)), ignoredPixel]]) }
}

/** The colour of an index in VOC's palette: its bits go to red, green and blue in turn, each time from the highest bit of a colour down. */
function vocColour(index: number): [red: number, green: number, blue: number] {
  const colour: [number, number, number] = [0, 0, 0]
  for (let bit = 0; bit < 8; bit++) colour[bit % 3] |= ((index >> bit) & 1) << (7 - Math.floor(bit / 3))
  return colour
}
