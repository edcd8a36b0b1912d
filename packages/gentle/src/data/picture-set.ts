/** Data sets whose pictures are files, each decoded and prepared when it is read. */
import { sizeOf } from '../core/shape.ts'
import { atOnce } from './at-once.ts'
import type { Dataset } from './dataset.ts'
import type { ImageFileInfo, ImageSource } from './decode.ts'
import { checkIndex, checkRoom } from './memory.ts'
import { inNode } from './node.ts'
import { type PictureJob, PictureMaker } from './picture-maker.ts'
import { type LabelledPictures, type PictureReading, rememberSource } from './picture-source.ts'

/** A picture before it is decoded: its file or its bytes, and what its header says. */
export interface PictureFile {
  readonly source: ImageSource
  readonly info: ImageFileInfo
  /** How messages call it, where its path does not. */
  readonly name?: string
}

/** A data set of labelled picture files, which can be decoded at another size than it was opened at. */
export interface PictureSet extends Dataset {
  readonly labels: ArrayLike<number>
  picture(index: number): PictureFile | Promise<PictureFile>
}

export const isPictureSet = (dataset: Dataset): dataset is PictureSet => 'picture' in dataset

/** Files that are on their way at once. */
export const filesAtOnce = 64

/** Of a set with fewer pictures than this, what threads take to start is more than what they save. */
const worthThreads = 1000

/** Threads for a set, unless given: as many as keep up with decoding beside those that train. */
export function defaultWorkers(pictures: number): number {
  if (pictures < worthThreads || !inNode()) return 0
  const cores = process.getBuiltinModule('node:os').availableParallelism()
  return Math.max(1, Math.min(4, Math.floor(cores / 4)))
}

let threads: typeof import('./picture-threads.ts') | undefined

/** All of them at once where none has to be waited for. */
const together = <T>(values: readonly (T | Promise<T>)[]): readonly T[] | Promise<T[]> =>
  values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[])

/** A set that reads pictures so. */
export function readingPictures<Data extends Omit<Dataset, 'read'>>(
  set: Data,
  pictures: LabelledPictures,
  reading: PictureReading,
): Data & Pick<Dataset, 'read'> {
  const { name, length, labels, picture } = pictures
  const [channels, height, width] = set.inputShape
  const settings = { size: { channels: channels as 1 | 3, height, width }, changes: reading.changes ?? [] }
  const maker = new PictureMaker(settings.size, settings.changes)
  const values = sizeOf(set.inputShape)
  const made: Data & Pick<Dataset, 'read'> = {
    ...set,
    async read(indices, inputs, targets, pass = 0) {
      checkRoom(name, indices.length, values, inputs.length, 'inputs')
      checkRoom(name, indices.length, 1, targets.length, 'targets')
      for (let i = 0; i < indices.length; i++) checkIndex(name, indices[i], length)
      const { length: count } = indices
      for (let i = 0; i < count; i++) targets[i] = labels[indices[i]]
      const jobOf = (file: PictureFile, index: number): PictureJob => ({
        ...file,
        placement: reading.placement(file.info),
        pass,
        index,
      })
      if (reading.workers > 0) {
        threads ??= await import('./picture-threads.ts')
        // The thread that asks computes for as long as a step takes as soon as it may: what can be asked for at once has to be.
        const found = together(Array.from(indices, (index) => picture(index)))
        const files = found instanceof Promise ? await found : found
        const pictures = files.map((file, place) => ({ ...jobOf(file, indices[place]), place }))
        if (await threads.makeOnThreads(reading.workers, settings, pictures, inputs, values)) return
      }
      await atOnce(count, filesAtOnce, async (i) =>
        maker.make(jobOf(await picture(indices[i]), indices[i]), inputs.subarray(i * values, (i + 1) * values)),
      )
    },
  }
  rememberSource(made, { pictures, reading, remake: readingPictures })
  return made
}
