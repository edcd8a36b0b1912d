/** Sets in YOLO's format. */
import { DataError } from '../../core/errors.ts'
import { fillPolygons } from '../../vision/masks/polygon.ts'
import type { Size } from '../../vision/resize.ts'
import { type DividedWork, ofEachFile } from '../divided-work.ts'
import type { SkippedImage } from '../image-folder.ts'
import { mapAll, mapParts, partsGiven } from '../three-parts.ts'
import {
  type AnnotatedFile,
  type AnnotatedFolder,
  type AnnotatedFolderOptions,
  openAnnotatedFiles,
  type ReadMask,
} from './annotated-files.ts'
import { ignoredPixel } from './annotated-set.ts'
import { checkInNode, listed, picturesIn, stemOf, textOf } from './annotation-text.ts'
import type { Correction, SkippedObject } from './findings.ts'
import { outlineMasks } from './outline-masks.ts'
import { paintedMask } from './paint-mask.ts'
import { readYoloConfig } from './yolo-config.ts'
import { parseYoloLabels, type YoloObject } from './yolo-labels.ts'
import { labelFileOf, yoloLayout } from './yolo-layout.ts'

/** Label files read at once. */
const readers = 64

/** A picture's labels, or why there are none. */
type Read =
  | {
      readonly file: string
      /** Its label file, where it has one. */
      readonly labels?: string
      readonly objects: readonly YoloObject[]
      readonly repeated: readonly string[]
    }
  | SkippedImage

/**
 * Opens a set in YOLO's format: text files with one line per object, `class x y width height` or an outline `class x y x y x y ...`, in shares of the picture. `data.yaml`
 * (or another .yaml file, which may be the path) has the names of the classes, a list or a map, and where the pictures of `train`, `val` and `test` are: folders, or
 * lists of paths; or `classes.txt` or `obj.names` has the names, and pictures lie in `images/train/`, `train/images/`, or `images/` and their kin. Labels lie in labels/ where the
 * pictures lie in images/, or beside them. A picture without a label file has no objects. Parts that are missing are split off by seed.
 *
 * Paths may be those of Windows, and of another computer: what is not there is looked for under the end of its path, and listed as corrected.
 *
 * There are masks, of 'background' and the classes, if all objects are outlines and the classes at most 254; of objects that overlap the smaller one is seen. Where
 * `masks` asks for them though some objects are boxes, the pixels of these are ignored.
 * @param path a folder, or a .yaml file
 * @throws DataError for a set without names of classes, pictures or any label file, places that are named and not there, and as `openAnnotatedFiles`: pictures that are
 * missing or whose label file is broken, and lines that come twice, are left out and listed, with `strict` refused. ArgumentError for options out of range.
 */
export async function yoloFolder(
  path: string,
  { masks, ...options }: AnnotatedFolderOptions,
): Promise<AnnotatedFolder> {
  const what = `YOLO set ${path}`
  checkInNode(what)
  const config = await readYoloConfig(what, path)
  const { classes } = config
  const layout = await yoloLayout(what, path, config)
  const parts = await mapAll(layout.parts, (pictures) => readAll(pictures, classes, options.divide))
  const all = partsGiven(parts).flat()
  const readable = all.filter((read) => 'objects' in read)
  const unlabelled = readable.filter(({ labels }) => labels === undefined)
  if (all.length > 0 && unlabelled.length === all.length)
    throw new DataError(
      `${what}: none of its ${all.length} pictures has a label file; expected labels/ beside images/, or a .txt file beside each picture`,
    )
  const objects = readable.flatMap((read) => read.objects)
  const outlines = objects.map(({ where, polygon }) => ({ where, outlined: polygon !== undefined }))
  const { hasMasks, remarks: remarksOnMasks } = outlineMasks(masks, outlines, classes.length)
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
      ...(hasMasks ? { mask: (size: Size) => maskOf(read.file, read.objects, size) } : {}),
    }
  }
  return openAnnotatedFiles(
    {
      what,
      path,
      classes,
      ...(hasMasks ? { maskClasses: ['background', ...classes] } : {}),
      parts: await mapParts(parts, (reads) => reads.map(fileOf)),
      skipped: [
        ...readable.flatMap(({ file, repeated }) =>
          repeated.map((where): SkippedObject => ({ file, object: true, reason: `${where} is a duplicate` })),
        ),
        ...(await withoutPicture(readable)),
      ],
      corrected: layout.corrected,
      remarks: [
        ...(unlabelled.length === 0
          ? []
          : [
              `${unlabelled.length} of its ${all.length} pictures have no label file, such as ${unlabelled[0].file}; they count as pictures without objects`,
            ]),
        ...remarksOnMasks,
      ],
    },
    options,
  )
}

/** Reads the label files of pictures. */
function readAll(
  pictures: readonly string[],
  classes: readonly string[],
  divide: DividedWork | undefined,
): Promise<readonly Read[]> {
  const labelFiles = pictures.map(labelFileOf)
  const look = async (i: number): Promise<Read> => {
    const [file, labels] = [pictures[i], labelFiles[i]]
    try {
      const parsed =
        labels === undefined ? { objects: [], repeated: [] } : parseYoloLabels(await textOf(labels), labels, classes)
      return { file, ...(labels === undefined ? {} : { labels }), ...parsed }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      return { file, reason: error.message }
    }
  }
  return ofEachFile(
    labelFiles.map((labels, i) => labels ?? pictures[i]),
    look,
    { workers: readers, divide },
  )
}

/** Label files in the folders of labels whose picture is not there. */
async function withoutPicture(
  pictures: readonly { readonly file: string; readonly labels?: string }[],
): Promise<SkippedObject[]> {
  const { dirname, join } = process.getBuiltinModule('node:path')
  const folders = new Map<string, Set<string>>()
  for (const { file, labels } of pictures) {
    // Beside pictures lie other texts, too.
    if (labels === undefined || dirname(labels) === dirname(file)) continue
    const own = folders.get(dirname(labels))
    if (own === undefined) folders.set(dirname(labels), new Set([dirname(file)]))
    else own.add(dirname(file))
  }
  const found = await Promise.all(
    [...folders].map(async ([folder, places]) => {
      const stems = new Set((await Promise.all([...places].map(picturesIn))).flat().map(stemOf))
      const texts = (await listed(folder))!.files.filter((name) => /\.txt$/i.test(name) && name !== 'classes.txt')
      return texts
        .filter((name) => !stems.has(stemOf(name)))
        .map((name): SkippedObject => {
          const file = join(folder, name)
          return { file, object: true, reason: `${file}: it has no picture in ${[...places].join(' or ')}` }
        })
    }),
  )
  return found.flat()
}

function maskOf(file: string, objects: readonly YoloObject[], { height, width }: Size): ReadMask {
  const corrected: Correction[] = []
  const painted = objects.map(({ label, polygon, box: { left, top, right, bottom }, where }) => {
    if (polygon === undefined)
      corrected.push({
        file,
        what: 'objects without an outline; the pixels of their boxes are ignored',
        reason: `${where} is a box`,
      })
    const outline = (polygon ?? [left, top, right, top, right, bottom, left, bottom]).map(
      (share, i) => share * (i % 2 === 0 ? width : height),
    )
    return {
      pixels: fillPolygons([outline], height, width),
      value: polygon === undefined ? ignoredPixel : label + 1,
    }
  })
  return { values: paintedMask(painted, height * width), corrected }
}
