/** What Node alone has: folders, and packages in them. Its modules are asked for when needed, so that browsers never look for them. */
import { DataError } from '../core/errors.ts'

export const inNode = (): boolean => typeof process !== 'undefined' && process.versions?.node !== undefined

/** The system's codes for a path that leads to no file. */
const absent = ['ENOENT', 'ENOTDIR', 'EISDIR']

/** The bytes of a file, or undefined where there is none. @throws DataError when it cannot be read. */
export async function readIn(folder: string, name: string): Promise<Uint8Array | undefined> {
  const [{ readFile }, { join }] = await Promise.all([import('node:fs/promises'), import('node:path')])
  const path = join(folder, name)
  try {
    return await readFile(path)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code !== undefined && absent.includes(code)) return undefined
    throw new DataError(`${path} cannot be read: ${message}`, { cause })
  }
}

/** A folder of an installed package, found by walking up from the working folder and from this file; the package is not loaded. */
export async function folderOfPackage(name: string, folder: string): Promise<string | undefined> {
  const [{ existsSync }, { dirname, join }, { fileURLToPath }] = await Promise.all([
    import('node:fs'),
    import('node:path'),
    import('node:url'),
  ])
  for (const start of [process.cwd(), dirname(fileURLToPath(import.meta.url))])
    for (let at = start; ; at = dirname(at)) {
      const candidate = join(at, 'node_modules', name, folder)
      if (existsSync(candidate)) return candidate
      if (dirname(at) === at) break
    }
  return undefined
}

/** In hexadecimal. Node's own hash takes half the time of crypto.subtle, which copies the bytes first. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const { hash } = await import('node:crypto')
  return hash('sha256', bytes)
}
