/** Sets in Pascal VOC's format. */
import { DataError } from '../../core/errors.ts'
import { atOnce } from '../at-once.ts'
import type { ImageFolderOptions, SkippedImage } from '../image-folder.ts'
import { type GivenParts, mapParts, partsGiven } from '../three-parts.ts'
import { type AnnotatedFile, type AnnotatedFolder, openAnnotatedFiles } from './annotated-files.ts'
import { checkInNode, type Listing, listed, listedSet, picturesIn, stemOf, textOf } from './annotation-text.ts'
import { checkMaskClasses, parseClassNames } from './class-names.ts'
import { readMaskFile } from './mask-file.ts'
import { parseVoc, type VocAnnotation, xmlParser } from './voc-xml.ts'

const expected = 'expected Annotations/ with a .xml file a picture, and JPEGImages/'

/** The classes of Pascal VOC, in the order of its masks' indices from 1 on. */
export const vocClasses = [
  ...['aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow'],
  ...['diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train', 'tvmonitor'],
] as const

/** Files that say which class each index of a mask is. */
const nameFiles = ['labelmap.txt', 'classes.txt']

/** Annotation files read at once. */
const readers = 64

export interface VocFolderOptions extends ImageFolderOptions {
  /** Takes the parts that `ImageSets/Segmentation/` lists, where it is there: of VOC's own pictures those alone have masks. */
  readonly masks?: boolean
}

/** A picture by the name that its files have without endings. */
interface NamedPicture {
  readonly stem: string
  readonly xml: string
  readonly file: string
}

/** A picture's annotation, or why there is none. */
type Read = (NamedPicture & { readonly annotation: VocAnnotation }) | SkippedImage

/**
 * Opens a set in Pascal VOC's format: `Annotations/` with a .xml file a picture, pictures of the same names in `JPEGImages/` (or `images/`), and
 * `ImageSets/Main/{train,val,trainval,test}.txt` where there are parts (`ImageSets/Segmentation/` where that alone is there, or `masks` asks for it); parts that are missing are split off by seed.
 *
 * Classes are the objects' names in order. Difficult objects are `ignored`. There are masks if each picture has one in `SegmentationClass/`, a PNG of a palette whose indices
 * are classes: the lines of `labelmap.txt` or `classes.txt`, from 0 on, where there is one, else 'background' and VOC's 20 classes.
 * @throws DataError for a folder without annotations, no list of training pictures, masks of which one cannot know the classes, and as
 * `openAnnotatedFiles`: pictures that are missing, of another size than told, or with a broken annotation or mask are left out and listed, with `strict` refused.
 * ArgumentError for options out of range.
 */
export async function vocFolder(
  path: string,
  { masks: masked = false, ...options }: VocFolderOptions,
): Promise<AnnotatedFolder> {
  const what = `VOC set ${path}`
  checkInNode(what)
  xmlParser()
  const { join } = process.getBuiltinModule('node:path')
  const root = await listedSet(what, path, expected)
  const named = (pattern: RegExp): string | undefined => root.folders.find((name) => pattern.test(name))
  const [annotations, pictures] = [named(/^annotations$/i), named(/^jpegimages$/i) ?? named(/^images$/i)]
  if (annotations === undefined || pictures === undefined)
    throw new DataError(
      `${what}: there is no folder ${annotations === undefined ? 'Annotations' : 'JPEGImages'}; ${expected}${await hint(path, root)}`,
    )
  const [annotationPlace, picturePlace] = [join(path, annotations), join(path, pictures)]
  const pictureNames = new Map((await picturesIn(picturePlace)).map((name) => [stemOf(name), name]))
  const xmlStems = (await listed(annotationPlace))!.files.filter((name) => /\.xml$/i.test(name)).map(stemOf)
  const all = { train: [...new Set([...xmlStems, ...pictureNames.keys()])].sort() }
  const parts = await mapParts((await listedParts(what, path, root, masked)) ?? all, (stems) =>
    readAll(
      stems.map((stem) => ({
        stem,
        xml: join(annotationPlace, `${stem}.xml`),
        file: join(picturePlace, pictureNames.get(stem) ?? stem),
      })),
    ),
  )
  const known = partsGiven(parts)
    .flat()
    .filter((read) => 'annotation' in read)
  const classes = [...new Set(known.flatMap(({ annotation }) => annotation.objects.map(({ name }) => name)))].sort()
  const masks = await masksOf(path, known)
  const maskClasses = masks && (await maskClassesOf(what, path, root, classes))
  const fileOf = (read: Read): AnnotatedFile | SkippedImage => {
    if ('reason' in read) return read
    const { file, stem, xml, annotation } = read
    const { size, objects } = annotation
    return {
      file,
      ...(size && { told: { ...size, where: xml } }),
      objects: () =>
        objects.map(({ name, difficult, ...object }) => ({
          ...object,
          label: classes.indexOf(name),
          ignored: difficult,
        })),
      ...(maskClasses && { mask: (own) => readMaskFile(masks.get(stem)!, own, maskClasses) }),
    }
  }
  return openAnnotatedFiles(
    { what, path, classes, maskClasses, parts: await mapParts(parts, (reads) => reads.map(fileOf)) },
    options,
  )
}

/** Reads the annotations of pictures. */
async function readAll(pictures: readonly NamedPicture[]): Promise<Read[]> {
  const read = new Array<Read>(pictures.length)
  await atOnce(pictures.length, readers, async (i) => {
    const { file, xml } = pictures[i]
    try {
      read[i] = { ...pictures[i], annotation: parseVoc(await textOf(xml), xml) }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      read[i] = { file, reason: error.message }
    }
  })
  return read
}

/** Where a folder of VOC's development kit holds the set. */
async function hint(path: string, root: Listing): Promise<string> {
  const { join } = process.getBuiltinModule('node:path')
  for (const name of root.folders) {
    const inside = await listed(join(path, name))
    if (inside?.folders.includes('Annotations')) return `; did you mean ${join(path, name)}?`
  }
  return ''
}

/** Names of the pictures of each part, as lists of `ImageSets` have them; undefined without lists. */
async function listedParts(
  what: string,
  path: string,
  root: Listing,
  masked: boolean,
): Promise<GivenParts<readonly string[]> | undefined> {
  const { join } = process.getBuiltinModule('node:path')
  if (!root.folders.includes('ImageSets')) return undefined
  const inside = (await listed(join(path, 'ImageSets')))!
  const kinds = ['Main', 'Segmentation']
  const kind = (masked ? kinds.reverse() : kinds).find((name) => inside.folders.includes(name))
  if (kind === undefined) return undefined
  const place = join(path, 'ImageSets', kind)
  const { files } = (await listed(place))!
  const read = async (part: string): Promise<string[] | undefined> => {
    if (!files.includes(`${part}.txt`)) return undefined
    const lines = (await textOf(join(place, `${part}.txt`))).split(/\r?\n/).map((line) => line.trim())
    return [...new Set(lines.filter((line) => line !== '').map((line) => line.split(/\s+/)[0]))]
  }
  const [alone, validation, all, test] = [
    await read('train'),
    await read('val'),
    await read('trainval'),
    await read('test'),
  ]
  const train = alone ?? all?.filter((stem) => validation?.includes(stem) !== true)
  if (train !== undefined) return { train, validation, test }
  if (validation === undefined && test === undefined) return undefined
  throw new DataError(`${what}: ${place} lists no pictures for training; expected train.txt or trainval.txt in it`)
}

/** The mask files by the pictures' stems if all have one. */
async function masksOf(
  path: string,
  pictures: readonly { readonly stem: string }[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const { join } = process.getBuiltinModule('node:path')
  const place = join(path, 'SegmentationClass')
  const files = ((await listed(place))?.files ?? []).filter((name) => /\.png$/i.test(name))
  const masks = new Map(files.map((name) => [stemOf(name), join(place, name)]))
  return masks.size > 0 && pictures.every(({ stem }) => masks.has(stem)) ? masks : undefined
}

async function maskClassesOf(what: string, path: string, root: Listing, classes: readonly string[]): Promise<string[]> {
  const { join } = process.getBuiltinModule('node:path')
  const name = nameFiles.find((each) => root.files.includes(each))
  if (name !== undefined) {
    const file = join(path, name)
    const names = parseClassNames(await textOf(file), file)
    checkMaskClasses(names, file)
    return names
  }
  const other = classes.find((each) => !(vocClasses as readonly string[]).includes(each))
  if (other !== undefined)
    throw new DataError(
      `${what}: '${other}' is none of VOC's own classes, so one cannot know which class an index of the masks in SegmentationClass is; expected labelmap.txt or classes.txt with their names, one a line, from index 0, the background, on`,
    )
  return ['background', ...vocClasses]
}
