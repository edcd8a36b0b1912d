/** Data sets of pictures in archives, as WebDataset writes them, for sets that no memory and no folder of files holds. */
import { ArgumentError, DataError } from '../../core/errors.ts'
import { joined } from '../../core/joined.ts'
import { printable } from '../../core/printable.ts'
import type { Shape } from '../../core/shape.ts'
import { placementOf } from '../../vision/resize.ts'
import { readHeader } from '../decode.ts'
import { checkedSize, type ImageFolderOptions } from '../image-folder.ts'
import { drawIndices } from '../memory.ts'
import { inNode, readIn, sha256 } from '../node.ts'
import { defaultWorkers, type PictureFile, type PictureSet, readingPictures } from '../picture-set.ts'
import type { PictureReading } from '../picture-source.ts'
import { partNames } from '../statistics.ts'
import { mapParts, partsGiven, threeParts } from '../three-parts.ts'
import { OpenArchives } from './open-archives.ts'
import { shardFiles } from './shard-files.ts'
import { indexShards, type Shard } from './shard-index.ts'
import { orderOfShards } from './streams.ts'
import { parseTarHeader, tarBlock } from './tar.ts'

export interface ImageShardsOptions extends Omit<ImageFolderOptions, 'strict'> {
  /** Examples of which each of the eight streams of an epoch draws its next one; 1,024 unless given. */
  readonly shuffleBuffer?: number
  /** Is told that headers have to be read, of how many archives there are in all. */
  readonly onIndexing?: (shards: number) => void
}

/** Three sets of pictures in archives. */
export interface ShardSplits {
  readonly train: PictureSet
  readonly validation: PictureSet
  readonly test: PictureSet
}

/** The file with the names of the classes, a line each, in the order of their labels. */
export const classesFile = 'classes.txt'

/**
 * Opens tar archives of pictures with labels: a folder of them, or a pattern such as `imagenet/train-{000000..001280}.tar`. Files of an example follow each other and
 * have one name up to the first dot: a picture (.jpg, .jpeg, .png, .webp) and its label (.cls, the number of its class; else .json with `label`, or .txt).
 * Names of classes are lines of classes.txt beside the archives; without it they are the numbers. Archives with `val` or `test` in their names, or in folders
 * of these names, are those parts; what is missing is split off by seed, of each class its share, as of an image folder.
 *
 * Where each example lies is read from the archives' headers, once: it is kept in shards.index beside them. It takes 16 bytes of memory an example, and the order of
 * an epoch 4; pictures are read and decoded when they are asked for, and none is kept. In training each epoch reads the archives in another order, in eight
 * streams, each of which draws its next example from the `shuffleBuffer` that come next; every example comes once.
 * @throws DataError for archives that are broken, cut off or missing, examples without picture or label, or twice there, labels that are none. `read` throws a
 * DataError for a picture that cannot be decoded, and for an archive that has changed since.
 * @throws ArgumentError for options out of range.
 */
export async function imageShards(place: string, options: ImageShardsOptions): Promise<ShardSplits> {
  if (!inNode()) throw new DataError(`shards ${place}: only Node reads folders`)
  const { shuffleBuffer = 1024, seed = 0 } = options
  const { size, workers } = checkedSize('imageShards', options)
  if (!Number.isInteger(shuffleBuffer) || shuffleBuffer < 1)
    throw new ArgumentError(`imageShards: shuffleBuffer is ${shuffleBuffer}; expected a whole number of at least 1`)
  const { folder, parts } = await shardFiles(place)
  const named = await classNames(folder)
  const shards = await indexShards(folder, partsGiven(parts).flat(), { classes: named, onIndexing: options.onIndexing })
  const { train, validation, test } = await mapParts(parts, (files) => indicesOf(shards, files))
  const labels = joined(
    Int32Array,
    shards.map((shard) => shard.labels),
  )
  const split = threeParts(`shards ${place}`, { train, validation, test }, options, (examples, count) =>
    drawIndices(
      { name: place, length: examples.length },
      count,
      seed,
      Int32Array.from(examples, (i) => labels[i]),
    ),
  )
  const common = {
    place,
    folder,
    classes: named ?? numbersUpTo(labels),
    archives: new OpenArchives(folder),
    shuffleBuffer,
  }
  const [trainFiles, ...others] = partNames.map((part) => pictureFiles(chosen(shards, split[part]), common))
  const channels = options.channels ?? (await channelsOf(trainFiles))
  const inputShape: Shape = [channels, size.height, size.width]
  const readingOf = (pictures: number): PictureReading => ({
    channels,
    placement: (info) => placementOf(info, size),
    workers: workers ?? defaultWorkers(pictures),
  })
  const [trainSet, validationSet, testSet] = [trainFiles, ...others].map(
    (files): PictureSet => readingPictures({ ...files, inputShape }, files, readingOf(files.length)),
  )
  return { train: trainSet, validation: validationSet, test: testSet }
}

/** @throws DataError for a list in which a name is missing or twice. */
async function classNames(folder: string): Promise<readonly string[] | undefined> {
  const bytes = await readIn(folder, classesFile)
  if (bytes === undefined) return undefined
  const names = new TextDecoder()
    .decode(bytes)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((name) => name.normalize('NFC'))
  const wrong = names.findIndex((name, i) => name.trim() === '' || names.indexOf(name) !== i)
  if (wrong >= 0)
    throw new DataError(
      `${folder}/${classesFile}: line ${wrong + 1}, '${printable(names[wrong])}', is ${names[wrong].trim() === '' ? 'empty' : 'there twice'}; expected a name a line`,
    )
  return names
}

/** Labels as names: all up to the largest. */
const numbersUpTo = (labels: Int32Array): string[] =>
  Array.from({ length: labels.reduce((a, b) => Math.max(a, b), 0) + 1 }, (_, label) => String(label))

/** Where the examples of each archive begin, and at last how many there are. */
function startsOf(shards: readonly Shard[]): number[] {
  const starts = [0]
  for (const { labels } of shards) starts.push(starts[starts.length - 1] + labels.length)
  return starts
}

/** The examples of some archives, counted over all. */
function indicesOf(shards: readonly Shard[], files: readonly string[]): number[] {
  const wanted = new Set(files)
  const starts = startsOf(shards)
  return shards.flatMap(({ file, labels }, i) =>
    wanted.has(file) ? Array.from(labels, (_, at) => starts[i] + at) : [],
  )
}

/** Archives with these of their examples alone; without those of which there is none. */
function chosen(shards: readonly Shard[], indices: readonly number[]): Shard[] {
  const isWanted = new Uint8Array(startsOf(shards)[shards.length])
  for (const index of indices) isWanted[index] = 1
  let start = 0
  return shards.flatMap((shard) => {
    const wanted = isWanted.subarray(start, start + shard.labels.length)
    start += wanted.length
    const part = (values: Int32Array) => values.filter((_, i) => wanted[i] === 1)
    const labels = part(shard.labels)
    return labels.length === 0 ? [] : [{ ...shard, labels, blocks: part(shard.blocks), sizes: part(shard.sizes) }]
  })
}

/** Grey where the first picture of each archive is, of up to 64 archives evenly over all; colours otherwise. */
async function channelsOf({ starts, picture }: PictureFiles): Promise<1 | 3> {
  const shards = starts.length - 1
  const count = Math.min(shards, 64)
  for (let i = 0; i < count; i++) {
    const { info } = await picture(starts[Math.floor((i * shards) / count)])
    if (info.channels === 3) return 3
  }
  return 1
}

/** What the sets of a place have in common. */
interface Common {
  readonly place: string
  readonly folder: string
  readonly classes: readonly string[]
  readonly archives: OpenArchives
  readonly shuffleBuffer: number
}

/** A set of pictures that have no size yet. */
type PictureFiles = Omit<PictureSet, 'inputShape' | 'read'> & { readonly starts: readonly number[] }

function pictureFiles(
  shards: readonly Shard[],
  { place, folder, classes, archives, shuffleBuffer }: Common,
): PictureFiles {
  const { join } = process.getBuiltinModule('node:path')
  const starts = startsOf(shards)
  const counts = shards.map(({ labels }) => labels.length)
  const listed = shards.map(({ file }, i) => `${file} ${counts[i]}`).join('\n')
  const placeOf = (index: number) => {
    // The last archive that begins no later.
    let [low, high] = [0, shards.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle] <= index) low = middle
      else high = middle
    }
    const shard = shards[low]
    return { shard, at: index - starts[low], path: join(folder, shard.file) }
  }
  const nameOf = (index: number): string => {
    const { path, at, shard } = placeOf(index)
    return `${path} at byte ${shard.blocks[at] * tarBlock}`
  }
  return {
    name: place,
    length: starts[shards.length],
    target: { dtype: 'int32', shape: [] },
    classes,
    labels: joined(
      Int32Array,
      shards.map(({ labels }) => labels),
    ),
    description: {
      shards: shards.length,
      examples: sha256(new TextEncoder().encode(listed)).slice(0, 16),
      shuffleBuffer,
    },
    starts,
    nameOf,
    order: (epoch) => orderOfShards(counts, shuffleBuffer, epoch),
    async picture(index): Promise<PictureFile> {
      const { path, at, shard } = placeOf(index)
      const [offset, size] = [shard.blocks[at] * tarBlock, shard.sizes[at]]
      const bytes = await archives.read(shard.file, offset - tarBlock, tarBlock + size)
      const header = parseTarHeader(bytes.subarray(0, tarBlock))
      if (header?.size !== size)
        throw new DataError(
          `shard ${path}: there is no picture at byte ${offset} any more; it has changed, open it again`,
        )
      const source = bytes.subarray(tarBlock)
      const name = `image ${printable(header.name)} in ${path}`
      return { source, info: await readHeader(source, name), name }
    },
  }
}
