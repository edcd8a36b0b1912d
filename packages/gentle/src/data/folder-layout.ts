/** Which picture files a folder holds, and of which classes; no file is opened. */
import { DataError } from '../core/errors.ts'
import { inNode } from './node.ts'

/** A picture file and its class. */
export interface LabelledFile {
  readonly file: string
  readonly label: number
}

/** The files of an image folder: its parts, where it has them as folders, or all in one. */
export interface FolderLayout {
  /** In order. */
  readonly classes: readonly string[]
  readonly train: readonly LabelledFile[]
  readonly validation?: readonly LabelledFile[]
  readonly test?: readonly LabelledFile[]
  /** Picture files beside the folders of classes, which are of none. */
  readonly outside: readonly string[]
}

/** Endings of picture files, those among them that cannot be read and have to be told. */
export const pictureEnding = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif|bmp|heic|heif)$/i

const expected = 'expected one folder of images per class, such as cat/1.jpg, or train/cat/1.jpg'

interface Entries {
  readonly folders: readonly string[]
  readonly pictures: readonly string[]
  /** Number of other files. */
  readonly others: number
}

/** What is in a folder, in the order of code units, whatever the system's; hidden names are left out, links are followed. */
async function entriesOf(path: string, within: string): Promise<Entries> {
  const { readdir, stat } = process.getBuiltinModule('node:fs/promises')
  const { join } = process.getBuiltinModule('node:path')
  const [folders, pictures] = [[] as string[], [] as string[]]
  let others = 0
  try {
    const all = await readdir(path, { withFileTypes: true })
    for (const entry of all.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue
      // A link that leads nowhere counts as a file: it is told as one that cannot be read.
      const target = entry.isSymbolicLink() ? await stat(join(path, entry.name)).catch(() => entry) : entry
      if (target.isDirectory()) folders.push(entry.name)
      else if (pictureEnding.test(entry.name)) pictures.push(entry.name)
      else others++
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'there is no such folder'
        : code === 'ENOTDIR'
          ? 'it is a file'
          : `it cannot be read: ${message}`
    throw new DataError(`image folder ${within}: ${path === within ? '' : `${path}: `}${why}; ${expected}`, { cause })
  }
  return { folders, pictures, others }
}

/** What folders of validation are called. */
export const validationNames = ['validation', 'val', 'valid']

/** So that a name is the same however its accents were typed. */
const className = (folder: string): string => folder.normalize('NFC')

/**
 * Reads the names of an image folder.
 * @throws DataError for a folder that is missing or empty, images in no class alone or too deep, a class without an image, fewer than two classes, or
 * classes of validation or test that training does not have.
 */
export async function readLayout(path: string): Promise<FolderLayout> {
  if (!inNode()) throw new DataError(`image folder ${path}: only Node reads folders`)
  const { join } = process.getBuiltinModule('node:path')
  const fail = (what: string): never => {
    throw new DataError(`image folder ${path}: ${what}`)
  }
  const root = await entriesOf(path, path)
  // A class may be called train: then pictures lie in it, not folders.
  const inParts = root.folders.includes('train') && (await entriesOf(join(path, 'train'), path)).folders.length > 0
  const top = inParts ? await entriesOf(join(path, 'train'), path) : root
  if (top.folders.length === 0)
    fail(`${top.pictures.length > 0 ? 'its images are not in class folders' : 'it is empty'}; ${expected}`)
  const classes = [...new Set(top.folders.map(className))].sort()
  if (classes.length < 2) {
    const [only] = top.folders
    const inside = await entriesOf(join(path, ...(inParts ? ['train'] : []), only), path)
    const hint = inside.folders.length > 0 ? `; did you mean ${join(path, only)}?` : ''
    fail(`it has only one class, '${classes[0]}'; expected at least two folders of images${hint}`)
  }

  const outside = inParts ? root.pictures.map((name) => join(path, name)) : []
  const filesOf = async (part: string): Promise<LabelledFile[]> => {
    const { folders, pictures } = part === path ? top : await entriesOf(part, path)
    outside.push(...pictures.map((name) => join(part, name)))
    const files: LabelledFile[] = []
    for (const folder of folders) {
      const label = classes.indexOf(className(folder))
      const place = join(part, folder)
      if (label < 0) fail(`${place} is a class that training does not have; its classes are ${classes.join(', ')}`)
      const inside = await entriesOf(place, path)
      if (inside.folders.length > 0)
        fail(`${join(place, inside.folders[0])} is nested too deep; expected images directly in ${place}`)
      if (inside.pictures.length === 0)
        fail(
          `class '${className(folder)}' has no image: ${place} ${inside.others === 0 ? 'is empty' : `has ${inside.others} files, none of them a picture by its extension`}`,
        )
      for (const name of inside.pictures) files.push({ file: join(place, name), label })
    }
    if (files.length === 0)
      fail(`${part} ${pictures.length > 0 ? 'has images outside of class folders' : 'is empty'}; ${expected}`)
    return files
  }

  if (!inParts) return { classes, train: await filesOf(path), outside }
  const train = await filesOf(join(path, 'train'))
  const validation = validationNames.find((name) => root.folders.includes(name))
  return {
    classes,
    train,
    ...(validation === undefined ? {} : { validation: await filesOf(join(path, validation)) }),
    ...(root.folders.includes('test') ? { test: await filesOf(join(path, 'test')) } : {}),
    outside,
  }
}
