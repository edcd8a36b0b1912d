/** Where the pictures and the labels of a YOLO set lie. */
import { DataError } from '../../core/errors.ts'
import { pictureEnding, validationNames } from '../folder-layout.ts'
import type { GivenParts } from '../three-parts.ts'
import { listed, picturesIn, textOf } from './annotation-text.ts'
import { expectedYolo, type YoloConfig } from './yolo-config.ts'

/** Paths of the pictures of each part. */
export type YoloLayout = GivenParts<readonly string[]>

/**
 * Finds the pictures of a set.
 * @throws DataError for a place that the set names and that is not there, and a set without pictures for training.
 */
export async function yoloLayout(what: string, path: string, config: YoloConfig): Promise<YoloLayout> {
  const { dirname } = process.getBuiltinModule('node:path')
  const folder = /\.ya?ml$/i.test(path) ? dirname(path) : path
  if (config.train === undefined && config.validation === undefined) return usualLayout(what, folder)
  const picturesOf = async (places: readonly string[] | undefined, key: string) =>
    places && (await Promise.all(places.map((place) => picturesAt(folder, config, place, key)))).flat()
  const train = await picturesOf(config.train, 'train')
  if (train === undefined)
    throw new DataError(`${config.file} names no pictures for training; expected train: and a folder of pictures`)
  return {
    train,
    validation: await picturesOf(config.validation, 'val'),
    test: await picturesOf(config.test, 'test'),
  }
}

/** The pictures of a place that a .yaml file names. */
async function picturesAt(
  folder: string,
  { file, root = '' }: YoloConfig,
  place: string,
  key: string,
): Promise<string[]> {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { resolve } = process.getBuiltinModule('node:path')
  // Roboflow writes ../train/images where train/images is meant.
  const places = [
    resolve(folder, root, place),
    resolve(folder, place),
    resolve(folder, place.replace(/^(\.\.\/)+/, '')),
  ]
  const found = places.find((each) => existsSync(each))
  if (found === undefined)
    throw new DataError(
      `${file}: ${key} is ${place}, which is not there: looked for ${[...new Set(places)].join(' and ')}; expected a folder of pictures, or a .txt file of their paths`,
    )
  return /\.txt$/i.test(found) ? picturesListed(folder, found) : picturesBelow(found)
}

/** All pictures in a folder and in those below it, in order. */
async function picturesBelow(folder: string): Promise<string[]> {
  const { join } = process.getBuiltinModule('node:path')
  const { folders, files } = (await listed(folder))!
  const own = files.filter((name) => pictureEnding.test(name)).map((name) => join(folder, name))
  return [...own, ...(await Promise.all(folders.map((name) => picturesBelow(join(folder, name))))).flat()]
}

/** The pictures that a text file lists, a path a line: relative to the file or to the set; Darknet's begin with data/. */
async function picturesListed(folder: string, file: string): Promise<string[]> {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { dirname, resolve } = process.getBuiltinModule('node:path')
  const lines = (await textOf(file)).split(/\r?\n/).map((line) => line.trim().replaceAll('\\', '/'))
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const places = [resolve(dirname(file), line), resolve(folder, line), resolve(folder, line.replace(/^data\//, ''))]
      return places.find((each) => existsSync(each)) ?? places[0]
    })
}

/** Names of parts, in folders and lists. */
const partNames = { train: ['train'], validation: validationNames, test: ['test'] } as const

/** The pictures of a set that does not say where they are. */
async function usualLayout(what: string, folder: string): Promise<YoloLayout> {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { join } = process.getBuiltinModule('node:path')
  const picturesOf = async (names: readonly string[]): Promise<string[] | undefined> => {
    for (const name of names) {
      for (const place of [join('images', name), join(name, 'images'), name]) {
        const pictures = await picturesIn(join(folder, place))
        if (pictures.length > 0) return pictures.map((each) => join(folder, place, each))
      }
      const list = join(folder, `${name}.txt`)
      if (existsSync(list)) return picturesListed(folder, list)
    }
    return undefined
  }
  const train = await picturesOf(partNames.train)
  if (train !== undefined)
    return { train, validation: await picturesOf(partNames.validation), test: await picturesOf(partNames.test) }
  for (const place of ['images', 'obj_train_data', '.']) {
    const pictures = await picturesIn(join(folder, place))
    if (pictures.length > 0) return { train: pictures.map((name) => join(folder, place, name)) }
  }
  throw new DataError(`${what}: it has no pictures; ${expectedYolo}`)
}

/** The label file of a picture: in labels/ for images/, as Ultralytics has it, or beside the picture; undefined where there is none. */
export function labelFileOf(picture: string): string | undefined {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { sep } = process.getBuiltinModule('node:path')
  const beside = picture.replace(/\.[^.]+$/, '.txt')
  const parts = beside.split(sep)
  const images = parts.lastIndexOf('images')
  const inLabels = parts.with(Math.max(0, images), 'labels').join(sep)
  return [...(images < 0 ? [] : [inLabels]), beside].find((file) => existsSync(file))
}
