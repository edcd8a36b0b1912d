/** Where the pictures and the labels of a YOLO set lie. */
import { DataError } from '../../core/errors.ts'
import { pictureEnding, validationNames } from '../folder-layout.ts'
import type { GivenParts } from '../three-parts.ts'
import { listed, picturesIn, textOf } from './annotation-text.ts'
import { findFiles, foundByEnd, pathEnds, portablePath } from './file-finder.ts'
import type { Correction } from './findings.ts'
import { expectedYolo, type YoloConfig } from './yolo-config.ts'

export interface YoloLayout {
  /** Paths of the pictures of each part. */
  readonly parts: GivenParts<readonly string[]>
  /** Places that were found elsewhere than they are said to be. */
  readonly corrected: readonly Correction[]
}

/**
 * Finds the pictures of a set.
 * @throws DataError for a place that the set names and that is not there, and a set without pictures for training.
 */
export async function yoloLayout(what: string, path: string, config: YoloConfig): Promise<YoloLayout> {
  const { dirname } = process.getBuiltinModule('node:path')
  const folder = /\.ya?ml$/i.test(path) ? dirname(path) : path
  const corrected: Correction[] = []
  if (config.train === undefined && config.validation === undefined)
    return { parts: await defaultLayout(what, folder, corrected), corrected }
  const guessed = new Map<string, string>()
  const picturesOf = async (places: readonly string[] | undefined, key: string) => {
    if (places === undefined) return undefined
    const found = places.map((place) => {
      const at = placeOf(folder, config, place, key)
      if (at.shortened) {
        // Two parts must not become one because their paths end alike.
        if ((guessed.get(at.file) ?? place) !== place) throw notThere(config.file, key, place, [at.file])
        guessed.set(at.file, place)
        corrected.push({
          file: config.file,
          what: foundByEnd,
          reason: `${config.file}: ${key} is ${place}, which does not exist; it is read as ${at.file}`,
        })
      }
      return at.file
    })
    const pictures = found.map((place) =>
      /\.txt$/i.test(place) ? picturesListed(folder, place, corrected) : picturesBelow(place),
    )
    return (await Promise.all(pictures)).flat()
  }
  const train = await picturesOf(config.train, 'train')
  if (train === undefined)
    throw new DataError(`${config.file} names no pictures for training; expected train: and a folder of pictures`)
  const validation = await picturesOf(config.validation, 'val')
  return { parts: { train, validation, test: await picturesOf(config.test, 'test') }, corrected }
}

/** Where a place is that a .yaml file names: where it says, or where another computer's path ends. */
function placeOf(folder: string, { file, root = '' }: YoloConfig, place: string, key: string) {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { resolve } = process.getBuiltinModule('node:path')
  const path = portablePath(place)
  // Roboflow writes ../train/images where train/images is meant.
  const places = [
    resolve(folder, portablePath(root), path),
    resolve(folder, path),
    resolve(folder, path.replace(/^(\.\.\/)+/, '')),
  ]
  const listed = places.find((each) => existsSync(each))
  if (listed !== undefined) return { file: listed, shortened: false }
  const end = pathEnds(`${root}/${path}`)
    .map((each) => resolve(folder, each))
    .find((each) => existsSync(each))
  if (end === undefined) throw notThere(file, key, place, places)
  return { file: end, shortened: true }
}

const notThere = (file: string, key: string, place: string, places: readonly string[]): DataError =>
  new DataError(
    `${file}: ${key} is ${place}, which does not exist: looked for ${[...new Set(places)].join(' and ')}; expected a folder of pictures, or a .txt file of their paths`,
  )

/** All pictures in a folder and in those below it, in order. */
async function picturesBelow(folder: string): Promise<string[]> {
  const { join } = process.getBuiltinModule('node:path')
  const { folders, files } = (await listed(folder))!
  const own = files.filter((name) => pictureEnding.test(name)).map((name) => join(folder, name))
  return [...own, ...(await Promise.all(folders.map((name) => picturesBelow(join(folder, name))))).flat()]
}

/** The pictures that a text file lists, a path a line: relative to the file or to the set; Darknet's begin with data/. */
async function picturesListed(folder: string, file: string, corrected: Correction[]): Promise<string[]> {
  const { dirname, resolve } = process.getBuiltinModule('node:path')
  const lines = (await textOf(file)).split(/\r?\n/).flatMap((line) => line.trim() || [])
  const found = findFiles(lines, [dirname(file), folder])
  return lines.map((line) => {
    const picture = found.get(line)
    if (picture?.shortened === true && !line.startsWith('data/'))
      corrected.push({
        file: picture.file,
        what: foundByEnd,
        reason: `${file}: ${line} does not exist; it is read as ${picture.file}`,
      })
    return picture?.file ?? resolve(dirname(file), portablePath(line))
  })
}

/** Names of parts, in folders and lists. */
const partNames = { train: ['train'], validation: validationNames, test: ['test'] } as const

/** The pictures of a set that does not say where they are. */
async function defaultLayout(what: string, folder: string, corrected: Correction[]): Promise<YoloLayout['parts']> {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { join } = process.getBuiltinModule('node:path')
  const picturesOf = async (names: readonly string[]): Promise<string[] | undefined> => {
    for (const name of names) {
      for (const place of [join('images', name), join(name, 'images'), name]) {
        const pictures = await picturesIn(join(folder, place))
        if (pictures.length > 0) return pictures.map((each) => join(folder, place, each))
      }
      const list = join(folder, `${name}.txt`)
      if (existsSync(list)) return picturesListed(folder, list, corrected)
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
