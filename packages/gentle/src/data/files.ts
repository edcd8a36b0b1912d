/** Where files come from: a folder, in Node, or an address, anywhere. */
import { DataError } from '../core/errors.ts'

/** Reads a file by name. */
export interface FileSource {
  /** For messages. */
  readonly place: string
  /** The file's bytes, or undefined where there is none of this name. */
  read(name: string): Promise<Uint8Array | undefined>
}

/** Files of a folder; Node alone has folders. */
export function folder(path: string): FileSource {
  return {
    place: path,
    async read(name) {
      const [{ readFile }, { join }] = await Promise.all([import('node:fs/promises'), import('node:path')])
      try {
        return await readFile(join(path, name))
      } catch (cause) {
        if ((cause as { code?: string }).code === 'ENOENT' || (cause as { code?: string }).code === 'ENOTDIR')
          return undefined
        throw new DataError(`${join(path, name)} cannot be read: ${(cause as Error).message}`, { cause })
      }
    },
  }
}

/** Files below an address. */
export function address(baseUrl: string): FileSource {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`
  return {
    place: base,
    async read(name) {
      const response = await fetch(base + name)
      if (response.status === 404) return undefined
      if (!response.ok) throw new DataError(`${base}${name} cannot be read: the server answers ${response.status}`)
      return new Uint8Array(await response.arrayBuffer())
    },
  }
}
