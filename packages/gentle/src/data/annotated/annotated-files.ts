/** Sets of picture files with boxes and masks, whatever the format that these are kept in. */
import { DataError } from '../../core/errors.ts'
import type { Shape } from '../../core/shape.ts'
import { type Box, boxArea, clipBox } from '../../vision/boxes.ts'
import { fittedBox, fittedMask } from '../../vision/fitted.ts'
import { placementOf, type ResizeOptions, type Size } from '../../vision/resize.ts'
import { atOnce } from '../at-once.ts'
import { checkDecodes, decode, type ImageFileInfo, readHeader, sharp } from '../decode.ts'
import { checkedSize, type ImageFolderOptions, type SkippedImage } from '../image-folder.ts'
import { checkIndex, checkRoom, drawIndices } from '../memory.ts'
import { type GivenParts, mapParts, threeParts } from '../three-parts.ts'
import type { AnnotatedSet, AnnotatedSplits, Annotations } from './annotated-set.ts'

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

/** A picture file, and what is known of it. Whatever is wrong with it alone is thrown as DataError when it is asked for. */
export interface AnnotatedFile {
  readonly file: string
  /** The size that the annotations say it has. */
  readonly told?: Size & { readonly where: string }
  /** What is in it, if it has this size. */
  objects(size: Size): readonly FileObject[]
  /** The class of every pixel, if it has this size, row-major; missing in sets without masks. */
  mask?(size: Size): Uint8Array | Promise<Uint8Array>
}

/** A set as a format has it. What cannot be part of it is listed in its place. */
export interface AnnotatedFiles {
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

/** A set of picture files in three parts. What was left out is listed: pictures, and boxes without area. */
export interface AnnotatedFolder extends AnnotatedSplits {
  readonly train: AnnotatedFileSet
  readonly validation: AnnotatedFileSet
  readonly test: AnnotatedFileSet
  readonly skipped: readonly SkippedImage[]
}

/** A picture that can be read, and what is in it at the size that it is brought to. */
interface Example {
  readonly source: AnnotatedFile
  readonly info: ImageFileInfo
  readonly objects: Omit<Annotations, 'mask'>
}

const isSkipped = (entry: object): entry is SkippedImage => 'reason' in entry

/**
 * Opens picture files with what is in them. Opening decodes every picture and looks at every mask once, as `imageFolder` does: what is broken, missing or
 * contradicts its picture is left out and listed. Boxes are cut at the picture's edges; those of which nothing is left are left out and listed.
 * @throws DataError for a set of which nothing can be read or too little to split, and, with `strict`, the first that would be left out; ArgumentError for
 * options out of range. `read` throws DataError for a file that broke since.
 */
export async function openAnnotatedFiles(
  { what, path, classes, maskClasses, parts }: AnnotatedFiles,
  options: ImageFolderOptions,
): Promise<AnnotatedFolder> {
  const { seed = 0, strict = false } = options
  const { size, workers } = checkedSize(what, options)
  // Where it is not installed that is to be told, not that no file can be read.
  sharp()
  const skipped: SkippedImage[] = []
  const readable = async (entries: readonly (AnnotatedFile | SkippedImage)[]): Promise<readonly Example[]> => {
    const opened = await openAll(entries, { size, workers, masks: maskClasses !== undefined })
    skipped.push(...opened.skipped)
    const [first] = opened.skipped
    if (strict && first !== undefined)
      throw new DataError(
        `${what}: ${opened.skipped.length} of its pictures and boxes cannot be used; the first: ${first.reason}`,
      )
    if (entries.length === 0) throw new DataError(`${what}: one of its parts has no pictures; expected one at least`)
    if (opened.examples.length === 0)
      throw new DataError(
        `${what}: of a part's ${entries.length} pictures none can be used; the first: ${first.reason}`,
      )
    return opened.examples
  }
  const { train, validation, test } = threeParts(what, await mapParts(parts, readable), options, (examples, count) =>
    drawIndices({ name: path, length: examples.length }, count, seed),
  )
  const channels =
    options.channels ??
    ([train, validation, test].every((part) => part.every(({ info }) => info.channels === 1)) ? 1 : 3)
  const setOf = (examples: readonly Example[]): AnnotatedFileSet =>
    fileSet(examples, { name: path, classes, maskClasses, channels, size })
  return { train: setOf(train), validation: setOf(validation), test: setOf(test), skipped }
}

/** Opens every file once. What is left out is listed in the files' order. */
async function openAll(
  entries: readonly (AnnotatedFile | SkippedImage)[],
  { size, workers, masks }: { size: ResizeOptions; workers: number; masks: boolean },
) {
  const opened = new Array<readonly (Example | SkippedImage)[]>(entries.length)
  await atOnce(entries.length, workers, async (i) => {
    const entry = entries[i]
    if (isSkipped(entry)) {
      opened[i] = [entry]
      return
    }
    const { file } = entry
    try {
      const info = await readHeader(file)
      checkTold(entry, info)
      const { objects, skipped } = cut(entry, info, size)
      if (masks) await entry.mask!(info)
      await checkDecodes(file, info)
      opened[i] = [...skipped, { source: entry, info, objects }]
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      opened[i] = [{ file, reason: error.message }]
    }
  })
  const all = opened.flat()
  return { examples: all.filter((each): each is Example => !isSkipped(each)), skipped: all.filter(isSkipped) }
}

function checkTold({ file, told }: AnnotatedFile, { height, width }: Size): void {
  if (told === undefined || (told.height === height && told.width === width)) return
  throw new DataError(
    `image ${file}: it is ${width} wide and ${height} high as it is seen, but ${told.where} says ${told.width} x ${told.height}; expected the size that was annotated`,
  )
}

/** What is within a picture, at the size that it is brought to; and boxes of which nothing is. */
function cut(source: AnnotatedFile, info: Size, size: ResizeOptions) {
  const { file } = source
  const skipped: SkippedImage[] = []
  const found = source.objects(info).flatMap(({ box, label, ignored = false, where }) => {
    const within = clipBox(box, info.height, info.width)
    if (boxArea(within) > 0) {
      const fitted = fittedBox(within, info, size)
      return fitted === undefined ? [] : [{ box: fitted, label, ignored }]
    }
    const corners = [box.left, box.top, box.right, box.bottom].map((value) => Number(value.toFixed(2)))
    const why = boxArea(box) > 0 ? `lies outside of its picture of ${info.width} x ${info.height}` : 'has no area'
    skipped.push({ file, box, reason: `${where}: the box from ${corners.slice(0, 2)} to ${corners.slice(2)} ${why}` })
    return []
  })
  return {
    skipped,
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
      return { ...objects, mask: fittedMask(await source.mask!(info), info, size) }
    },
  }
}
