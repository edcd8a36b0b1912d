/** The data sets that can be named on the command line. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import {
  type AnnotatedSplits,
  type ArraySplits,
  cifar10,
  cifar100,
  csvPoints,
  csvTargets,
  type DividedWork,
  type Findings,
  type ImageSplits,
  idxFolder,
  imageFolder,
  imageShards,
  labelled,
  mnist,
  numpySet,
  type Splits,
  shapeSplits,
  splits as splitsOf,
  type TableReading,
  type ToyName,
  toyNames,
  toySplits,
} from 'gentle-dl/data'
import { cachedData, downloadedNames } from '../fetch/data-sets.ts'
import { reasonOf } from '../terminal/reason.ts'
import { note, thousands } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { type AnnotatedOptions, annotatedNames, areAnnotated, openAnnotated } from './annotated-sets.ts'
import { findingsText, skippedText } from './findings-text.ts'
import { checkThere, noSuchData } from './no-such-data.ts'
import { arraysText, idxText, tableText } from './reading-text.ts'
import { areScenes } from './scenes.ts'

/** Names that a file or folder of the same name does not take away. */
const ownNames = [
  'mnist',
  'idx:DIR',
  'images:DIR',
  'shards:DIR',
  'cifar10:DIR',
  'cifar100:DIR',
  'npz:FILE',
  'npy:DIR',
  'csv:FILE',
  'shapes',
  ...toyNames,
  ...annotatedNames,
]

export const dataNames = [...ownNames, ...downloadedNames]

export interface DataOptions {
  readonly seed: number
  readonly validation?: number
  /** Sides of the pictures of image folders; other sets have sides of their own. */
  readonly size?: number | readonly [height: number, width: number]
  /** Channels of the pictures of image folders: as the files have them unless given. */
  readonly channels?: 1 | 3
  /** Threads that decode the pictures of files; as the library chooses unless given. */
  readonly workers?: number
  /** Refuses an image folder with a broken file. */
  readonly strict?: boolean
  /** How looking at all files is divided among processes that train together. */
  readonly divide?: DividedWork | undefined
  /** The column with the label of a table: its name or its number from 0. */
  readonly label?: string
  /** Whether the labels of a table are classes, numbers to predict, or whichever they look like; 'classes' unless given. */
  readonly targets?: 'classes' | 'numbers' | 'auto'
  /** Names of the columns of a table that are the inputs, in their order; all but the label unless given. */
  readonly inputs?: readonly string[]
  /** Whether it is not told how a table was read, as where it is read again. */
  readonly quiet?: boolean
}

type SplitBy = Pick<DataOptions, 'seed' | 'validation' | 'label' | 'targets' | 'inputs' | 'quiet'> & {
  /** Names of the classes, where they are known and the files do not tell. */
  readonly classes?: readonly string[]
}

/** The bytes of a file that is named as data. @throws UsageError where it cannot be read. */
function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new UsageError(`--data ${file} cannot be read: ${reasonOf(error)}`)
  }
}

/** One of several sets in a folder, where a path is the folder and what the set's files begin with: DIR/emnist-letters. */
function setWithin(path: string): { readonly folder: string; readonly prefix: string } | undefined {
  const [folder, beginning] = [dirname(path), basename(path)]
  if (existsSync(path) || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined
  const prefix = `${beginning.replace(/-$/, '')}-`
  return readdirSync(folder).some((name) => name.startsWith(`${prefix}train-images`)) ? { folder, prefix } : undefined
}

/** Three sets of arrays, and what they were taken for. */
function reportArrays(splits: ArraySplits): ArraySplits {
  note(arraysText(splits))
  return splits
}

/** What opens a place of each kind: a folder or a file. */
const kinds: Readonly<Record<string, (place: string, by: SplitBy) => Promise<Splits>>> = {
  idx: async (place, { seed, validation, classes }) => {
    const set = setWithin(place)
    const splits = await idxFolder(set?.folder ?? place, {
      seed,
      validation,
      prefix: set?.prefix,
      name: place,
      classes,
    })
    if (splits.reading.prefix !== '') note(idxText(splits))
    return splits
  },
  cifar10: (place, by) => cifar10(place, by),
  cifar100: (place, by) => cifar100(place, by),
  npz: async (place, by) => reportArrays(await numpySet(bytesOf(place), { ...by, name: place })),
  npy: async (place, by) => reportArrays(await numpySet(place, by)),
  csv: async (place, { seed, validation = 0.15, quiet, ...options }) => {
    const table = csvPoints(bytesOf(place), { name: place, ...options })
    if (!quiet) note(tableText(table))
    return splitsOf(table, { validation, test: 0.15, seed })
  },
}

const isIdxFile = (file: string): boolean => /idx[13]-ubyte/.test(file)

/** What a path holds, by its ending or by the files in it. @throws UsageError for what may be anything, or nothing. */
function kindOf(path: string): string {
  const ending = extname(path).slice(1).toLowerCase()
  if (ending === 'csv' || ending === 'npz') return ending
  if (ending === 'tsv') return 'csv'
  if (!statSync(path).isDirectory())
    throw new UsageError(`--data ${path} has an unknown file name extension; name its format, as in csv:${path}`)
  const files = readdirSync(path)
  if (files.includes('data_batch_1.bin')) return 'cifar10'
  if (files.includes('train.bin')) return 'cifar100'
  if (files.some((file) => /^x(_train)?\.npy$/.test(file))) return 'npy'
  if (files.some(isIdxFile)) return 'idx'
  throw new UsageError(
    `--data ${path} has ${files.length === 0 ? 'nothing in it' : 'no data set that is known by its files'}; expected a folder of images per class, .tar shards, or the files of MNIST, CIFAR or NumPy; name the format of files with other names, as in idx:${path}`,
  )
}

/** Kind and place of a data set that is named as kind:place or by its path alone; no kind where it is neither. */
function kindAndPlace(name: string): {
  readonly kind?: string
  readonly place: string
  readonly classes?: readonly string[]
} {
  const [, kind, place = name] = /^([a-z0-9]+):(.*)$/.exec(name) ?? []
  if (kind !== undefined && Object.hasOwn(kinds, kind)) return { kind, place }
  if (ownNames.includes(name)) return { place: name }
  if (setWithin(name) !== undefined) return { kind: 'idx', place: name }
  const downloaded = cachedData(name)
  if (downloaded !== undefined) return { kind: downloaded.reader, ...downloaded }
  const isPath = !areAnnotated(name) && shardsOf(name) === undefined && imagesOf(name) === undefined && existsSync(name)
  return isPath ? { kind: kindOf(name), place: name } : { place: name }
}

/** Whether a name is of a table, whose rows are points. */
export const isTable = (name: string): boolean => kindAndPlace(name).kind === 'csv'

/**
 * Opens a data set by name: mnist, a folder or file of a kind (such as cifar10:DIR), by its path alone where one can see what it is, or a
 * generated set. Its validation part is split off by the seed where it has none. Broken images are reported and left out.
 * @throws UsageError for a name that no data set has, and an image folder without a size.
 */
export async function openData(name: string, { size, ...options }: DataOptions): Promise<Splits> {
  const { label, seed, validation, targets, inputs, quiet } = options
  const shards = shardsOf(name)
  // Of a pattern the files are looked for one by one.
  if (setWithin(name.replace(/^idx:/, '')) === undefined && !shards?.includes('{')) checkThere(name, dataNames)
  const images = imagesOf(name)
  const { kind, place, classes } = kindAndPlace(name)
  if (label !== undefined && kind !== 'csv')
    throw new UsageError(`--label names a column of a table, but ${name} is not a table`)
  if (size === undefined && (images !== undefined || shards !== undefined))
    throw new UsageError(`--data ${name}: image files differ in size; give one for all, such as --resize 32`)
  if (shards !== undefined) return openShards(name, shards, { ...options, size: size! })
  if (images !== undefined) {
    const splits = await openImages(images, { ...options, size: size! })
    if (splits.skipped.length > 0) note(skippedText(name, splits.skipped))
    return splits
  }
  if (areAnnotated(name)) {
    if (size === undefined && !areScenes(name))
      throw new UsageError(`--data ${name}: image files differ in size; give one for all, such as --resize 32`)
    const splits = await openAndReport(name, { ...options, size: size ?? 0, masks: false })
    if (splits.train.classes.length === 0)
      throw new UsageError(`--data ${name} has masks, but no objects to classify; use --task segment`)
    return { train: labelled(splits.train), validation: labelled(splits.validation), test: labelled(splits.test) }
  }
  if (name === 'mnist') return mnist({ seed, validation })
  if (name === 'shapes') return shapeSplits(seed)
  if ((toyNames as readonly string[]).includes(name)) return toySplits(name as ToyName, seed)
  if (kind !== undefined) return kinds[kind](place, { seed, validation, label, targets, inputs, quiet, classes })
  throw noSuchData(name, dataNames)
}

/** Opens a set of pictures with truth; what is left out, corrected or worth a remark is reported. */
export async function openAndReport(
  name: string,
  options: AnnotatedOptions,
): Promise<AnnotatedSplits & Partial<Findings>> {
  checkThere(name, dataNames)
  const splits = await openAnnotated(name, options)
  for (const text of findingsText(name, splits)) note(text)
  return splits
}

/** Whether the labels of a data set are classes, or, of a table, numbers to predict. */
export function targetsOf(name: string, label: string | undefined): 'classes' | 'numbers' {
  const { kind, place } = kindAndPlace(name)
  return kind === 'csv' ? csvTargets(bytesOf(place), { label, name: place }) : 'classes'
}

/** How a table of three sets was read; undefined for other data. */
export const readingOf = ({ train }: Splits): TableReading | undefined =>
  train.description !== undefined && typeof train.description === 'object' && 'separator' in train.description!
    ? (train.description as TableReading)
    : undefined

/** The path of an image folder that is named, or undefined for another data set. */
export function imagesOf(name: string): string | undefined {
  if (name.startsWith('images:')) return name.slice('images:'.length)
  if (ownNames.includes(name) || shardsOf(name) !== undefined) return undefined
  const downloaded = setWithin(name) === undefined ? cachedData(name) : undefined
  if (downloaded !== undefined) return downloaded.reader === 'images' ? downloaded.place : undefined
  if (!statSync(name, { throwIfNoEntry: false })?.isDirectory()) return undefined
  const entries = readdirSync(name).filter((entry) => !entry.startsWith('.'))
  const isIdx = entries.some(isIdxFile)
  const hasFolder = entries.some((entry) => statSync(join(name, entry), { throwIfNoEntry: false })?.isDirectory())
  return !isIdx && (hasFolder || entries.some((entry) => /\.(jpe?g|png|webp)$/i.test(entry))) ? name : undefined
}

const isArchive = (file: string): boolean => /^[^.].*\.tar$/i.test(file)

/** The place of a set in tar archives that is named, or undefined for another data set. */
export function shardsOf(name: string): string | undefined {
  if (name.startsWith('shards:')) return name.slice('shards:'.length)
  if (isArchive(basename(name))) return name
  if (!statSync(name, { throwIfNoEntry: false })?.isDirectory() || cachedData(name) !== undefined) return undefined
  const train = join(name, 'train')
  const within = statSync(train, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(train) : []
  return [...readdirSync(name), ...within].some(isArchive) ? name : undefined
}

/** Opens a set in archives; that their headers are read is told, as it may take a while. */
function openShards(
  name: string,
  place: string,
  options: DataOptions & Required<Pick<DataOptions, 'size'>>,
): Promise<Splits> {
  if (place === '') throw new UsageError('shards: has no folder; expected shards:DIR')
  let isTold = options.quiet === true
  return imageShards(place, {
    ...options,
    onIndexing: (shards) => {
      if (!isTold)
        note(`${name}: reading where the examples lie in ${thousands(shards)} shards, once; kept in shards.index`)
      isTold = true
    },
  })
}

/** Opens an image folder; what is broken is listed, not told. */
export function openImages(
  path: string,
  options: DataOptions & Required<Pick<DataOptions, 'size'>>,
): Promise<ImageSplits> {
  if (path === '') throw new UsageError('images: has no folder; expected images:DIR')
  return imageFolder(path, options)
}

/** Whether examples are points in a plane. */
export const arePoints = ({ train }: Splits): boolean => train.inputShape.length === 1
