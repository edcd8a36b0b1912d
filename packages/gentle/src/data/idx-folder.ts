/** Image sets in four IDX files, as MNIST has them. */
import { DataError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import { printable } from '../formats/failure.ts'
import type { Dataset } from './dataset.ts'
import { emnistLabels, type LabelName, parseMapping, transposed } from './emnist.ts'
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
  /**
   * What the names of the four files begin with, such as 'emnist-letters-'. Unless given, nothing, or what the files of a folder begin with where they are
   * those of one set.
   */
  readonly prefix?: string
  /** Names of the classes; EMNIST's characters, or else the numbers unless given. */
  readonly classes?: readonly string[]
  readonly name?: string
}

/** Checks a file's bytes as they are stored. @throws DataError when they are not what they should be. */
export type FileCheck = (name: string, bytes: Uint8Array) => void

/** How the files were read, as plain data. */
export interface IdxReading {
  /** What their names begin with. */
  readonly prefix: string
  /** Whether pictures were stored with their columns where their rows belong, as EMNIST's are, and were turned. */
  readonly transposed: boolean
}

/** The three sets of IDX files. */
export interface IdxSplits extends Splits {
  readonly reading: IdxReading
}

/** What each file may be called, after the set's prefix. */
const stems = {
  trainImages: ['train-images'],
  trainLabels: ['train-labels'],
  testImages: ['t10k-images', 'test-images'],
  testLabels: ['t10k-labels', 'test-labels'],
} as const

const ranks = { images: 3, labels: 1 } as const

/** The names that a file goes by: with a dash or a dot, gzip or not. */
const namesOf = (stem: string, rank: 1 | 3): string[] =>
  ['-', '.'].flatMap((mark) => ['', '.gz'].map((ending) => `${stem}${mark}idx${rank}-ubyte${ending}`))

const firstTrainImages = /^(.*)train-images[-.]idx3-ubyte(?:\.gz)?$/

/** What the files' names begin with: as told, nothing where there are such, or what the only set's begin with. @throws DataError for several sets. */
async function prefixOf(files: FileSource, given: string | undefined): Promise<string> {
  if (given !== undefined) return given
  const found = ((await files.list()) ?? []).flatMap((name) => firstTrainImages.exec(name)?.[1] ?? [])
  const prefixes = [...new Set(found)]
  if (prefixes.length < 2 || prefixes.includes('')) return prefixes.length === 1 ? prefixes[0] : ''
  throw new DataError(
    `${files.place} has ${prefixes.length} sets, whose files begin with ${prefixes.map(printable).join(', ')}; say which, as prefix or behind the folder: ${files.place}/${printable(prefixes[0].replace(/-$/, ''))}`,
  )
}

async function readPart(
  files: FileSource,
  prefix: string,
  part: keyof typeof stems,
  kind: 'images' | 'labels',
  check?: FileCheck,
) {
  const names = stems[part].flatMap((stem) => namesOf(prefix + stem, ranks[kind]))
  for (const name of names) {
    const bytes = await files.read(name)
    if (bytes === undefined) continue
    check?.(name, bytes)
    const where = `${name} of ${files.place}`
    return parseIdx(await unpacked(bytes, ranks[kind], where), ranks[kind], where)
  }
  throw new DataError(
    `${files.place} has no ${names[0]} (nor .gz of it); an IDX set is four files: ${Object.values(stems)
      .map(([s]) => namesOf(prefix + s, s.endsWith('images') ? 3 : 1)[0])
      .join(', ')}`,
  )
}

/** EMNIST's labels, as the set's own file maps them where it is there. */
async function labelsFor(files: FileSource, prefix: string): Promise<LabelName[] | undefined> {
  const known = emnistLabels(prefix)
  if (known === undefined) return undefined
  const name = `${prefix}mapping.txt`
  const bytes = await files.read(name)
  return bytes === undefined ? known : parseMapping(new TextDecoder().decode(bytes), `${name} of ${files.place}`)
}

/** Labels as places among those that a set has. @throws DataError for one that it has not. */
function placesOf(data: Uint8Array, known: readonly LabelName[], where: string): Uint8Array<ArrayBuffer> {
  const places = new Map(known.map(({ label }, place) => [label, place]))
  return Uint8Array.from(data, (label, i) => {
    const place = places.get(label)
    if (place === undefined)
      throw new DataError(
        `${where}: label ${i} is ${label}; expected those of ${known[0].label} to ${known[known.length - 1].label}, which stand for ${known[0].name} to ${known[known.length - 1].name}`,
      )
    return place
  })
}

/**
 * Reads the four files of an IDX set.
 * @throws DataError for missing files and counts that differ; FormatError for broken ones.
 */
export async function readIdxSet(files: FileSource, options: IdxOptions, check?: FileCheck): Promise<IdxSplits> {
  const { seed = 0, name = files.place } = options
  const prefix = await prefixOf(files, options.prefix)
  const parts = [
    readPart(files, prefix, 'trainImages', 'images', check),
    readPart(files, prefix, 'trainLabels', 'labels', check),
    readPart(files, prefix, 'testImages', 'images', check),
    readPart(files, prefix, 'testLabels', 'labels', check),
  ] as const
  // Of several errors the first file's is thrown, whichever came first in time.
  await Promise.allSettled(parts)
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(parts)
  const known = await labelsFor(files, prefix)
  const reading: IdxReading = { prefix, transposed: known !== undefined }
  const largest = Math.max(...[trainLabels, testLabels].map(({ data }) => data.reduce((a, b) => Math.max(a, b), 0)))
  const classes =
    options.classes ?? known?.map((each) => each.name) ?? Array.from({ length: largest + 1 }, (_, i) => String(i))
  const join = (part: string, images: typeof trainImages, labels: typeof trainLabels): Dataset => {
    if (images.shape[0] !== labels.shape[0])
      throw new DataError(
        `${files.place}: ${images.shape[0]} ${part} images have ${labels.shape[0]} labels; expected one label per image`,
      )
    const [count, rows, columns] = images.shape
    if (count * rows * columns === 0)
      throw new DataError(
        `${files.place}: the ${part} images are ${images.shape.join(' x ')}; expected at least one pixel`,
      )
    if (known === undefined)
      return inMemory({ name, inputs: images.data, inputShape: [1, rows, columns], targets: labels.data, classes })
    const upright = inMemory({
      name,
      inputs: transposed(images.data, rows, columns),
      inputShape: [1, columns, rows],
      targets: placesOf(labels.data, known, `the ${part} labels of ${files.place}`),
      classes,
    })
    return { ...upright, description: reading }
  }
  const all = join('training', trainImages, trainLabels)
  const test = join('test', testImages, testLabels)
  if (!sameShape(all.inputShape, test.inputShape))
    throw new DataError(
      `${files.place}: training images are ${formatShape(all.inputShape)}, test images ${formatShape(test.inputShape)}; they must be of one size`,
    )
  const [train, validation] = randomSplit(all, options.validation ?? Math.max(1, Math.round(all.length / 12)), seed)
  return { train, validation, test, reading }
}

/**
 * Any IDX set, its four files named as MNIST's (`train-images-idx3-ubyte` or `train-images.idx3-ubyte`, and so on), gzip or not,
 * wherever they are: in a folder (in Node), below a base URL, or in memory, by name. Of EMNIST's files (`emnist-letters-train-images-idx3-ubyte`) the pictures
 * are turned upright, and classes are named by the characters, as `emnist-letters-mapping.txt` maps them where it is there.
 * @throws DataError for missing files, counts that differ, and several sets of which none is told; FormatError for broken ones; ArgumentError for options out of range.
 */
export async function idxFolder(
  place: string | ReadonlyMap<string, Uint8Array>,
  options: IdxOptions = {},
): Promise<IdxSplits> {
  return readIdxSet(filesAt(place, 'idxFolder'), options)
}
