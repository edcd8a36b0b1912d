/** Text files of annotations, and what lies in folders. */
import { DataError } from '../../core/errors.ts'
import { pictureEnding } from '../folder-layout.ts'
import { inNode } from '../node.ts'

/** @throws DataError anywhere but in Node. */
export function checkInNode(what: string): void {
  if (!inNode()) throw new DataError(`${what}: only Node reads folders`)
}

/** The text of a file. @throws DataError where it cannot be read. */
export async function textOf(file: string): Promise<string> {
  const { readFile } = process.getBuiltinModule('node:fs/promises')
  try {
    return new TextDecoder().decode(await readFile(file))
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new DataError(`${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : message}`, { cause })
  }
}

/** What a folder holds: names in the order of code units, whatever the system's; hidden ones are left out, links are followed. */
export interface Listing {
  readonly folders: readonly string[]
  readonly files: readonly string[]
}

/** What is in a folder; undefined where there is none. @throws DataError where it cannot be read. */
export async function listed(path: string): Promise<Listing | undefined> {
  const { readdir, stat } = process.getBuiltinModule('node:fs/promises')
  const { join } = process.getBuiltinModule('node:path')
  try {
    const [folders, files] = [[] as string[], [] as string[]]
    const all = await readdir(path, { withFileTypes: true })
    for (const entry of all.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue
      const target = entry.isSymbolicLink() ? await stat(join(path, entry.name)).catch(() => entry) : entry
      if (target.isDirectory()) folders.push(entry.name)
      else files.push(entry.name)
    }
    return { folders, files }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new DataError(`${path} cannot be read: ${message}`, { cause })
  }
}

/** What is in the folder that a set was named by. @throws DataError where there is none. */
export async function listedSet(what: string, path: string, expected: string): Promise<Listing> {
  const listing = await listed(path)
  if (listing === undefined) throw new DataError(`${what}: there is no such folder; ${expected}`)
  return listing
}

/** Names of the picture files of a folder; none where there is no such folder. */
export const picturesIn = async (path: string): Promise<string[]> =>
  ((await listed(path))?.files ?? []).filter((name) => pictureEnding.test(name))

/** A file's name without its ending. */
export const stemOf = (name: string): string => name.replace(/\.[^./\\]+$/, '')
