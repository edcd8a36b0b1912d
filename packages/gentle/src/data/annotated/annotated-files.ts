/** Sets of picture files with boxes and masks, whatever the format that these are kept in. */
import { DataError } from '../../core/errors.ts'
import type { Shape } from '../../core/shape.ts'
import { type Box, boxArea, clipBox } from '../../vision/boxes.ts'
import { fittedBox, fittedMask } from '../../vision/fitted.ts'
import { placementOf, type ResizeOptions, type Size } from '../../vision/resize.ts'
import { checkDecodes, decode, type ImageFileInfo, readHeader, sharp } from '../decode.ts'
import { type DividedWork, ofEachFile } from '../divided-work.ts'
import { checkedSize, type ImageFolderOptions, type SkippedImage } from '../image-folder.ts'
import { checkIndex, checkRoom, drawIndices } from '../memory.ts'
import { filesAtOnce } from '../picture-set.ts'
import { type GivenParts, mapAll, mapParts, partsGiven, threeParts } from '../three-parts.ts'
import { type AnnotatedSet, type AnnotatedSplits, type Annotations, ignoredPixel } from './annotated-set.ts'
import type { Correction, Findings, SkippedObject } from './findings.ts'

export interface AnnotatedFolderOptions extends ImageFolderOptions {
  /** True takes masks where any object or picture has one; false takes none; unless given there are masks where all have one. */
  readonly masks?: boolean
}

/** An object as a file has it. */
export interface FileObject {
  /** In the picture's own pixels; it may reach outside. */
  readonly box: Box
  readonly label: number
  /** Whether it counts neither as found nor as missed. */
  readonly ignored?: boolean
  /** Where it stands, as messages call it: a file, and a place in it. */
  readonly where: string
}

/** A mask as it is read. */
export interface ReadMask {
  /** The class of every pixel, row-major. */
  readonly values: Uint8Array
  /** What of it was corrected. */
  readonly corrected?: readonly Correction[]
}

/** A picture file, and what is known of it. Whatever is wrong with it alone is thrown as DataError when it is asked for. */
export interface AnnotatedFile {
  readonly file: string
  /** The size that the annotations say it has. */
  readonly told?: Size & { readonly where: string }
  /** What is in it, if it has this size. */
  objects(size: Size): readonly FileObject[]
  /** The class of every pixel, if it has this size; missing in sets without masks. */
  mask?(size: Size): ReadMask | Promise<ReadMask>
}

/** A set as a format has it. What cannot be part of it is listed in its place, or with the findings. */
export interface AnnotatedFiles extends Partial<Findings> {
  /** How messages call it, such as 'COCO set pets'. */
  readonly what: string
  readonly path: string
  readonly classes: readonly string[]
  readonly maskClasses?: readonly string[]
  readonly parts: GivenParts<readonly (AnnotatedFile | SkippedImage)[]>
}

/** A set of picture files with what is in them. */
export interface AnnotatedFileSet extends AnnotatedSet {
  /** Paths of the pictures, in order. */
  readonly files: readonly string[]
  objects(index: number): Omit<Annotations, 'mask'>
  read(index: number, picture: Float32Array, pass?: number): Promise<Annotations>
}

/** A set of picture files in three parts, and what was left out or corrected when it was read. */
export interface AnnotatedFolder extends AnnotatedSplits, Findings {
  readonly train: AnnotatedFileSet
  readonly validation: AnnotatedFileSet
  readonly test: AnnotatedFileSet
}

/** A picture that can be read, and what is in it at the size that it is brought to. */
interface Example {
  readonly source: AnnotatedFile
  readonly info: ImageFileInfo
  readonly objects: Omit<Annotations, 'mask'>
  /** Which classes its mask has; none without a mask. */
  readonly inMask: ReadonlySet<number>
}

const isSkipped = (entry: object): entry is SkippedImage => 'reason' in entry

/**
 * Opens picture files with what is in them. Opening decodes every picture and looks at every mask once, as `imageFolder` does, among processes that divide it: what is broken, missing or
 * contradicts its picture is left out and listed. Boxes are cut at the picture's edges, which is listed where it takes more than a pixel; those of which nothing is left
 * are left out and listed. Pictures that come again, in another part, too, are remarked.
 * @throws DataError for a set of which nothing can be read or too little to split, whose boxes are all within the first pixel, and, with `strict`, the first that would be left out or corrected; ArgumentError for
 * options out of range. `read` throws DataError for a file that broke since.
 */
export async function openAnnotatedFiles(
  { what, path, classes, maskClasses, parts, ...found }: AnnotatedFiles,
  options: ImageFolderOptions,
): Promise<AnnotatedFolder> {
  const { seed = 0, strict = false, divide } = options
  const { size } = checkedSize(what, options)
  // Where it is not installed that is to be told, not that no file can be read.
  sharp()
  const skipped = [...(found.skipped ?? [])]
  const corrected = [...(found.corrected ?? [])]
  if (partsGiven(parts).some(({ length }) => length === 0))
    throw new DataError(`${what}: one of its splits has no pictures; expected at least one`)
  const readable = (entries: readonly Opened[]): readonly Example[] => {
    const examples = entries.flatMap(({ example }) => example ?? [])
    for (const entry of entries) {
      skipped.push(...entry.skipped)
      corrected.push(...entry.corrected)
    }
    const first = skipped[0] ?? corrected[0]
    if (strict && first !== undefined)
      throw new DataError(
        `${what}: ${skipped.length + corrected.length} of its pictures and annotations would be left out or corrected; the first: ${first.reason}`,
      )
    if (examples.length === 0)
      throw new DataError(
        `${what}: none of the ${entries.length} pictures of a split can be used; the first: ${entries.flatMap((entry) => entry.skipped)[0].reason}`,
      )
    return examples
  }
  const opened = await mapAll(parts, (entries) => openAll(entries, { size, masks: maskClasses !== undefined, divide }))
  const { train, validation, test } = threeParts(what, await mapParts(opened, readable), options, (examples, count) =>
    drawIndices({ name: path, length: examples.length }, count, seed),
  )
  const all = { train, validation, test }
  if (areShares(Object.values(all).flat()))
    throw new DataError(`${what}: all its boxes lie between 0 and 1, like fractions of the picture; expected pixels`)
  const channels =
    options.channels ??
    ([train, validation, test].every((part) => part.every(({ info }) => info.channels === 1)) ? 1 : 3)
  const setOf = (examples: readonly Example[]): AnnotatedFileSet =>
    fileSet(examples, { name: path, classes, maskClasses, channels, size })
  return {
    train: setOf(train),
    validation: setOf(validation),
    test: setOf(test),
    skipped,
    corrected,
    remarks: [...(found.remarks ?? []), ...remarksOnRepeated(all)],
  }
}

/** Whether there are boxes, and all of them are within the first pixel of a larger picture. */
function areShares(examples: readonly Example[]): boolean {
  let found = false
  for (const { source, info } of examples)
    for (const { box } of source.objects(info)) {
      if (box.right > 1 || box.bottom > 1 || info.height * info.width === 1) return false
      found = true
    }
  return found
}

/** Says where a picture is learned from and scored on, too, or comes twice in a part. */
function remarksOnRepeated(parts: Readonly<Record<string, readonly Example[]>>): string[] {
  const partOf = new Map<string, string>()
  const repeated: string[] = []
  for (const [part, examples] of Object.entries(parts))
    for (const { file } of examples.map(({ source }) => source)) {
      const before = partOf.get(file)
      if (before === undefined) partOf.set(file, part)
      else repeated.push(`${file}, ${before === part ? `twice in ${part}` : `in ${before} and in ${part}`}`)
    }
  return repeated.length === 0
    ? []
    : [`${repeated.length} of its pictures ${repeated.length === 1 ? 'comes' : 'come'} again, such as ${repeated[0]}`]
}

/** A picture that can be used, or why it cannot, and what else was left out or corrected with it. */
interface Opened {
  readonly example?: Example
  readonly skipped: readonly (SkippedImage | SkippedObject)[]
  readonly corrected: readonly Correction[]
}

/** What is found out of a file by reading it. */
type Seen =
  | { readonly info: ImageFileInfo; readonly inMask: readonly number[]; readonly corrected: readonly Correction[] }
  | { readonly reason: string }

/** Opens every file once. */
async function openAll(
  entries: readonly (AnnotatedFile | SkippedImage)[],
  { size, masks, divide }: { size: ResizeOptions; masks: boolean; divide: DividedWork | undefined },
): Promise<Opened[]> {
  const look = async (entry: AnnotatedFile): Promise<Seen> => {
    const { file } = entry
    try {
      const info = await readHeader(file)
      checkDeclared(entry, info)
      // For what it throws; all make them of what is known then.
      entry.objects(info)
      const mask = masks ? await entry.mask!(info) : undefined
      await checkDecodes(file, info)
      return { info, inMask: [...classesIn(mask?.values)], corrected: mask?.corrected ?? [] }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      return { reason: error.message }
    }
  }
  const files = entries.filter((entry) => !isSkipped(entry)) as AnnotatedFile[]
  const seen = await ofEachFile(
    files.map(({ file }) => file),
    (i) => look(files[i]),
    { workers: filesAtOnce, divide },
  )
  let next = 0
  return entries.map((entry): Opened => {
    if (isSkipped(entry)) return { skipped: [entry], corrected: [] }
    const found = seen[next++]
    if ('reason' in found) return { skipped: [{ file: entry.file, reason: found.reason }], corrected: [] }
    const { info, inMask } = found
    const { objects, skipped, corrected } = cut(entry, info, size)
    return {
      example: { source: entry, info, objects, inMask: new Set(inMask) },
      skipped,
      corrected: [...corrected, ...found.corrected],
    }
  })
}

/** The classes that a mask has. */
function classesIn(mask: Uint8Array = new Uint8Array(0)): ReadonlySet<number> {
  const seen = new Uint8Array(256)
  for (let i = 0; i < mask.length; i++) seen[mask[i]] = 1
  seen[ignoredPixel] = 0
  return new Set(seen.keys().filter((value) => seen[value] === 1))
}

function checkDeclared({ file, told }: AnnotatedFile, { height, width }: Size): void {
  if (told === undefined || (told.height === height && told.width === width)) return
  throw new DataError(
    `image ${file}: it is ${width} x ${height} when displayed, but ${told.where} says ${told.width} x ${told.height}; expected the annotated size`,
  )
}

/** How far a box may reach beyond its picture without a word, in pixels: as far as rounding, or counting from 0 or 1, moves it. */
const slack = 1

/** What is within a picture, at the size that it is brought to; and boxes of which nothing is. */
function cut(source: AnnotatedFile, info: Size, size: ResizeOptions) {
  const { file } = source
  const skipped: SkippedObject[] = []
  const corrected: Correction[] = []
  const found = source.objects(info).flatMap(({ box, label, ignored = false, where }) => {
    const within = clipBox(box, info.height, info.width)
    const corners = [box.left, box.top, box.right, box.bottom].map((value) => Number(value.toFixed(2)))
    const told = `${where}: the box from ${corners.slice(0, 2)} to ${corners.slice(2)}`
    if (boxArea(within) > 0) {
      const beyond = Math.max(-box.left, -box.top, box.right - info.width, box.bottom - info.height)
      if (beyond > slack)
        corrected.push({
          file,
          what: 'boxes clipped to their pictures',
          reason: `${told} extends beyond its picture of ${info.width} x ${info.height}`,
        })
      const fitted = fittedBox(within, info, size)
      return fitted === undefined ? [] : [{ box: fitted, label, ignored }]
    }
    const crossed = box.right < box.left || box.bottom < box.top
    const why = crossed
      ? 'has its corners in the wrong order'
      : boxArea(box) > 0
        ? `lies outside of its picture of ${info.width} x ${info.height}`
        : 'has no area'
    skipped.push({ file, object: true, box, reason: `${told} ${why}` })
    return []
  })
  return {
    skipped,
    corrected,
    objects: {
      boxes: found.map(({ box }) => box),
      labels: found.map(({ label }) => label),
      ...(found.some(({ ignored }) => ignored) ? { ignored: found.map(({ ignored }) => ignored) } : {}),
    },
  }
}

function fileSet(
  examples: readonly Example[],
  {
    name,
    classes,
    maskClasses,
    channels,
    size,
  }: {
    name: string
    classes: readonly string[]
    maskClasses: readonly string[] | undefined
    channels: 1 | 3
    size: ResizeOptions
  },
): AnnotatedFileSet {
  const inputShape: Shape = [channels, size.height, size.width]
  const values = channels * size.height * size.width
  return {
    name,
    length: examples.length,
    inputShape,
    classes,
    maskClasses,
    files: examples.map(({ source }) => source.file),
    ...(maskClasses && {
      classesInMasks: [...new Set(examples.flatMap(({ inMask }) => [...inMask]))].sort((a, b) => a - b),
    }),
    objects(index) {
      checkIndex(name, index, examples.length)
      return examples[index].objects
    },
    async read(index, picture) {
      checkIndex(name, index, examples.length)
      checkRoom(name, 1, values, picture.length, 'picture')
      const { source, info, objects } = examples[index]
      const { data } = await decode(source.file, info, { channels, placement: placementOf(info, size) })
      picture.set(data)
      if (maskClasses === undefined) return objects
      return { ...objects, mask: fittedMask((await source.mask!(info)).values, info, size) }
    },
  }
}
