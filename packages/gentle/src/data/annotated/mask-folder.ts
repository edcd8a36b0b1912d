/** Sets of pictures with a mask file each. */
import { DataError } from '../../core/errors.ts'
import { atOnce } from '../at-once.ts'
import { validationNames } from '../folder-layout.ts'
import type { ImageFolderOptions, SkippedImage } from '../image-folder.ts'
import { type GivenParts, mapParts, partsGiven } from '../three-parts.ts'
import { type AnnotatedFile, type AnnotatedFolder, openAnnotatedFiles } from './annotated-files.ts'
import { ignoredPixel } from './annotated-set.ts'
import { checkInNode, type Listing, listed, listedSet, picturesIn, stemOf, textOf } from './annotation-text.ts'
import { checkMaskClasses, parseClassNames } from './class-names.ts'
import { readMaskFile, readMaskIndices } from './mask-file.ts'

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
 * PNG of the picture's name and size, of a palette or grey, whose values are class indices, 255 for pixels that count nowhere. `classes.txt` has the
 * classes' names, one a line from index 0 on; else they are 'background', 'class 1', ... Parts that are missing are split off by seed. There are no boxes, and `classes` is empty.
 * @throws DataError for a folder without pictures and masks, masks of 0 and 255 alone, and as `openAnnotatedFiles`: pictures whose mask is missing, broken, of
 * another size or with an index that has no class are left out and listed, with `strict` refused. ArgumentError for options out of range.
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
  const highest = await highestIndex(what, masked)
  const file = join(path, classFile)
  const maskClasses = root.files.includes(classFile)
    ? parseClassNames(await textOf(file), file)
    : Array.from({ length: highest + 1 }, (_, i) => (i === 0 ? 'background' : `class ${i}`))
  checkMaskClasses(maskClasses, file)
  const fileOf = (picture: MaskedPicture | SkippedImage): AnnotatedFile | SkippedImage =>
    'reason' in picture
      ? picture
      : { file: picture.file, objects: () => [], mask: (size) => readMaskFile(picture.mask, size, maskClasses) }
  return openAnnotatedFiles(
    { what, path, classes: [], maskClasses, parts: await mapParts(pictures, (part) => part.map(fileOf)) },
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
  const files = (await picturesIn(masks)).filter((name) => /\.png$/i.test(name))
  const byStem = new Map(files.map((name) => [stemOf(name), join(masks, name)]))
  const stems = new Set(pictures.map(stemOf))
  return [
    ...pictures.map((name) => {
      const [file, mask] = [join(images, name), byStem.get(stemOf(name))]
      if (mask !== undefined) return { file, mask }
      return { file, reason: `image ${file}: it has no mask; expected ${join(masks, `${stemOf(name)}.png`)}` }
    }),
    ...[...byStem]
      .filter(([stem]) => !stems.has(stem))
      .map(([, file]) => ({ file, reason: `mask ${file}: it has no picture in ${images}` })),
  ]
}

/** The highest class index of all masks that can be read. @throws DataError for masks that seem to say inside and outside by 255 and 0. */
async function highestIndex(what: string, pictures: readonly MaskedPicture[]): Promise<number> {
  let [highest, ignoring] = [0, undefined as string | undefined]
  await atOnce(pictures.length, readers, async (i) => {
    try {
      for (const value of (await readMaskIndices(pictures[i].mask)).values)
        if (value === ignoredPixel) ignoring ??= pictures[i].mask
        else if (value > highest) highest = value
    } catch (error) {
      // It is told when the picture is opened.
      if (!(error instanceof DataError)) throw error
    }
  })
  if (highest === 0 && ignoring !== undefined)
    throw new DataError(
      `${what}: its masks have no values but 0 and 255, as ${ignoring}, and 255 counts nowhere; expected class indices, so write 1 for what is inside`,
    )
  return highest
}
