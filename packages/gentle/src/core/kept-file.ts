/** Files of the cache folder, in Node. What they hold can be found out again, so one that cannot be read or written does no harm. */
import { cacheFolder } from './cache-folder.ts'
import { makeFolders } from './make-folders.ts'

const files = () => process.getBuiltinModule('node:fs')
const paths = () => process.getBuiltinModule('node:path')

/** A file's bytes, by its path in the cache folder; undefined where it is not there, or cannot be read. */
export function readKept(name: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return files().readFileSync(paths().join(cacheFolder(), name))
  } catch {
    return undefined
  }
}

/** Writes a file, beside its place first, so that another process never reads half of it. */
export function keep(name: string, content: string | Uint8Array): void {
  try {
    const file = paths().join(cacheFolder(), name)
    const beside = `${file}.${process.pid}`
    makeFolders(paths().dirname(file))
    files().writeFileSync(beside, content)
    files().renameSync(beside, file)
  } catch {
    // A folder that cannot be written costs the work at each start.
  }
}

/** Deletes all but the last `count` files of a folder, by when they were written or marked as used. */
export function keepNewest(folder: string, count: number): void {
  try {
    const inFolder = (name: string): string => paths().join(cacheFolder(), folder, name)
    const names = files().readdirSync(inFolder('.'))
    if (names.length <= count) return
    const byAge = names.map((name) => ({ name, time: files().statSync(inFolder(name)).mtimeMs }))
    byAge.sort((a, b) => b.time - a.time)
    for (const { name } of byAge.slice(count)) files().rmSync(inFolder(name), { force: true })
  } catch {
    // Another process may have deleted them.
  }
}

/** Marks a file as used now. */
export function markUsed(name: string): void {
  try {
    const now = new Date()
    files().utimesSync(paths().join(cacheFolder(), name), now, now)
  } catch {
    // Then it is among the first to go.
  }
}
