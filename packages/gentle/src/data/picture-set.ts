/** Data sets whose pictures are files, each decoded when it is read. */
import { sizeOf } from '../core/shape.ts'
import type { Placement } from '../vision/resize.ts'
import { atOnce } from './at-once.ts'
import type { Dataset } from './dataset.ts'
import { decode, type ImageFileInfo, type ImageSource } from './decode.ts'
import { checkIndex, checkRoom } from './memory.ts'

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

/** How pictures of any size become inputs of one. */
export interface PictureReading {
  readonly channels: 1 | 3
  readonly placement: (info: ImageFileInfo) => Placement
  /** What is done to a picture's values in [0, 1] then. */
  readonly finish?: (picture: Awaited<ReturnType<typeof decode>>) => Float32Array
  /** Files that are on their way at once. */
  readonly workers: number
}

/** What reads the pictures of a set so. */
export function readPictures(
  { name, length, labels, picture }: Pick<PictureSet, 'name' | 'length' | 'labels' | 'picture'>,
  inputShape: readonly number[],
  { channels, placement, finish = ({ data }) => data, workers }: PictureReading,
): Dataset['read'] {
  const values = sizeOf(inputShape)
  return async (indices, inputs, targets) => {
    checkRoom(name, indices.length, values, inputs.length, 'inputs')
    checkRoom(name, indices.length, 1, targets.length, 'targets')
    for (let i = 0; i < indices.length; i++) checkIndex(name, indices[i], length)
    await atOnce(indices.length, workers, async (i) => {
      const index = indices[i]
      const { source, info, name: called } = await picture(index)
      inputs.set(finish(await decode(source, info, { channels, placement: placement(info), name: called })), i * values)
      targets[i] = labels[index]
    })
  }
}
