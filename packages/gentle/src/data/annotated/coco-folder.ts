/** Sets in COCO's format. */
import { DataError } from '../../core/errors.ts'
import type { SkippedImage } from '../image-folder.ts'
import { mapParts, partsGiven } from '../three-parts.ts'
import {
  type AnnotatedFile,
  type AnnotatedFolder,
  type AnnotatedFolderOptions,
  openAnnotatedFiles,
} from './annotated-files.ts'
import { checkInNode, textOf } from './annotation-text.ts'
import { type CocoContent, type CocoImage, type CocoObject, parseCoco } from './coco-content.ts'
import { type CocoPart, cocoLayout } from './coco-layout.ts'
import { cocoMask } from './coco-mask.ts'
import { findFiles, foundByEnd } from './file-finder.ts'
import type { Correction } from './findings.ts'
import { outlineMasks } from './outline-masks.ts'

/**
 * Opens a set of pictures with COCO annotations: `annotations/instances_train2017.json` and its kin (or `train.json`, `val.json`, `test.json` there or at the top) with
 * pictures in `train2017/`, `train/`, `images/train/`, `images/` or at the top; Roboflow's `train/_annotations.coco.json` beside the pictures, with `valid/` and
 * `test/`; or one .json file, by its own path or alone in a folder. Parts that are missing are split off by seed.
 *
 * Classes are the categories by id; of two of one name, that which no annotation has is left out. Crowds are `ignored`. There are masks, of 'background' and the classes, if all objects but crowds
 * have a segmentation (polygons, or runs as numbers or as a string) and the classes are at most 254; of objects that overlap the smaller one is seen. Pixels of crowds
 * are ignored, and so are those in the boxes of objects whose segmentation cannot be read, which are listed.
 * @param path a folder, or a .json file
 * @throws DataError for a set without annotations, a file of annotations that is broken (`parseCoco`), parts with other categories, and as `openAnnotatedFiles`:
 * pictures that are missing or of another size than told, and annotations that cannot be used, are left out and listed, with `strict` refused. ArgumentError for
 * options out of range.
 */
export async function cocoFolder(
  path: string,
  { masks, ...options }: AnnotatedFolderOptions,
): Promise<AnnotatedFolder> {
  const what = `COCO set ${path}`
  checkInNode(what)
  const parts = await mapParts(await cocoLayout(what, path), async (part) => ({
    part,
    content: parseCoco(await textOf(part.annotations), part.annotations),
  }))
  const contents = partsGiven(parts).map(({ content }) => content)
  const { ids, remarks } = categoryIds(what, contents)
  const classes = ids.map((id) => contents[0].categories.get(id)!)
  const counted = contents.flatMap(({ objects }) => objects.filter(({ crowd }) => !crowd))
  const outlines = counted.map(({ where, segmentation }) => ({ where, outlined: segmentation !== undefined }))
  const { hasMasks, remarks: remarksOnMasks } = outlineMasks(masks, outlines, classes.length)
  const corrected = contents.flatMap((content) => content.corrected)
  return openAnnotatedFiles(
    {
      what,
      path,
      classes,
      ...(hasMasks ? { maskClasses: ['background', ...classes] } : {}),
      parts: await mapParts(parts, ({ part, content }) => cocoFiles(part, content, { ids, hasMasks, corrected })),
      skipped: contents.flatMap((content) => content.skipped),
      corrected,
      remarks: [...remarks, ...remarksOnMasks],
    },
    options,
  )
}

/** Ids of the categories in order, and what is to be said of them. @throws DataError where the files do not agree, there are none, or two have one name. */
function categoryIds(what: string, contents: readonly CocoContent[]): { ids: number[]; remarks: string[] } {
  const [first, ...others] = contents
  const used = new Set(contents.flatMap(({ objects }) => objects.map(({ category }) => category)))
  const left = new Set<number>()
  const remarks: string[] = []
  const ids = [...first.categories.keys()].sort((a, b) => a - b)
  if (ids.length === 0) throw new DataError(`${what}: ${first.file} has no categories; expected at least one`)
  const byName = new Map<string, number>()
  for (const [id, name] of first.categories) {
    const other = byName.get(name)
    // Roboflow calls the whole set as its only class.
    const unused = other === undefined ? undefined : [other, id].find((each) => !used.has(each))
    if (unused !== undefined) {
      left.add(unused)
      remarks.push(
        `two of its categories are called '${name}', ${other} and ${id}; ${unused}, which no annotation has, is left out`,
      )
      if (unused === id) continue
    } else if (other !== undefined)
      throw new DataError(
        `${what}: the categories ${other} and ${id} of ${first.file} are both called '${name}'; expected a name each, so rename one`,
      )
    byName.set(name, id)
  }
  const named = ({ categories }: CocoContent, id: number): string => `${id} is ${categories.get(id) ?? 'missing'}`
  for (const other of others) {
    const all = new Set([...ids, ...other.categories.keys()])
    const differs = [...all].find((id) => first.categories.get(id) !== other.categories.get(id))
    if (differs !== undefined)
      throw new DataError(
        `${what}: category ${named(first, differs)} in ${first.file}, but ${named(other, differs)} in ${other.file}; expected the same categories`,
      )
  }
  return { ids: ids.filter((id) => !left.has(id)), remarks }
}

/** The pictures of a file of annotations, in its order. */
function cocoFiles(
  { folders, annotations }: CocoPart,
  { images, objects }: CocoContent,
  { ids, hasMasks, corrected }: { ids: readonly number[]; hasMasks: boolean; corrected: Correction[] },
): (AnnotatedFile | SkippedImage)[] {
  const labels = new Map(ids.map((id, label) => [id, label]))
  const byImage = new Map<number, CocoObject[]>()
  for (const object of objects) {
    const own = byImage.get(object.image)
    if (own === undefined) byImage.set(object.image, [object])
    else own.push(object)
  }
  const files = findFiles(
    Array.from(images.values()).flatMap(({ file }) => file ?? []),
    folders,
  )
  return Array.from(images.values(), (image) => {
    const found = image.file === undefined ? undefined : files.get(image.file)
    if (found === undefined) return missing(image, annotations, folders)
    const { file } = found
    if (found.shortened)
      corrected.push({
        file,
        what: foundByEnd,
        reason: `${annotations}: image ${image.id} is ${image.file}, which does not exist; it is read as ${file}`,
      })
    const own = byImage.get(image.id) ?? []
    return {
      file,
      ...(image.size === undefined ? {} : { told: { ...image.size, where: annotations } }),
      objects: () =>
        own.map(({ box, category, crowd, where }) => ({ box, label: labels.get(category)!, ignored: crowd, where })),
      ...(hasMasks ? { mask: (size) => cocoMask(file, own, size, (category) => labels.get(category)! + 1) } : {}),
    }
  })
}

function missing({ id, file }: CocoImage, annotations: string, folders: readonly string[]): SkippedImage {
  const { existsSync } = process.getBuiltinModule('node:fs')
  if (file === undefined)
    return { file: annotations, reason: `${annotations}: image ${id} has no file_name; expected the name of its file` }
  const places = folders.filter((folder) => existsSync(folder))
  return { file, reason: `image ${file}: there is no such file in ${places.join(', ')}` }
}
