/** What a YOLO set says of itself: `data.yaml`, or a list of classes. */
import { DataError } from '../../core/errors.ts'
import { peerPackage } from '../node.ts'
import { listedSet, textOf } from './annotation-text.ts'
import { parseClassNames } from './class-names.ts'

type Yaml = typeof import('yaml')

export interface YoloConfig {
  /** How messages call it. */
  readonly file: string
  readonly classes: readonly string[]
  /** Where the pictures of the parts are, as the file has it, relative to `root` or the file's folder; without any, they lie where they usually do. */
  readonly train?: readonly string[]
  readonly validation?: readonly string[]
  readonly test?: readonly string[]
  readonly root?: string
}

export const expectedYolo =
  'expected data.yaml with names, train and val, or classes.txt, beside images/train/ and labels/train/, train/images/ and train/labels/, or images/ and labels/'

let loaded: Yaml | undefined

function yaml(): Yaml {
  loaded ??= peerPackage('yaml') as Yaml | undefined
  if (loaded === undefined)
    throw new DataError(
      'YOLO sets with a .yaml file need the package yaml, which is not installed; run npm install yaml',
    )
  return loaded
}

/** Lists of classes where there is no .yaml file. */
const classFiles = ['classes.txt', 'obj.names', 'labels/classes.txt']

/**
 * Reads what a set says of itself.
 * @param path its folder, or its .yaml file
 * @throws DataError for a set that names no classes, and a file that is broken.
 */
export async function readYoloConfig(what: string, path: string): Promise<YoloConfig> {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { join } = process.getBuiltinModule('node:path')
  if (/\.ya?ml$/i.test(path)) return parseYoloConfig(await textOf(path), path)
  const { files } = await listedSet(what, path, expectedYolo)
  const all = files.filter((name) => /\.ya?ml$/i.test(name))
  const data = all.find((name) => /^data\.ya?ml$/i.test(name))
  if (data === undefined && all.length > 1)
    throw new DataError(`${what}: it has ${all.join(' and ')}; expected one: give the path of the one to use`)
  const name = data ?? all[0]
  if (name !== undefined) return parseYoloConfig(await textOf(join(path, name)), join(path, name))
  const list = classFiles.map((each) => join(path, each)).find((each) => existsSync(each))
  if (list === undefined) throw new DataError(`${what}: nothing names its classes; ${expectedYolo}`)
  return { file: list, classes: parseClassNames(await textOf(list), list) }
}

/** @throws DataError for a text that is not YAML, or has no names of classes. */
export function parseYoloConfig(text: string, file: string): YoloConfig {
  let content: unknown
  try {
    // Its warnings would go past whoever asked, with the file's text in them.
    content = yaml().parse(withPlainPaths(text), { logLevel: 'error' })
  } catch (error) {
    if (error instanceof DataError) throw error
    const [line] = (error as Error).message.split('\n')
    throw new DataError(`${file} is not YAML: ${line.replace(/:$/, '')}`)
  }
  const entries = typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {}
  const { names, nc, path, train, test, kpt_shape: keypoints } = entries
  if (keypoints !== undefined)
    throw new DataError(`${file} describes keypoints (kpt_shape), which are not supported; expected boxes or polygons`)
  const classes = namesOf(names, file)
  if (nc !== undefined && nc !== classes.length)
    throw new DataError(`${file} has nc: ${nc}, but ${classes.length} names; expected equal numbers`)
  const placesOf = (value: unknown, key: string): string[] | undefined => {
    if (value === undefined || value === null || value === '') return undefined
    const places = Array.isArray(value) ? value : [value]
    if (!places.every((place) => typeof place === 'string'))
      throw new DataError(
        `${file}: ${key} is ${JSON.stringify(value)}; expected a folder, a .txt file, or a list of them`,
      )
    return places
  }
  return {
    file,
    classes,
    train: placesOf(train, 'train'),
    validation: placesOf(entries['val'] ?? entries['valid'], 'val'),
    test: placesOf(test, 'test'),
    ...(typeof path === 'string' ? { root: path } : {}),
  }
}

/** Paths of Windows in double quotes, in which YAML takes \ for the beginning of an escape such as \t, in single ones, in which it is itself. */
const withPlainPaths = (text: string): string =>
  text.replace(/^(\s*(?:path|train|val|valid|test)\s*:\s*)"([^"\n]*)"/gm, (all, key: string, path: string) =>
    /(^|[^\\])\\([^\\]|$)/.test(path) ? `${key}'${path.replaceAll("'", "''")}'` : all,
  )

/** A list of names, or a map from 0, 1, ... to them. */
function namesOf(names: unknown, file: string): string[] {
  const fail = (why: string): never => {
    throw new DataError(`${file}: ${why}; expected names: [cat, dog], or 0: cat and so on, one per line`)
  }
  if (typeof names !== 'object' || names === null) return fail('it has no names of classes')
  const all = Object.entries(names)
  for (const [i, [key, name]] of all.entries()) {
    if (key !== String(i)) fail(`the class ${i} has no name`)
    if (typeof name === 'object') fail(`the name of class ${i} is ${JSON.stringify(name)}`)
  }
  const found = all.map(([, name]) => String(name))
  if (found.length === 0) fail('it has no names of classes')
  const twice = found.find((name, i) => found.indexOf(name) !== i)
  if (twice !== undefined) fail(`'${twice}' is listed twice among the names`)
  return found
}
