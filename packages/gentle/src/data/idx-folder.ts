/** Image sets in four IDX files, as MNIST has them. */
import { DataError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import type { Dataset } from './dataset.ts'
import { type FileSource, filesAt } from './files.ts'
import { parseIdx, unpacked } from './idx.ts'
import { inMemory, randomSplit } from './memory.ts'

/** Three sets: one to learn from, one to choose by, one to look at once, at the end. */
export interface Splits {
  readonly train: Dataset
  readonly validation: Dataset
  readonly test: Dataset
}

export interface IdxOptions {
  /** Examples of the training files that are split off for validation; a twelfth of them unless given. */
  readonly validation?: number
  /** By which they are chosen; 0 unless given. */
  readonly seed?: number
  /** Names of the classes; the numbers unless given. */
  readonly classes?: readonly string[]
  readonly name?: string
}

/** Checks a file's bytes as they are stored. @throws DataError when they are not what they should be. */
export type FileCheck = (name: string, bytes: Uint8Array) => void

const stems = {
  trainImages: 'train-images',
  trainLabels: 'train-labels',
  testImages: 't10k-images',
  testLabels: 't10k-labels',
} as const

const ranks = { images: 3, labels: 1 } as const

/** The names that a file goes by: with a dash or a dot, gzip or not. */
const namesOf = (stem: string, rank: 1 | 3): string[] =>
  ['-', '.'].flatMap((mark) => ['', '.gz'].map((ending) => `${stem}${mark}idx${rank}-ubyte${ending}`))

async function readPart(files: FileSource, stem: string, kind: 'images' | 'labels', check?: FileCheck) {
  const names = namesOf(stem, ranks[kind])
  for (const name of names) {
    const bytes = await files.read(name)
    if (bytes === undefined) continue
    check?.(name, bytes)
    const where = `${name} of ${files.place}`
    return parseIdx(await unpacked(bytes, where), ranks[kind], where)
  }
  throw new DataError(
    `${files.place} has no ${names[0]} (nor .gz of it); an IDX set is four files: ${Object.values(stems)
      .map((s) => namesOf(s, s.endsWith('images') ? 3 : 1)[0])
      .join(', ')}`,
  )
}

/**
 * Reads the four files of an IDX set.
 * @throws DataError for missing files and counts that differ; FormatError for broken ones.
 */
export async function readIdxSet(files: FileSource, options: IdxOptions, check?: FileCheck): Promise<Splits> {
  const { seed = 0, name = files.place } = options
  const parts = [
    readPart(files, stems.trainImages, 'images', check),
    readPart(files, stems.trainLabels, 'labels', check),
    readPart(files, stems.testImages, 'images', check),
    readPart(files, stems.testLabels, 'labels', check),
  ] as const
  // Of several errors the first file's is thrown, whichever came first in time.
  await Promise.allSettled(parts)
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(parts)
  const largest = Math.max(...[trainLabels, testLabels].map(({ data }) => data.reduce((a, b) => Math.max(a, b), 0)))
  const classes = options.classes ?? Array.from({ length: largest + 1 }, (_, i) => String(i))
  const join = (part: string, images: typeof trainImages, labels: typeof trainLabels): Dataset => {
    if (images.shape[0] !== labels.shape[0])
      throw new DataError(
        `${files.place}: there are ${images.shape[0]} ${part} images, but ${labels.shape[0]} labels; they must be as many`,
      )
    const [count, rows, columns] = images.shape
    if (count * rows * columns === 0)
      throw new DataError(
        `${files.place}: the ${part} images are ${images.shape.join(' x ')}; expected at least one pixel`,
      )
    return inMemory({ name, inputs: images.data, inputShape: [1, rows, columns], targets: labels.data, classes })
  }
  const all = join('training', trainImages, trainLabels)
  const test = join('test', testImages, testLabels)
  if (!sameShape(all.inputShape, test.inputShape))
    throw new DataError(
      `${files.place}: training images are ${formatShape(all.inputShape)}, test images ${formatShape(test.inputShape)}; they must be of one size`,
    )
  const [train, validation] = randomSplit(all, options.validation ?? Math.max(1, Math.round(all.length / 12)), seed)
  return { train, validation, test }
}

/**
 * Any IDX set, its four files named as MNIST's (`train-images-idx3-ubyte` or `train-images.idx3-ubyte`, and so on), gzip or not,
 * wherever they are: in a folder (in Node), below a base URL, or in memory, by name.
 * @throws DataError for missing files and counts that differ; FormatError for broken ones; ArgumentError for options out of range.
 */
export async function idxFolder(
  place: string | ReadonlyMap<string, Uint8Array>,
  options: IdxOptions = {},
): Promise<Splits> {
  return readIdxSet(filesAt(place, 'idxFolder'), options)
}
