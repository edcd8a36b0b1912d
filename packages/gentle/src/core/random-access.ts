/** Bytes of which any part can be read at once, so that large files need not be in memory. */
export interface RandomAccess {
  /** Number of bytes. */
  readonly length: number
  /** All of them, where they are in memory. */
  readonly bytes?: Uint8Array
  /** Copies as many bytes as `into` has, from `offset`. */
  read(offset: number, into: Uint8Array): void
  /** As `read`, on another thread, where that can be. It stays open until all of these have ended. */
  readLater?(offset: number, into: Uint8Array): Promise<void>
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

/** All bytes: in place where they are in memory, else read while something else is done, if that can be. */
export async function allOf(access: RandomAccess): Promise<Uint8Array> {
  if (access.bytes !== undefined || access.readLater === undefined) return partOf(access, 0, access.length)
  const all = new Uint8Array(access.length)
  await access.readLater(0, all)
  return all
}
