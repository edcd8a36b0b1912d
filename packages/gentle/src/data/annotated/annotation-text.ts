/** Text files of annotations, and what lies in folders. */
import { DataError } from '../../core/errors.ts'
import { pictureEnding } from '../folder-layout.ts'
import { inNode } from '../node.ts'

/** @throws DataError anywhere but in Node. */
export function checkInNode(what: string): void {
  if (!inNode()) throw new DataError(`${what}: only Node reads folders`)
}

/** The bytes of a file. @throws DataError where it cannot be read. */
export async function annotationBytes(file: string): Promise<Uint8Array> {
  const { readFile } = process.getBuiltinModule('node:fs/promises')
  try {
    return await readFile(file)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new DataError(`${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : message}`, { cause })
  }
}

/** The text of a file (`unicodeText`). @throws DataError where it cannot be read. */
export const textOf = async (file: string): Promise<string> => unicodeText(await annotationBytes(file), file)

/** The encoding that a byte order mark tells, which Windows' programs write. */
export function markedEncoding([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : undefined
}

/**
 * A text in UTF-8, or in what its byte order mark tells.
 * @param file how messages call it
 * @throws DataError for bytes that are not of that encoding: read all the same, two names could become one.
 */
export const unicodeText = (bytes: Uint8Array, file: string): string =>
  decoded(bytes, markedEncoding(bytes) ?? 'utf-8', file)

/** A text in an encoding by its name. @throws DataError for a name that no encoding has, and bytes that are not of it. */
export function decoded(bytes: Uint8Array, encoding: string, file: string): string {
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(encoding, { fatal: true })
  } catch (cause) {
    throw new DataError(`${file} is in the encoding '${encoding}', which is unknown; save it in UTF-8`, { cause })
  }
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    const name = decoder.encoding.toUpperCase()
    throw new DataError(
      `${file} is not valid ${name}; ${name === 'UTF-8' ? 'save it in UTF-8' : 'save it in UTF-8, and declare that encoding'}`,
      { cause },
    )
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

/** Paths of files by their names without endings. */
export type ByStem = ReadonlyMap<string, string>

/** Of several files of one such name, the first. */
export function byStem(folder: string, names: readonly string[]): ByStem {
  const { join } = process.getBuiltinModule('node:path')
  const files = new Map<string, string>()
  for (const name of names) if (!files.has(stemOf(name))) files.set(stemOf(name), join(folder, name))
  return files
}
