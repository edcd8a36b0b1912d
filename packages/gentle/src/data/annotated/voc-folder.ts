/** Sets in Pascal VOC's format. */
import { DataError } from '../../core/errors.ts'
import type { Box } from '../../vision/boxes.ts'
import { type DividedWork, ofEachFile } from '../divided-work.ts'
import type { SkippedImage } from '../image-folder.ts'
import { mapAll, mapParts, partsGiven } from '../three-parts.ts'
import {
  type AnnotatedFile,
  type AnnotatedFolder,
  type AnnotatedFolderOptions,
  openAnnotatedFiles,
} from './annotated-files.ts'
import {
  annotationBytes,
  type ByStem,
  byStem,
  checkInNode,
  type Listing,
  listed,
  listedSet,
  picturesIn,
  stemOf,
} from './annotation-text.ts'
import type { Correction } from './findings.ts'
import { readMaskFile } from './mask-file.ts'
import { maskPlace, vocMaskKey, vocMasks } from './voc-masks.ts'
import { vocParts } from './voc-parts.ts'
import { parseVoc, type VocAnnotation, type VocObject } from './voc-xml.ts'
import { xmlParser } from './xml.ts'

const expected = 'expected Annotations/ with a .xml file a picture, and JPEGImages/'

/** Annotation files read at once. */
const readers = 64

/** A picture by the name that its files have without endings. */
interface NamedPicture {
  readonly stem: string
  readonly xml: string
  /** Where the picture is, or would be. */
  readonly file: string
}

interface KnownPicture extends NamedPicture {
  readonly annotation: VocAnnotation
  readonly corrected?: readonly Correction[]
}

/** A picture's annotation, or why there is none. */
type Read = KnownPicture | SkippedImage

/**
 * Opens a set in Pascal VOC's format: `Annotations/` with one .xml file per picture, pictures of the same names in `JPEGImages/` (or `images/`), and
 * `ImageSets/Main/{train,val,trainval,test}.txt` where there are parts (`ImageSets/Segmentation/` where that alone is there, or `masks` asks for them: of VOC's own pictures those alone have masks); parts that are missing are split off by seed.
 *
 * Classes are the objects' names in order. Difficult objects are `ignored`. Each <bndbox> of an object is an object. VOC counts pixels from 1; where a box begins at 0, the set counts from 0, and all
 * of its boxes are taken so, which `remarks` tell. A picture of another name is found by <filename>. There are masks if each picture has one in `SegmentationClass/`, a PNG whose values are
 * classes: the lines of `labelmap.txt` or `classes.txt`, from 0 on, where there is one, else 'background' and VOC's 20 classes; or a PNG of the list's colours, or of VOC's.
 * @throws DataError for a folder without annotations, no list of training pictures, masks of which one cannot know the classes, and as
 * `openAnnotatedFiles`: pictures that are missing, of another size than told, or with a broken annotation or mask are left out and listed, with `strict` refused.
 * ArgumentError for options out of range.
 */
export async function vocFolder(
  path: string,
  { masks: wanted, ...options }: AnnotatedFolderOptions,
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
  const xmls = byStem(
    join(path, annotations),
    (await listed(join(path, annotations)))!.files.filter((name) => /\.xml$/i.test(name)),
  )
  const pictureNames = await picturesIn(join(path, pictures))
  const images = byStem(join(path, pictures), pictureNames)
  const all = { train: [...new Set([...xmls.keys(), ...images.keys()])].sort() }
  const placeOf = (stem: string): NamedPicture => ({
    stem,
    xml: xmls.get(stem) ?? join(path, annotations, `${stem}.xml`),
    file: images.get(stem) ?? join(path, pictures, stem),
  })
  const places = (await vocParts(what, path, root, { masked: wanted === true, stems: all.train })) ?? all
  const read = await mapAll(places, (stems) => readAll(stems.map(placeOf), { images, xmls, divide: options.divide }))
  const parts = await mapParts(read, oneEach(partsGiven(read).flat()))
  const known = partsGiven(parts)
    .flat()
    .filter((read) => 'annotation' in read)
  const objects = known.flatMap(({ annotation }) => annotation.objects)
  const classes = [...new Set(objects.map(({ name }) => name))].sort()
  const masks = wanted === false ? new Map<string, string>() : await vocMasks(path)
  const without = known.filter(({ stem }) => !masks.has(stem))
  const hasMasks = masks.size > 0 && (wanted === true || without.length === 0)
  const key = hasMasks ? await vocMaskKey(what, path, root, classes) : undefined
  const first = objects.find(({ corners }) => beginsAtZero(corners))
  const fileOf = (read: Read): AnnotatedFile | SkippedImage => {
    if ('reason' in read) return read
    const { file, stem, xml, annotation } = read
    return {
      file,
      ...(annotation.size && { told: { ...annotation.size, where: xml } }),
      objects: () =>
        annotation.objects.map(({ name, corners, difficult, where }) => ({
          box: first === undefined ? fromOne(corners) : corners,
          label: classes.indexOf(name),
          ignored: difficult,
          where,
        })),
      ...(key && {
        mask: async (own) => ({
          values: await readMaskFile(masks.get(stem) ?? join(path, maskPlace, `${stem}.png`), own, key),
        }),
      }),
    }
  }
  return openAnnotatedFiles(
    {
      what,
      path,
      classes,
      ...(key && { maskClasses: key.classes }),
      parts: await mapParts(parts, (reads) => reads.map(fileOf)),
      skipped: pictureNames.flatMap((name): SkippedImage[] => {
        const [file, other] = [join(path, pictures, name), images.get(stemOf(name))!]
        return file === other
          ? []
          : [
              {
                file,
                reason: `image ${file}: ${other} has the same name apart from its extension; an annotation belongs to one picture`,
              },
            ]
      }),
      corrected: known.flatMap(({ corrected }) => corrected ?? []),
      remarks: [
        ...remarksOf(known, images, first),
        ...(wanted === true && !hasMasks ? [`there are no masks in ${maskPlace}`] : []),
        ...(wanted === undefined && masks.size > 0 && !hasMasks
          ? [
              `${without.length} of its ${known.length} pictures have no mask in ${maskPlace}, such as ${without[0].file}; it is read without masks`,
            ]
          : []),
      ],
    },
    options,
  )
}

/** Edges of a box that counts pixels from 1 and includes the last: pixels 1 to 3 are from 0 to 3. */
const fromOne = ({ left, top, right, bottom }: Box): Box => ({ left: left - 1, top: top - 1, right, bottom })

const beginsAtZero = ({ left, top }: Box): boolean => [left, top].some((edge) => edge >= 0 && edge < 1)

/** What annotations say that could have been meant otherwise. @param first an object whose box begins at 0 */
function remarksOf(known: readonly KnownPicture[], images: ByStem, first: VocObject | undefined): string[] {
  const several = known.flatMap(({ annotation }) => annotation.severalBoxes)
  const strangers = known.filter(({ annotation, file }) => {
    const other = imageNamed(annotation.picture, images)
    return other !== undefined && other !== file
  })
  return [
    ...(several.length === 0
      ? []
      : [`${several.length} of its objects have several boxes, such as ${several[0]}; each box counts as an object`]),
    ...(strangers.length === 0
      ? []
      : [
          `${strangers.length} of its annotations have the <filename> of another picture, such as ${strangers[0].xml}, '${strangers[0].annotation.picture}'; they are matched by their own file name`,
        ]),
    ...(first === undefined
      ? []
      : [
          `some boxes begin at 0, such as ${first.where}, although VOC counts pixels from 1; all boxes of the set are read as counted from 0`,
        ]),
  ]
}

/** The picture that a <filename> names, which may have another computer's folders before it. */
function imageNamed(filename: string | undefined, images: ByStem): string | undefined {
  const { basename } = process.getBuiltinModule('node:path')
  const name = filename?.split(/[\\/]/).at(-1)
  const found = name && images.get(stemOf(name))
  return found && basename(found) === name ? found : undefined
}

/** Reads the annotations of pictures; one whose own picture is missing is of that which its <filename> names. */
function readAll(
  pictures: readonly NamedPicture[],
  { images, xmls, divide }: { images: ByStem; xmls: ByStem; divide: DividedWork | undefined },
): Promise<readonly Read[]> {
  const { basename } = process.getBuiltinModule('node:path')
  const look = async (i: number): Promise<Read> => {
    const { stem, file, xml } = pictures[i]
    try {
      const annotation = parseVoc(await annotationBytes(xml), xml)
      const named = images.has(stem) ? undefined : imageNamed(annotation.picture, images)
      // That which has an annotation of its own name is of that.
      const other = named !== undefined && xmls.has(stemOf(basename(named))) ? undefined : named
      return {
        ...pictures[i],
        annotation,
        ...(other !== undefined && {
          file: other,
          corrected: [
            {
              file: other,
              what: 'annotations matched by their <filename>',
              reason: `${xml}: no picture has its name; it is matched with ${other}`,
            },
          ],
        }),
      }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      return { file, reason: error.message }
    }
  }
  return ofEachFile(
    pictures.map(({ xml }) => xml),
    look,
    { workers: readers, divide },
  )
}

/** Leaves out pictures that several annotations name, and takes those for known that have none of their own name but are named by another's. */
function oneEach(all: readonly Read[]): (reads: readonly Read[]) => Read[] {
  const named = new Map<string, number>()
  for (const read of all)
    if ('annotation' in read && read.corrected !== undefined) named.set(read.file, (named.get(read.file) ?? 0) + 1)
  return (reads) =>
    reads.flatMap((read): Read[] => {
      if ('reason' in read) return named.has(read.file) ? [] : [read]
      if (read.corrected === undefined || named.get(read.file) === 1) return [read]
      return [{ file: read.file, reason: `${read.xml}: other annotations also name its picture ${read.file}` }]
    })
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
