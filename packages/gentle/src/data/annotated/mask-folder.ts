/** Sets of pictures with a mask file each. */
import { DataError } from '../../core/errors.ts'
import { type DividedWork, ofEachFile } from '../divided-work.ts'
import { validationNames } from '../folder-layout.ts'
import type { ImageFolderOptions, SkippedImage } from '../image-folder.ts'
import { type GivenParts, mapParts, partsGiven } from '../three-parts.ts'
import { type AnnotatedFile, type AnnotatedFolder, openAnnotatedFiles } from './annotated-files.ts'
import { checkInNode, type Listing, listed, listedSet, picturesIn, stemOf, textOf } from './annotation-text.ts'
import { parseClassList } from './class-names.ts'
import { lookThrough, readMaskFile } from './mask-file.ts'
import { keyOfList, keyOfValues, type SeenInMasks } from './mask-key.ts'

const expected =
  'expected images/ and masks/, or train/images/ and train/masks/, with a .png in masks/ for each picture, of the same name'

/** What folders of masks are called. */
const maskNames = ['masks', 'labels', 'annotations'] as const

/** What the list of classes is called. */
const classFile = 'classes.txt'

/** Masks looked at at once. */
const readers = 64

/** Folders of a part. */
interface Pair {
  readonly images: string
  readonly masks: string
}

interface MaskedPicture {
  readonly file: string
  readonly mask: string
}

/**
 * Opens a set of pictures for segmentation: `images/` and `masks/` (or `labels/`, `annotations/`), or the same below `train/`, `val/` and `test/`, or these below them. A mask is a
 * PNG of the picture's name and size, of a palette or grey, whose values are class indices, 255 for pixels that are ignored. `classes.txt` has the
 * classes' names, one per line from index 0 on, with the masks' values before them (`127 cat`), or with colours (`cat:128,0,0::`); else they are 'background', 'class 1', ...
 * Shades such as 0, 127 and 254, 0 and 255, or colours, are classes in their order, which `remarks` tell. Parts that are missing are split off by seed. There are no boxes, and `classes`
 * is empty.
 * @throws DataError for a folder without pictures and masks, masks of which one cannot know the classes (`keyOfValues`), and as `openAnnotatedFiles`: pictures whose mask is missing,
 * broken, of another size or with a value that has no class are left out and listed, with `strict` refused. ArgumentError for options out of range.
 */
export async function maskFolder(path: string, options: ImageFolderOptions): Promise<AnnotatedFolder> {
  const what = `mask set ${path}`
  checkInNode(what)
  const { join } = process.getBuiltinModule('node:path')
  const root = await listedSet(what, path, expected)
  const pictures = await mapParts(await maskLayout(what, path, root), picturesOf)
  const masked = partsGiven(pictures)
    .flat()
    .filter((each) => 'mask' in each)
  const seen = await seenIn(masked, options.divide)
  const file = join(path, classFile)
  const { key, remark } = root.files.includes(classFile)
    ? keyOfList(parseClassList(await textOf(file), file), seen)
    : keyOfValues(what, seen)
  const fileOf = (picture: MaskedPicture | SkippedImage): AnnotatedFile | SkippedImage =>
    'reason' in picture
      ? picture
      : {
          file: picture.file,
          objects: () => [],
          mask: async (size) => ({ values: await readMaskFile(picture.mask, size, key) }),
        }
  return openAnnotatedFiles(
    {
      what,
      path,
      classes: [],
      maskClasses: key.classes,
      parts: await mapParts(pictures, (part) => part.map(fileOf)),
      remarks: remark === undefined ? [] : [remark],
    },
    options,
  )
}

async function maskLayout(what: string, path: string, root: Listing): Promise<GivenParts<Pair>> {
  const { join } = process.getBuiltinModule('node:path')
  const parts = { train: ['train', 'training'], validation: validationNames, test: ['test'] }
  const masks = maskNames.find((name) => root.folders.includes(name))
  if (root.folders.includes('images') && masks !== undefined) {
    const { folders } = (await listed(join(path, 'images')))!
    const pairOf = (names: readonly string[]): Pair | undefined => {
      const name = names.find((each) => folders.includes(each))
      return name === undefined ? undefined : { images: join(path, 'images', name), masks: join(path, masks, name) }
    }
    const train = pairOf(parts.train) ?? { images: join(path, 'images'), masks: join(path, masks) }
    return { train, validation: pairOf(parts.validation), test: pairOf(parts.test) }
  }
  const pairIn = async (names: readonly string[]): Promise<Pair | undefined> => {
    const name = names.find((each) => root.folders.includes(each))
    if (name === undefined) return undefined
    const { folders } = (await listed(join(path, name)))!
    const inside = maskNames.find((each) => folders.includes(each))
    if (!folders.includes('images') || inside === undefined) return undefined
    return { images: join(path, name, 'images'), masks: join(path, name, inside) }
  }
  const train = await pairIn(parts.train)
  if (train === undefined) throw new DataError(`${what}: it has no pictures with masks; ${expected}`)
  return { train, validation: await pairIn(parts.validation), test: await pairIn(parts.test) }
}

/** The pictures of a part in order; those without a mask, and masks without a picture, are told. */
async function picturesOf({ images, masks }: Pair): Promise<(MaskedPicture | SkippedImage)[]> {
  const { join } = process.getBuiltinModule('node:path')
  const pictures = await picturesIn(images)
  const all = await picturesIn(masks)
  const files = all.filter((name) => /\.png$/i.test(name))
  const others = new Map(all.filter((name) => !/\.png$/i.test(name)).map((name) => [stemOf(name), name]))
  const byStem = new Map(files.map((name) => [stemOf(name), join(masks, name)]))
  const stems = new Set(pictures.map(stemOf))
  return [
    ...pictures.map((name) => {
      const [file, mask] = [join(images, name), byStem.get(stemOf(name))]
      if (mask !== undefined) return { file, mask }
      const other = others.get(stemOf(name))
      const why = other === undefined ? '' : `, not ${other}, since other formats may have changed the values`
      return { file, reason: `image ${file}: it has no mask; expected ${join(masks, `${stemOf(name)}.png`)}${why}` }
    }),
    ...[...byStem]
      .filter(([stem]) => !stems.has(stem))
      .map(([, file]) => ({ file, reason: `mask ${file}: it has no picture in ${images}` })),
  ]
}

/** What is in all masks that can be read. */
async function seenIn(pictures: readonly MaskedPicture[], divide: DividedWork | undefined): Promise<SeenInMasks> {
  const look = async (i: number) => {
    const [values, colours] = [new Set<number>(), new Set<number>()]
    try {
      const kind = await lookThrough(pictures[i].mask, { values, colours })
      return { values: [...values], colours: [...colours], palette: kind === 'palette' }
    } catch (error) {
      // It is told when the picture is opened.
      if (!(error instanceof DataError)) throw error
      return { values: [], colours: [], palette: true }
    }
  }
  const seen = await ofEachFile(
    pictures.map(({ mask }) => mask),
    look,
    { workers: readers, divide },
  )
  const [values, colours] = [new Set<number>(), new Set<number>()]
  for (const each of seen) {
    for (const value of each.values) values.add(value)
    for (const colour of each.colours) colours.add(colour)
  }
  return { values, colours, palette: seen.every(({ palette }) => palette) }
}
