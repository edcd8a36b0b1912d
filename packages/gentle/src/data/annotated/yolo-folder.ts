/** Sets in YOLO's format. */
import { DataError } from '../../core/errors.ts'
import { fillPolygons } from '../../vision/masks/polygon.ts'
import type { Size } from '../../vision/resize.ts'
import { atOnce } from '../at-once.ts'
import type { ImageFolderOptions, SkippedImage } from '../image-folder.ts'
import { mapParts, partsGiven } from '../three-parts.ts'
import { type AnnotatedFile, type AnnotatedFolder, openAnnotatedFiles } from './annotated-files.ts'
import { ignoredPixel } from './annotated-set.ts'
import { checkInNode, textOf } from './annotation-text.ts'
import { paintedMask } from './paint-mask.ts'
import { readYoloConfig } from './yolo-config.ts'
import { parseYoloLabels, type YoloObject } from './yolo-labels.ts'
import { labelFileOf, yoloLayout } from './yolo-layout.ts'

/** Label files read at once. */
const readers = 64

/** A picture's labels, or why there are none. */
type Read =
  | { readonly file: string; readonly labelled: boolean; readonly objects: readonly YoloObject[] }
  | SkippedImage

/**
 * Opens a set in YOLO's format: text files with a line an object, `class x y width height` or an outline `class x y x y x y ...`, in shares of the picture. `data.yaml`
 * (or another .yaml file, which may be the path) has the names of the classes, a list or a map, and where the pictures of `train`, `val` and `test` are: folders, or
 * lists of paths; or `classes.txt` or `obj.names` has the names, and pictures lie in `images/train/`, `train/images/`, or `images/` and their kin. Labels lie in labels/ where the
 * pictures lie in images/, or beside them. A picture without a label file has no objects. Parts that are missing are split off by seed.
 *
 * There are masks, of 'background' and the classes, if all objects are outlines and the classes at most 254; of objects that overlap the smaller one is seen.
 * @param path a folder, or a .yaml file
 * @throws DataError for a set without names of classes, pictures or any label file, places that are named and not there, and as `openAnnotatedFiles`: pictures that are
 * missing or whose label file is broken are left out and listed, with `strict` refused. ArgumentError for options out of range.
 */
export async function yoloFolder(path: string, options: ImageFolderOptions): Promise<AnnotatedFolder> {
  const what = `YOLO set ${path}`
  checkInNode(what)
  const config = await readYoloConfig(what, path)
  const { classes } = config
  const parts = await mapParts(await yoloLayout(what, path, config), (pictures) => readAll(pictures, classes))
  const all = partsGiven(parts).flat()
  if (all.length > 0 && all.every((read) => 'objects' in read && !read.labelled))
    throw new DataError(
      `${what}: none of its ${all.length} pictures has a label file; expected labels/ beside images/, or a .txt file beside each picture`,
    )
  const objects = all.flatMap((read) => ('objects' in read ? read.objects : []))
  const hasMasks =
    objects.length > 0 && objects.every(({ polygon }) => polygon !== undefined) && classes.length < ignoredPixel
  const fileOf = (read: Read): AnnotatedFile | SkippedImage => {
    if ('reason' in read) return read
    return {
      file: read.file,
      objects: ({ height, width }) =>
        read.objects.map(({ box: { left, top, right, bottom }, label, where }) => ({
          box: { left: left * width, top: top * height, right: right * width, bottom: bottom * height },
          label,
          where,
        })),
      ...(hasMasks ? { mask: (size: Size) => maskOf(read.objects, size) } : {}),
    }
  }
  return openAnnotatedFiles(
    {
      what,
      path,
      classes,
      ...(hasMasks ? { maskClasses: ['background', ...classes] } : {}),
      parts: await mapParts(parts, (reads) => reads.map(fileOf)),
    },
    options,
  )
}

/** Reads the label files of pictures. */
async function readAll(pictures: readonly string[], classes: readonly string[]): Promise<Read[]> {
  const read = new Array<Read>(pictures.length)
  await atOnce(pictures.length, readers, async (i) => {
    const file = pictures[i]
    const labels = labelFileOf(file)
    try {
      const objects = labels === undefined ? [] : parseYoloLabels(await textOf(labels), labels, classes)
      read[i] = { file, labelled: labels !== undefined, objects }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      read[i] = { file, reason: error.message }
    }
  })
  return read
}

function maskOf(objects: readonly YoloObject[], { height, width }: Size): Uint8Array {
  const painted = objects.map(({ label, polygon }) => {
    const outline = polygon!.map((share, i) => share * (i % 2 === 0 ? width : height))
    return { pixels: fillPolygons([outline], height, width), value: label + 1 }
  })
  return paintedMask(painted, height * width)
}
