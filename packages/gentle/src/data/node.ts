/**
 * What Node alone has: folders, and packages in them. Its modules are asked of the process when they are needed: an import, even a
 * dynamic one, makes bundlers for browsers look for them.
 */
import { DataError } from '../core/errors.ts'
import type { RandomAccess } from '../core/random-access.ts'

export const inNode = (): boolean => typeof process !== 'undefined' && process.versions?.node !== undefined

/** The system's codes for a path that leads to no file. */
const absent = ['ENOENT', 'ENOTDIR', 'EISDIR']

/** The bytes of a file, or undefined where there is none. @throws DataError when it cannot be read. */
export async function readIn(folder: string, name: string): Promise<Uint8Array | undefined> {
  const { readFile } = process.getBuiltinModule('node:fs/promises')
  const path = process.getBuiltinModule('node:path').join(folder, name)
  try {
    return await readFile(path)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code !== undefined && absent.includes(code)) return undefined
    throw new DataError(`${path} cannot be read: ${message}`, { cause })
  }
}

/** The names in a folder; none where there is no such folder. @throws DataError when it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  const { readdir } = process.getBuiltinModule('node:fs/promises')
  try {
    return (await readdir(folder)).sort()
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code !== undefined && absent.includes(code)) return []
    throw new DataError(`${folder} cannot be read: ${message}`, { cause })
  }
}

/** Closes files whose readers nobody has any more. */
const openFiles = new FinalizationRegistry<number>((file) => process.getBuiltinModule('node:fs').closeSync(file))

/** Systems read no more at once. */
const maxConcurrent = 2 ** 30

/** A file of which parts can be read while something else is done. */
export type FileAccess = RandomAccess & Required<Pick<RandomAccess, 'readLater'>>

/** A file that stays open and is read where it is asked for, or undefined where there is none. @throws DataError when it cannot be read. */
export function openIn(folder: string, name: string): FileAccess | undefined {
  const { closeSync, fstatSync, openSync, read: readAsync, readSync } = process.getBuiltinModule('node:fs')
  const path = process.getBuiltinModule('node:path').join(folder, name)
  try {
    const file = openSync(path, 'r')
    const stats = fstatSync(file)
    if (stats.isDirectory()) {
      closeSync(file)
      return undefined
    }
    const cutOff = (): never => {
      throw new DataError(`${path} was truncated while it was being read`)
    }
    const readSome = (into: Uint8Array, at: number, offset: number): Promise<number> =>
      new Promise((resolve, reject) => {
        const length = Math.min(into.length - at, maxConcurrent)
        readAsync(file, into, at, length, offset + at, (error, count) => (error ? reject(error) : resolve(count)))
      })
    const access: FileAccess = {
      length: stats.size,
      read(offset, into) {
        for (let at = 0; at < into.length; ) {
          const count = readSync(file, into, at, Math.min(into.length - at, maxConcurrent), offset + at)
          if (count === 0) cutOff()
          at += count
        }
      },
      async readLater(offset, into) {
        for (let at = 0; at < into.length; ) {
          const count = await readSome(into, at, offset)
          if (count === 0) cutOff()
          at += count
        }
      },
      close() {
        openFiles.unregister(access)
        closeSync(file)
      },
    }
    openFiles.register(access, file, access)
    return access
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code !== undefined && absent.includes(code)) return undefined
    throw new DataError(`${path} cannot be read: ${message}`, { cause })
  }
}

/** A folder of an installed package, found by walking up from the working folder and from this file; the package is not loaded. */
export function folderOfPackage(name: string, folder: string): string | undefined {
  const { existsSync } = process.getBuiltinModule('node:fs')
  const { dirname, join } = process.getBuiltinModule('node:path')
  const { fileURLToPath } = process.getBuiltinModule('node:url')
  for (const start of [process.cwd(), dirname(fileURLToPath(import.meta.url))])
    for (let at = start; ; at = dirname(at)) {
      const candidate = join(at, 'node_modules', name, folder)
      if (existsSync(candidate)) return candidate
      if (dirname(at) === at) break
    }
  return undefined
}

/** Where an installed package begins, found from the working folder or from this file, without loading it; undefined where there is none. */
export function pathOfPackage(name: string): string | undefined {
  const { createRequire } = process.getBuiltinModule('node:module')
  const { join } = process.getBuiltinModule('node:path')
  for (const start of [join(process.cwd(), 'index.js'), import.meta.url])
    try {
      return createRequire(start).resolve(name)
    } catch {}
  return undefined
}

/** An installed package, found from the working folder or from this file; undefined where there is none. */
export function peerPackage(name: string): unknown {
  const { createRequire } = process.getBuiltinModule('node:module')
  const { join } = process.getBuiltinModule('node:path')
  for (const start of [join(process.cwd(), 'index.js'), import.meta.url]) {
    try {
      return createRequire(start)(name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  return undefined
}

/** A module of an installed package, by its file; undefined where the package is not installed. For packages that name no entry for this way. */
export function peerModule(name: string, folder: string, file: string): unknown {
  const found = folderOfPackage(name, folder)
  if (found === undefined) return undefined
  const { join } = process.getBuiltinModule('node:path')
  return process.getBuiltinModule('node:module').createRequire(import.meta.url)(join(found, file))
}

/** In hexadecimal. Node's own hash takes half the time of crypto.subtle, which copies the bytes first. */
export const sha256 = (bytes: Uint8Array): string => process.getBuiltinModule('node:crypto').hash('sha256', bytes)
