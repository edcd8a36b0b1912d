/** Where the annotations and the pictures of a COCO set lie. */
import { DataError } from '../../core/errors.ts'
import { validationNames } from '../folder-layout.ts'
import type { GivenParts } from '../three-parts.ts'
import { listed, listedSet } from './annotation-text.ts'

/** An annotations file, and the folders in which its pictures may lie, likeliest first. */
export interface CocoPart {
  readonly annotations: string
  readonly folders: readonly string[]
}

type PartName = keyof GivenParts<CocoPart>

const expectedCoco =
  'expected annotations/instances_train2017.json beside train2017/, train/_annotations.coco.json beside its pictures, or one .json file'

/** Names of a part, in folders and files. */
const names: Readonly<Record<PartName, readonly string[]>> = {
  train: ['train'],
  validation: validationNames,
  test: ['test'],
}
const partNames = Object.keys(names) as PartName[]

/** The name of Roboflow's files. */
const besidePictures = '_annotations.coco.json'

/** Part and suffix of an annotations file's name: 'instances_val2017.json' is of validation, its pictures of val2017. */
function partOf(name: string): { part: PartName; suffix: string } | undefined {
  const [, suffix, word] = /^(?:instances_)?((train|validation|valid|val|test)\d*)\.json$/i.exec(name) ?? []
  const part = partNames.find((each) => names[each].includes(word?.toLowerCase()))
  return part && { part, suffix }
}

/**
 * Finds the files of a COCO set.
 * @param path a folder, or a .json file
 * @throws DataError for a folder without annotations, or with several of which one cannot see the parts.
 */
export async function cocoLayout(what: string, path: string): Promise<GivenParts<CocoPart>> {
  const { basename, dirname, join } = process.getBuiltinModule('node:path')
  if (/\.json$/i.test(path)) {
    const folder = dirname(path)
    const roots = basename(folder) === 'annotations' ? [dirname(folder), folder] : [folder]
    return { train: { annotations: path, folders: roots.flatMap((root) => picturePlaces(root, basename(path))) } }
  }
  const root = await listedSet(what, path, expectedCoco)
  const beside: { -readonly [Name in PartName]?: CocoPart } = {}
  for (const part of partNames)
    for (const name of names[part].filter((each) => root.folders.includes(each))) {
      const folder = join(path, name)
      if ((await listed(folder))?.files.includes(besidePictures))
        beside[part] = { annotations: join(folder, besidePictures), folders: [folder, join(folder, 'images')] }
    }
  if (beside.train !== undefined) return { ...beside, train: beside.train }

  const inFolder = root.folders.includes('annotations')
  const place = inFolder ? join(path, 'annotations') : path
  const { files } = inFolder ? (await listed(place))! : root
  const all = files.filter((name) => /\.json$/i.test(name))
  const instances = all.filter((name) => name.startsWith('instances_'))
  const candidates = instances.length > 0 ? instances : all
  const found: { -readonly [Name in PartName]?: CocoPart } = {}
  for (const name of candidates) {
    const part = partOf(name)?.part
    if (part === undefined) continue
    if (found[part] !== undefined)
      throw new DataError(
        `${what}: ${found[part].annotations} and ${join(place, name)} are both for ${part}; expected one file per split, so move the other away`,
      )
    found[part] = { annotations: join(place, name), folders: [...picturePlaces(path, name), place] }
  }
  if (found.train !== undefined) return { ...found, train: found.train }
  if (candidates.length === 1) {
    const [only] = candidates
    return { train: { annotations: join(place, only), folders: [...picturePlaces(path, only), place] } }
  }
  throw new DataError(
    `${what}: ${candidates.length === 0 ? 'it has no annotations' : `none of ${candidates.slice(0, 5).join(', ')} is of training`}; ${expectedCoco}`,
  )
}

/** Folders below a root where the pictures of an annotations file may be. */
function picturePlaces(root: string, name: string): string[] {
  const { join } = process.getBuiltinModule('node:path')
  const found = partOf(name)
  const own = found === undefined ? [] : [found.suffix, ...names[found.part]]
  const below = [...own, ...own.map((each) => join('images', each)), 'images', 'data', 'JPEGImages']
  return [...new Set(below)].map((each) => join(root, each)).concat(root)
}
