/** Changes of a file within a zip archive, whose directory is then right. */
import { inflateRawSync } from 'node:zlib'
import { failing } from '../../packages/gentle/src/formats/failure.ts'
import { readZip } from '../../packages/gentle/src/formats/zip.ts'
import { zipBytes } from '../../packages/gentle/test/formats/pytorch/zip-bytes.ts'
import { type Change, oneOf } from './fuzzed-reader.ts'

/** Bytes of a file that is unpacked. */
const largest = 2 ** 20

/** Changes one file of an archive by one of these; all are stored without compression then. */
export const changeInZip =
  (changes: readonly Change[]): Change =>
  (bytes, random) => {
    let files: { name: string; data: Uint8Array }[]
    try {
      files = [...readZip(bytes, failing('zip'))].map(([name, { data, isCompressed }]) => ({
        name,
        data: isCompressed ? new Uint8Array(inflateRawSync(data, { maxOutputLength: largest })) : data,
      }))
    } catch {
      return bytes
    }
    if (files.length === 0) return bytes
    const changed = oneOf(files, random)
    return zipBytes(
      files.map((file) =>
        file === changed ? { name: file.name, data: oneOf(changes, random)(file.data, random) } : file,
      ),
    )
  }
