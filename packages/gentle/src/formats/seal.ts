/**
 * A checksum within a safetensors file: CRC-32 (ISO 3309) of all its bytes, the checksum's own digits being 0. It stands first in the metadata, so that its place is the
 * same in each file; programs that do not know it read the file as any other.
 */
import { joined } from '../core/joined.ts'
import type { Fail } from './failure.ts'

export const sealKey = 'gentle.checksum'
const begin = `{"__metadata__":{"${sealKey}":"crc32 `
const digits = 8

/** Where the checksum stands: behind the header's length. */
export const sealPlace = 8 + begin.length

/** Metadata with a place for the checksum. */
export const withSeal = (metadata: Readonly<Record<string, string>>): Record<string, string> => ({
  [sealKey]: `crc32 ${'0'.repeat(digits)}`,
  ...metadata,
})

/** The checksum of bytes that stand behind others, of which it is `before`. */
export type Checksum = (bytes: Uint8Array, before: number) => number

/**
 * Puts the checksum of all pieces into the first, which begins with the header. What stood there before does not matter.
 *
 * It is also run by a thread to which it is handed over as text: it must not use anything from outside.
 */
export function sealPieces(pieces: readonly Uint8Array[], at: number, checksum: Checksum): void {
  const write = (text: string): void => {
    for (let i = 0; i < text.length; i++) pieces[0][at + i] = text.charCodeAt(i)
  }
  write('00000000')
  write(
    pieces
      .reduce((before, piece) => checksum(piece, before), 0)
      .toString(16)
      .padStart(8, '0'),
  )
}

/** In JavaScript alone: an entry of a table for each byte. A thread runs it, too. */
export function slowChecksum(): Checksum {
  const table = Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    return value
  })
  return (bytes, before) => {
    let value = ~before
    for (let i = 0; i < bytes.length; i++) value = (value >>> 8) ^ table[(value ^ bytes[i]) & 0xff]
    return ~value >>> 0
  }
}

let found: Checksum | undefined

/** zlib's in Node, which is many times as fast as one in JavaScript. */
export function crc32(): Checksum {
  found ??= globalThis.process?.getBuiltinModule?.('node:zlib')?.crc32 ?? slowChecksum()
  return found
}

/** Pieces as one, with their checksum in the place for it. */
export function sealed(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  sealPieces(pieces, sealPlace, crc32())
  return joined(Uint8Array, pieces)
}

/** Takes up the parts of a file behind its header, as they are read. */
export interface SealCheck {
  add(part: Uint8Array): void
  /** Refuses the file where its checksum is not that of its bytes. */
  end(): void
}

/**
 * Checks a file's checksum while the file is read; undefined where it has none, as others write them and older versions wrote.
 * @param header all bytes before the data
 */
export function sealCheck(
  header: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  fail: Fail,
): SealCheck | undefined {
  if (metadata[sealKey] === undefined) return undefined
  const why = `it was damaged, or changed by a program that kept ${sealKey} in its metadata`
  const text = new TextDecoder().decode(header.subarray(8, sealPlace + digits))
  const told = text.slice(begin.length)
  if (!text.startsWith(begin) || !/^[\da-f]{8}$/.test(told)) fail(`its checksum is not where it was written; ${why}`)
  const checksum = crc32()
  let sum = 0
  const add = (part: Uint8Array): void => {
    sum = checksum(part, sum)
  }
  add(header.subarray(0, sealPlace))
  add(new Uint8Array(digits).fill(0x30))
  add(header.subarray(sealPlace + digits))
  return {
    add,
    end() {
      const found = sum.toString(16).padStart(digits, '0')
      if (found !== told) fail(`its checksum is ${told}, that of its bytes ${found}; ${why}`)
    },
  }
}
