/** Where files come from: a folder, an address, or memory. */
import { DataError } from '../core/errors.ts'
import { inNode, readIn } from './node.ts'

/** Reads a file by name. */
export interface FileSource {
  /** For messages. */
  readonly place: string
  /** The file's bytes, or undefined where there is none of this name. @throws DataError when it cannot be read. */
  read(name: string): Promise<Uint8Array | undefined>
}

/** Files of a folder. @throws DataError where there are no folders: in browsers. */
export function folder(path: string): FileSource {
  if (!inNode()) throw new DataError(`folder ${path}: only Node reads folders; in a browser, give a base URL`)
  return { place: path, read: (name) => readIn(path, name) }
}

/** Files below an address; in browsers it may be relative to the page. */
export function address(baseUrl: string): FileSource {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`
  return {
    place: base,
    async read(name) {
      const url = base + name
      try {
        const response = await fetch(url)
        // Servers of single pages answer with the page where there is no such file.
        const isPage = response.headers.get('content-type')?.startsWith('text/html')
        if (response.status === 404 || (response.ok && isPage)) return undefined
        if (!response.ok) throw new Error(`the server answers ${response.status}`)
        return new Uint8Array(await response.arrayBuffer())
      } catch (cause) {
        throw new DataError(`${url} cannot be read: ${(cause as Error).message}`, { cause })
      }
    },
  }
}

/** Files in memory, by name. */
export const given = (files: ReadonlyMap<string, Uint8Array>): FileSource => ({
  place: 'the files given',
  read: async (name) => files.get(name),
})
