/** Finding of files that are named by another computer's paths. */

/** A path with the separators that all systems read: Windows' programs write \. */
export const portablePath = (path: string): string => path.replaceAll('\\', '/')

/** What is left of a path without its drive, without its first folder, without its first two, and so on to the last name. */
export function pathEnds(path: string): string[] {
  const names = portablePath(path)
    .split('/')
    .filter((name) => name !== '' && name !== '.' && name !== '..' && !/^[a-z]:$/i.test(name))
  return names.map((_, i) => names.slice(i).join('/'))
}

/** A file that was found. */
export interface FoundFile {
  readonly file: string
  /** Whether it was found only without the first folders of its path. */
  readonly shortened: boolean
}

/**
 * Looks for files in folders, first in that where the last one was. What is not there under its path is looked for under the ends of it, the longest first; a file that
 * several names would end at, or that has its own name among them, is none of theirs.
 * @returns by the names as they stand; those that are not found are missing
 */
export function findFiles(names: Iterable<string>, folders: readonly string[]): ReadonlyMap<string, FoundFile> {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { resolve } = process.getBuiltinModule('node:path')
  let order = folders
  const find = (name: string): string | undefined => {
    const folder = order.find((each) => existsSync(resolve(each, name)))
    if (folder === undefined) return undefined
    if (folder !== order[0]) order = [folder, ...folders.filter((each) => each !== folder)]
    return resolve(folder, name)
  }
  const found = new Map<string, FoundFile>()
  const missing = new Set<string>()
  for (const name of names) {
    const file = find(portablePath(name))
    if (file === undefined) missing.add(name)
    else found.set(name, { file, shortened: false })
  }
  const claims = new Map<string, string[]>()
  for (const name of missing) {
    const end = pathEnds(name).find((each) => find(each) !== undefined)
    if (end === undefined) continue
    const file = find(end)!
    claims.set(file, [...(claims.get(file) ?? []), name])
  }
  const own = new Set(Array.from(found.values(), ({ file }) => file))
  for (const [file, [name, ...others]] of claims)
    if (others.length === 0 && !own.has(file)) found.set(name, { file, shortened: true })
  return found
}

/** What `Mended` calls files that were found so. */
export const foundByEnd = 'files found by the end of their paths'
