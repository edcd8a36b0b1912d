/** The network for data where none is named. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ImageFileInfo, imageFileInfo, isPictureSet } from 'gentle-dl/data'
import { chooseNetwork, type NetworkChoice } from 'gentle-dl/models'
import { imagesOf, openData } from '../data/datasets.ts'

/** Files whose headers are looked at. */
const maxSampled = 100

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]

/** All pictures of a folder, in order. */
const picturesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(jpe?g|png|webp|gif|tiff?|avif)$/i.test(file))
    .sort()
    .map((file) => join(folder, file))

/** Sizes of some files of an image folder, evenly over it. */
async function typicalShape(
  files: readonly string[],
): Promise<readonly [channels: number, height: number, width: number]> {
  const count = Math.min(maxSampled, files.length)
  const some = Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)])
  const infos = (await Promise.all(some.map((file) => imageFileInfo(file).catch(() => undefined)))).filter(
    (info) => info !== undefined,
  )
  if (infos.length === 0) return [3, 64, 64]
  return typical(infos)
}

/** What pictures are like in the middle. */
function typical(infos: readonly ImageFileInfo[]): readonly [channels: number, height: number, width: number] {
  return [
    infos.every(({ channels }) => channels === 1) ? 1 : 3,
    median(infos.map(({ height }) => height)),
    median(infos.map(({ width }) => width)),
  ]
}

/** The network for a data set, by what its examples are. @throws UsageError and DataError for data that cannot be opened. */
export async function networkFor(
  data: string,
  options: { readonly seed?: number; readonly label?: string },
): Promise<NetworkChoice> {
  const folder = imagesOf(data)
  if (folder !== undefined) {
    const files = picturesBelow(folder)
    return chooseNetwork(await typicalShape(files), { examples: files.length, files: true })
  }
  const { train } = await openData(data, {
    seed: options.seed ?? 0,
    label: options.label,
    targets: 'auto',
    size: 64,
    quiet: true,
  })
  if (isPictureSet(train)) {
    const count = Math.min(maxSampled, train.length)
    const some = Array.from({ length: count }, (_, i) => train.picture(Math.floor((i * train.length) / count)))
    const infos = (await Promise.all(some)).map(({ info }) => info)
    return chooseNetwork(typical(infos), { examples: train.length, files: true })
  }
  return chooseNetwork(train.inputShape, { examples: train.length, files: false })
}
