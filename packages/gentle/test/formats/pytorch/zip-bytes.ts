/** Zip archives for tests, whole or with a lie. */
export interface ZipFile {
  readonly name: string
  readonly data: Uint8Array
  /** What the directory says, where it lies. */
  readonly says?: {
    readonly size?: number
    readonly whole?: number
    readonly from?: number
    readonly method?: number
    readonly flags?: number
  }
  /** Sizes and place in 64 bits, in the directory's extra field. */
  readonly wide?: { readonly size: bigint; readonly from: bigint }
}

export interface ZipEnd {
  readonly directorySize?: number
  readonly directoryFrom?: number
  /** The directory's size and place in 64 bits, in an end of their own. */
  readonly wide?: { readonly size?: bigint; readonly from?: bigint; readonly end?: bigint }
  readonly comment?: Uint8Array
}

const record = (size: number, signature: number, fields: Record<number, number | bigint>): Uint8Array => {
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, signature, true)
  for (const [at, value] of Object.entries(fields))
    if (typeof value === 'bigint') view.setBigUint64(Number(at), value, true)
    else if (Number(at) >= 1000) view.setUint32(Number(at) - 1000, value, true)
    else view.setUint16(Number(at), value, true)
  return bytes
}

/** A 32-bit field of `record`. */
const word = (at: number): number => at + 1000

export const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** An archive of stored files, as torch.save writes it but for its padding. */
export function zipBytes(files: readonly ZipFile[], end: ZipEnd = {}): Uint8Array {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const { name, data, says = {}, wide } of files) {
    const text = new TextEncoder().encode(name)
    const local = joined([record(30, 0x04034b50, { [26]: text.length }), text, data])
    parts.push(local)
    const extra =
      wide === undefined ? new Uint8Array(0) : record(28, 0x00180001, { 4: wide.size, 12: wide.size, 20: wide.from })
    const size = wide === undefined ? (says.size ?? data.length) : 0xffffffff
    directory.push(
      record(46, 0x02014b50, {
        8: says.flags ?? 0,
        10: says.method ?? 0,
        [word(20)]: size,
        [word(24)]: wide === undefined ? (says.whole ?? size) : 0xffffffff,
        28: text.length,
        30: extra.length,
        [word(42)]: wide === undefined ? (says.from ?? at) : 0xffffffff,
      }),
      text,
      extra,
    )
    at += local.length
  }
  const listed = joined(directory)
  const { wide, comment = new Uint8Array(0) } = end
  const wideEnd =
    wide === undefined
      ? []
      : [
          record(56, 0x06064b50, { 40: wide.size ?? BigInt(listed.length), 48: wide.from ?? BigInt(at) }),
          record(20, 0x07064b50, { 8: wide.end ?? BigInt(at + listed.length) }),
        ]
  const last = record(22, 0x06054b50, {
    [word(12)]: end.directorySize ?? listed.length,
    [word(16)]: end.directoryFrom ?? at,
    20: comment.length,
  })
  return joined([...parts, listed, ...wideEnd, last, comment])
}
