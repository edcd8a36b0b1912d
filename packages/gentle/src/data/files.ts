/** Where files come from: a folder, an address, or memory. */
import { ArgumentError, DataError } from '../core/errors.ts'
import { bytesAccess, type RandomAccess } from '../core/random-access.ts'
import { inNode, namesIn, openIn, readIn } from './node.ts'

/** Reads a file by name. */
export interface FileSource {
  /** For messages. */
  readonly place: string
  /** The file's bytes, or undefined where there is none of this name. @throws DataError when it cannot be read. */
  read(name: string): Promise<Uint8Array | undefined>
  /** The names of all files; undefined where they cannot be known. */
  list(): Promise<readonly string[] | undefined>
  /** The file, to be read in parts: where it is, if that can be, else from memory. */
  open(name: string): Promise<RandomAccess | undefined>
}

/** Reads a file whole to have its parts. */
const openWhole = async (read: FileSource['read'], name: string): Promise<RandomAccess | undefined> => {
  const bytes = await read(name)
  return bytes && bytesAccess(bytes)
}

/** Files of a folder. @throws DataError where there are no folders: in browsers. */
export function folder(path: string): FileSource {
  if (!inNode()) throw new DataError(`folder ${path}: only Node reads folders; in a browser, give a base URL`)
  return {
    place: path,
    read: (name) => readIn(path, name),
    list: () => namesIn(path),
    open: async (name) => openIn(path, name),
  }
}

/** Files below an address; in browsers it may be relative to the page. */
export function address(baseUrl: string): FileSource {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`
  const read: FileSource['read'] = async (name) => {
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
  }
  return { place: base, read, list: async () => undefined, open: (name) => openWhole(read, name) }
}

/** Files in memory, by name. */
export function given(files: ReadonlyMap<string, Uint8Array>): FileSource {
  const read: FileSource['read'] = async (name) => files.get(name)
  return { place: 'the files given', read, list: async () => [...files.keys()], open: (name) => openWhole(read, name) }
}

/** Files of a folder, below a base URL, or in memory. @throws ArgumentError for empty text. */
export function filesAt(place: string | ReadonlyMap<string, Uint8Array>, where: string): FileSource {
  if (place === '') throw new ArgumentError(`${where}: the folder is an empty string; give a path or a base URL`)
  if (typeof place !== 'string') return given(place)
  return inNode() && !/^https?:/.test(place) ? folder(place) : address(place)
}
