/** Files that other programs wrote, as the library's tests keep them. */
import { readFileSync } from 'node:fs'

const folder = new URL('../../packages/gentle/test/goldens/', import.meta.url)

export const golden = <T>(name: string): T => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))

export const goldenBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)))

export const bytesFrom = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

/** The files of `read` of a list of goldens. */
export const goldenFiles = (name: string): Uint8Array[] =>
  Object.values(golden<{ read: Record<string, { file: string }> }>(name).read).map(({ file }) => bytesFrom(file))
