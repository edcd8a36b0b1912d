/** Data sets whose pictures are files, each decoded and prepared when it is read. */
import { sizeOf } from '../core/shape.ts'
import { atOnce } from './at-once.ts'
import type { Dataset } from './dataset.ts'
import type { ImageFileInfo, ImageSource } from './decode.ts'
import { checkIndex, checkRoom } from './memory.ts'
import { PictureMaker } from './picture-maker.ts'
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
  picture(index: number): Promise<PictureFile>
}

export const isPictureSet = (dataset: Dataset): dataset is PictureSet => 'picture' in dataset

/** Files that are on their way at once, unless given otherwise. */
export const filesAtOnce = 64

/** A set that reads pictures so. */
export function readingPictures<Data extends Omit<Dataset, 'read'>>(
  set: Data,
  pictures: LabelledPictures,
  reading: PictureReading,
): Data & Pick<Dataset, 'read'> {
  const { name, length, labels, picture } = pictures
  const [channels, height, width] = set.inputShape
  const maker = new PictureMaker({ channels: channels as 1 | 3, height, width }, reading.changes ?? [])
  const values = sizeOf(set.inputShape)
  const made: Data & Pick<Dataset, 'read'> = {
    ...set,
    async read(indices, inputs, targets, pass = 0) {
      checkRoom(name, indices.length, values, inputs.length, 'inputs')
      checkRoom(name, indices.length, 1, targets.length, 'targets')
      for (let i = 0; i < indices.length; i++) checkIndex(name, indices[i], length)
      await atOnce(indices.length, reading.workers, async (i) => {
        const index = indices[i]
        const file = await picture(index)
        const placement = reading.placement(file.info)
        await maker.make({ ...file, placement, pass, index }, inputs.subarray(i * values, (i + 1) * values))
        targets[i] = labels[index]
      })
    },
  }
  rememberSource(made, { pictures, reading, remake: readingPictures })
  return made
}
