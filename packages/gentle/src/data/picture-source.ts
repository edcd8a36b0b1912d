/**
 * Where the pictures of a set come from, of sets that do nothing but bring files to inputs. It is kept apart from the sets: one of your own that spreads another and
 * reads something else must not be taken for it.
 */
import type { Preprocessing } from '../vision/preprocessing.ts'
import type { Placement } from '../vision/resize.ts'
import type { Policy } from './augmentation/policy.ts'
import type { Dataset } from './dataset.ts'
import type { ImageFileInfo } from './decode.ts'
import type { PictureSet } from './picture-set.ts'

/** What is done to the values of a picture, as plain data. */
export type PictureChange =
  | { readonly kind: 'normalize'; readonly preprocessing: Preprocessing }
  | { readonly kind: 'augment'; readonly policy: Policy; readonly seed: number }

/** How pictures of any size become inputs of one. */
export interface PictureReading {
  readonly channels: 1 | 3
  readonly placement: (info: ImageFileInfo) => Placement
  /** What is done to a picture's values in [0, 1] then, in this order. */
  readonly changes?: readonly PictureChange[]
  /** Threads that make the pictures beside the one that asks for them; 0: that one itself. */
  readonly workers: number
}

/** The pictures of a set before they are decoded, and their labels. */
export type LabelledPictures = Pick<PictureSet, 'name' | 'length' | 'labels' | 'picture'>

interface PictureSource {
  readonly pictures: LabelledPictures
  readonly reading: PictureReading
  /** Makes a set that reads pictures. */
  readonly remake: (set: Omit<Dataset, 'read'>, pictures: LabelledPictures, reading: PictureReading) => Dataset
}

const sources = new WeakMap<Dataset, PictureSource>()

export function rememberSource(dataset: Dataset, source: PictureSource): void {
  sources.set(dataset, source)
}

/**
 * A set of files whose pictures are changed once more; undefined for other sets.
 * @param told what it tells of itself that the set does not
 */
export function changedPictures(
  dataset: Dataset,
  change: PictureChange,
  told: { readonly description?: unknown } = {},
): Dataset | undefined {
  const source = sources.get(dataset)
  if (source === undefined) return undefined
  const { pictures, reading, remake } = source
  // Who asks a set for the picture itself would pass the change over.
  const { picture: _, ...set } = { picture: undefined, ...dataset, ...told }
  return remake(set, pictures, { ...reading, changes: [...(reading.changes ?? []), change] })
}

const origins = new WeakMap<Dataset, Dataset>()

/** Remembers of a set that keeps what it has read which one it reads. */
export function rememberOrigin(kept: Dataset, dataset: Dataset): void {
  origins.set(kept, dataset)
}

/** The set from whose files pictures are cropped: of one that keeps small pictures, that which reads them. */
export const originOf = (dataset: Dataset): Dataset => origins.get(dataset) ?? dataset

/** The threads that make a set's pictures, where they come from files. */
export const workersOf = (dataset: Dataset): number | undefined => sources.get(dataset)?.reading.workers

/** Remembers of a part of a set where its pictures come from, where those of the whole come from files that nothing random is done to. */
export function rememberPart(part: Dataset, whole: Dataset, order: ArrayLike<number>): void {
  const source = sources.get(whole)
  if (source?.reading.changes?.some(({ kind }) => kind === 'augment') !== false || part.labels === undefined) return
  const picture = (index: number) => source.pictures.picture(order[index])
  sources.set(part, { ...source, pictures: { name: part.name, length: part.length, labels: part.labels, picture } })
}

/** Remembers of a set with other labels where its pictures come from. */
export function rememberRelabelled(relabelled: Dataset, dataset: Dataset): void {
  const source = sources.get(dataset)
  if (source === undefined || relabelled.labels === undefined) return
  sources.set(relabelled, { ...source, pictures: { ...source.pictures, labels: relabelled.labels } })
}
