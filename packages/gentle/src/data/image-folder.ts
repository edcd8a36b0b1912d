/** Data sets of picture files, one folder per class, decoded when they are read. */
import { ArgumentError, DataError } from '../core/errors.ts'
import type { Shape } from '../core/shape.ts'
import { type Fit, placementOf, type ResizeOptions } from '../vision/resize.ts'
import { checkDecodes, type ImageFileInfo, readHeader, sharp } from './decode.ts'
import { type DividedWork, ofEachFile } from './divided-work.ts'
import { type LabelledFile, readLayout } from './folder-layout.ts'
import { splitIndices } from './memory.ts'
import { defaultWorkers, filesAtOnce, type PictureSet, readingPictures } from './picture-set.ts'
import { mapAll, mapParts, threeParts } from './three-parts.ts'

export interface ImageFolderOptions {
  /** Sides that every picture is brought to: of a square, or [height, width]. */
  readonly size: number | readonly [height: number, width: number]
  /** 1 for grey, 3 for colours; 1 where all files are grey, 3 otherwise, unless given. */
  readonly channels?: 1 | 3
  /** How pictures of another shape come to that size; 'contain' unless given: in whole, on black. */
  readonly fit?: Fit
  /** Examples that are split off training for validation where there is no folder of them; unless given a twelfth, or 50 where those are more, but no more than a sixth. */
  readonly validation?: number
  /** Examples that are split off for the test where there is no folder of them; a sixth unless given. */
  readonly test?: number
  /** By which they are chosen; 0 unless given. */
  readonly seed?: number
  /** Refuses a set of which anything would be left out or corrected. */
  readonly strict?: boolean
  /**
   * Threads that decode, crop, place and change pictures beside the one that trains; 0: that one does. Unless given, 0 for sets of fewer than 1,000 pictures,
   * else one for four cores, from 1 to 4.
   */
  readonly workers?: number
  /** How opening is divided among processes that train together, each of which calls this; by itself unless given. */
  readonly divide?: DividedWork
}

/** A picture file, and what its header says. */
export interface ImageExample extends LabelledFile {
  readonly info: ImageFileInfo
}

/** A data set of picture files; its examples are listed in order. */
export interface ImageSet extends PictureSet {
  readonly examples: readonly ImageExample[]
}

/** A file that was left out, and why: the message names it. */
export interface SkippedImage {
  readonly file: string
  readonly reason: string
}

export interface ImageSplits {
  readonly train: ImageSet
  readonly validation: ImageSet
  readonly test: ImageSet
  readonly skipped: readonly SkippedImage[]
}

/**
 * Opens a folder of picture files (PNG, JPEG, WebP, GIF, TIFF, AVIF), one folder per class: below train/ with validation/ (or val/) and test/ beside it, or
 * all in one, of which validation and test are split off by seed, of each class its share. Classes are in order of their names.
 *
 * Opening decodes every file once, one epoch's decoding (half a second for 1,000 small JPEGs on 2 cores): only that finds all that are broken,
 * and they are left out and listed, and so are those beside the folders of classes. Several processes do a share each where `divide` is given. After that only names and sizes are kept; `read` decodes, and the examples do not depend on `workers`.
 * @throws DataError for a folder without images in classes (`readLayout`), a class none of whose images can be read, too few of them, and, with `strict`,
 * the first that is broken or in no class; ArgumentError for options out of range. `read` throws DataError for a file that broke since.
 */
export async function imageFolder(path: string, options: ImageFolderOptions): Promise<ImageSplits> {
  const { seed = 0, strict = false } = options
  const { size, workers } = checkedSize('imageFolder', options)
  const layout = await readLayout(path)
  // Where it is not installed that is to be told, not that no file can be read.
  sharp()
  const [outside] = layout.outside
  if (strict && outside !== undefined)
    throw new DataError(
      `image folder ${path}: ${layout.outside.length} images are not in class folders; the first: ${outside}`,
    )
  const skipped: SkippedImage[] = []
  const readable = (checked: readonly (ImageExample | SkippedImage)[]): ImageExample[] => {
    const broken = checked.filter((outcome): outcome is SkippedImage => 'reason' in outcome)
    for (const each of broken) skipped.push(each)
    if (strict && broken.length > 0)
      throw new DataError(
        `image folder ${path}: ${broken.length} of ${checked.length} images cannot be read; the first: ${broken[0].reason}`,
      )
    return checked.filter((outcome): outcome is ImageExample => 'info' in outcome)
  }
  const checked = await mapAll(layout, (files) => checkAll(files, options.divide))
  const { train: all, validation: validationFiles, test: testFiles } = await mapParts(checked, readable)
  const channels =
    options.channels ??
    ([all, validationFiles, testFiles].every((part) => part?.every(({ info }) => info.channels === 1) ?? true) ? 1 : 3)

  const setOf = (examples: readonly ImageExample[]): ImageSet =>
    imageSet(path, examples, layout.classes, { channels, size, workers })
  checkClasses(path, all, layout.classes, skipped)
  const { train, validation, test } = threeParts(
    `image folder ${path}`,
    { train: all, validation: validationFiles, test: testFiles },
    options,
    (examples, count) => splitIndices(setOf(examples), count, seed),
  )
  checkClasses(path, train, layout.classes, skipped)
  return {
    train: setOf(train),
    validation: setOf(validation),
    test: setOf(test),
    skipped: [
      ...layout.outside.map((file) => ({ file, reason: `image ${file}: it is not in a class folder` })),
      ...skipped,
    ],
  }
}

/** The size that a folder's pictures are brought to. @throws ArgumentError for numbers that are not whole ones from 1. */
export function checkedSize(
  caller: string,
  { size, fit = 'contain', workers }: ImageFolderOptions,
): { size: ResizeOptions; workers: number | undefined } {
  const [height, width] = typeof size === 'number' ? [size, size] : size
  for (const [what, value] of Object.entries({ height, width }))
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError(`${caller}: ${what} is ${value}; expected a whole number of at least 1`)
  if (workers !== undefined && (!Number.isInteger(workers) || workers < 0 || workers > 64))
    throw new ArgumentError(`${caller}: workers is ${workers}; expected a whole number of threads from 0 to 64`)
  return { size: { height, width, fit }, workers }
}

/** Decodes every file once. */
async function checkAll(
  files: readonly LabelledFile[],
  divide: DividedWork | undefined,
): Promise<(ImageExample | SkippedImage)[]> {
  const checked = await ofEachFile(
    files.map(({ file }) => file),
    async (i) => {
      const { file } = files[i]
      try {
        const info = await readHeader(file)
        await checkDecodes(file, info)
        return { info }
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        return { reason: error.message }
      }
    },
    { workers: filesAtOnce, divide },
  )
  return files.map(({ file, label }, i) => {
    const { info, reason } = checked[i]
    return info === undefined ? { file, reason: reason! } : { file, label, info }
  })
}

/** @throws DataError naming a class that has no example. */
function checkClasses(
  path: string,
  examples: readonly ImageExample[],
  classes: readonly string[],
  skipped: readonly SkippedImage[],
): void {
  const counts = new Array<number>(classes.length).fill(0)
  for (const { label } of examples) counts[label]++
  const without = counts.indexOf(0)
  if (without < 0) return
  const why = skipped.length > 0 ? `; ${skipped.length} cannot be read, the first: ${skipped[0].reason}` : ''
  throw new DataError(
    `image folder ${path}: class '${classes[without]}' has no image to train on${why || '; it has too few images to split'}`,
  )
}

function imageSet(
  name: string,
  examples: readonly ImageExample[],
  classes: readonly string[],
  {
    channels,
    size,
    workers = defaultWorkers(examples.length),
  }: { channels: 1 | 3; size: ResizeOptions; workers: number | undefined },
): ImageSet {
  const inputShape: Shape = [channels, size.height, size.width]
  const set = {
    name,
    length: examples.length,
    labels: Int32Array.from(examples, ({ label }) => label),
    picture: (index: number) => ({ source: examples[index].file, info: examples[index].info }),
  }
  return readingPictures(
    {
      ...set,
      inputShape,
      target: { dtype: 'int32', shape: [] },
      classes,
      examples,
      nameOf: (index: number) => examples[index].file,
    },
    set,
    { channels, placement: (info) => placementOf(info, size), workers },
  )
}
