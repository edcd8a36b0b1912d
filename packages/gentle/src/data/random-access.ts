/** Bytes of which any part can be read at once, so that large files need not be in memory. */
export interface RandomAccess {
  /** Number of bytes. */
  readonly length: number
  /** Copies as many bytes as `into` has, from `offset`. */
  read(offset: number, into: Uint8Array): void
}

/** Bytes in memory. */
export const bytesAccess = (bytes: Uint8Array): RandomAccess => ({
  length: bytes.length,
  read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
})
