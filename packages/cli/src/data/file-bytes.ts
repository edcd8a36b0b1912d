/** Files that are named on the command line. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { UsageError } from '../terminal/usage.ts'

/**
 * The bytes of a file.
 * @throws UsageError for one that is missing or no file; `what` is what it was given as.
 */
export async function bytesOf(file: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    const reason = existsSync(file) ? (error as Error).message.split('\n')[0] : 'there is no such file'
    throw new UsageError(`${what} ${file} cannot be read: ${reason}`)
  }
}
