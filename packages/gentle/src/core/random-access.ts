/** Bytes of which any part can be read at once, so that large files need not be in memory. */
export interface RandomAccess {
  /** Number of bytes. */
  readonly length: number
  /** All of them, where they are in memory. */
  readonly bytes?: Uint8Array
  /** Copies as many bytes as `into` has, from `offset`. */
  read(offset: number, into: Uint8Array): void
  /** Gives the file back, if it is one; nothing is read after that. */
  close(): void
}

/** Bytes in memory. */
export const bytesAccess = (bytes: Uint8Array): RandomAccess => ({
  length: bytes.length,
  bytes,
  read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
  close: () => {},
})

/** The bytes from `from` to before `to`: in place where they are in memory, else read. */
export function partOf({ bytes, read }: RandomAccess, from: number, to: number): Uint8Array {
  if (bytes !== undefined) return bytes.subarray(from, to)
  const part = new Uint8Array(to - from)
  read(from, part)
  return part
}
