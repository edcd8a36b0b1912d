/** Files that are named on the command line. */
import { readFile } from 'node:fs/promises'
import { reasonOf } from '../terminal/reason.ts'
import { UsageError } from '../terminal/usage.ts'

/**
 * The bytes of a file.
 * @throws UsageError for one that is missing or no file; `what` is what it was given as.
 */
export async function bytesOf(file: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    throw new UsageError(`${what} ${file} cannot be read: ${reasonOf(error)}`)
  }
}

/** A file's text. @throws UsageError for one in another encoding than UTF-8, of which something else would be read. */
export function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${file} is not UTF-8 text; save it as UTF-8`)
  }
}
