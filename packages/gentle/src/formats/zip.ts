/**
 * Zip archives as PyTorch and NumPy write them (PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", sections 4.3 and 4.5.3): files one after
 * the other, a directory of them, and at the end of all the place of the directory, in 64 bits where 32 do not suffice. A file is
 * a part of the archive's own bytes. Check sums are not looked at: torch.serialization.set_crc32_options leaves them out.
 */
import { type Fail, quoted } from './failure.ts'
import { inflated } from './inflate.ts'

export interface ZipEntry {
  readonly isCompressed: boolean
  /** The bytes as they are in the archive. */
  readonly data: Uint8Array
  /** How many they are when they are inflated, as the archive says. */
  readonly whole: number
}

const signatures = { file: 0x04034b50, directory: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator: 0x07064b50 }

const sizes = { file: 30, directory: 46, end: 22, end64: 56, locator: 20 }

const longestComment = 0xffff

/** What stands in 32 bits for a number that is elsewhere in 64. */
const elsewhere = 0xffffffff

/** Whether the bytes begin as an archive of at least one file does. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === signatures.file

interface Listed {
  readonly name: string
  readonly isCompressed: boolean
  readonly size: number
  readonly whole: number
  readonly from: number
}

/**
 * The files of an archive by name. No two of them have a byte in common, so that all together are no more than the archive.
 * `fail` refuses archives that are cut off or broken, and those that are encrypted.
 */
export function readZip(bytes: Uint8Array, fail: Fail): ReadonlyMap<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { from, to } = findDirectory(view, fail)
  const entries = new Map<string, ZipEntry>()
  let end = 0
  for (const { name, isCompressed, size, whole, from: header } of listed(view, from, to, fail).sort(
    (a, b) => a.from - b.from,
  )) {
    if (entries.has(name)) fail(`its archive has ${quoted(name)} twice`)
    if (header < end) fail(`its archive is broken: ${quoted(name)} lies within the file before it`)
    if (header + sizes.file > from || view.getUint32(header, true) !== signatures.file)
      fail(`its archive is broken: there is no file ${quoted(name)} at byte ${header}`)
    const begin = header + sizes.file + view.getUint16(header + 26, true) + view.getUint16(header + 28, true)
    end = begin + size
    if (end > from) fail(`its archive is broken: ${quoted(name)} of ${size} bytes would end beyond byte ${from}`)
    entries.set(name, { isCompressed, data: bytes.subarray(begin, end), whole })
  }
  return entries
}

/** The directory's place, which the end of the archive tells. */
function findDirectory(view: DataView, fail: Fail): { from: number; to: number } {
  const last = view.byteLength - sizes.end
  let end = last
  const first = Math.max(0, last - longestComment)
  while (end >= first && view.getUint32(end, true) !== signatures.end) end--
  if (end < first) return fail('the end of its zip archive is missing; it is cut off, or not a zip archive')
  let [limit, size, from] = [end, view.getUint32(end + 12, true), view.getUint32(end + 16, true)]
  const locator = end - sizes.locator
  if (locator >= 0 && view.getUint32(locator, true) === signatures.locator) {
    limit = Number(view.getBigUint64(locator + 8, true))
    if (limit + sizes.end64 > locator || view.getUint32(limit, true) !== signatures.end64)
      return fail(`its archive is broken: its 64-bit end is not at byte ${limit}`)
    size = Number(view.getBigUint64(limit + 40, true))
    from = Number(view.getBigUint64(limit + 48, true))
  }
  if (from + size > limit)
    return fail(`its archive is broken: a directory of ${size} bytes from byte ${from} would end beyond byte ${limit}`)
  return { from, to: from + size }
}

/** The directory's entries. Each takes its bytes, so that there are no more than the archive has room for. */
function listed(view: DataView, from: number, to: number, fail: Fail): Listed[] {
  const entries: Listed[] = []
  for (let at = from; at < to; ) {
    const broken = (): never => fail(`its archive is broken: its directory has no entry at byte ${at}`)
    if (at + sizes.directory > to || view.getUint32(at, true) !== signatures.directory) broken()
    const extra = at + sizes.directory + view.getUint16(at + 28, true)
    const comment = extra + view.getUint16(at + 30, true)
    const next = comment + view.getUint16(at + 32, true)
    if (next > to) broken()
    const name = new TextDecoder().decode(
      new Uint8Array(view.buffer, view.byteOffset + at + sizes.directory, extra - at - sizes.directory),
    )
    if (view.getUint16(at + 8, true) & 1) fail(`${quoted(name)} in its archive is encrypted`)
    const [whole, stored, place] = widened(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      view,
      extra,
      comment,
    )
    const isCompressed = view.getUint16(at + 10, true) !== 0
    if (!isCompressed && whole !== stored)
      fail(`its archive is broken: ${quoted(name)} has two sizes, ${whole} and ${stored}`)
    entries.push({ name, isCompressed, size: stored, whole, from: place })
    at = next
  }
  return entries
}

/** The numbers, those that are elsewhere from the extra field of 64-bit numbers, which has them alone and in this order. */
function widened(numbers: readonly number[], view: DataView, from: number, to: number): number[] {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    const end = Math.min(to, at + 4 + view.getUint16(at + 2, true))
    let next = at + 4
    return numbers.map((number) => {
      if (number !== elsewhere || next + 8 > end) return number
      next += 8
      return Number(view.getBigUint64(next - 8, true))
    })
  }
  return [...numbers]
}

/** A file of an archive, its bytes as they were. `fail` refuses what cannot be inflated, and what becomes longer or shorter than the archive says. */
export async function unzipped({ isCompressed, data, whole }: ZipEntry, name: string, fail: Fail): Promise<Uint8Array> {
  if (!isCompressed) return data
  let bytes: Uint8Array
  try {
    bytes = await inflated(data, 'deflate-raw', whole)
  } catch (cause) {
    return fail(`${quoted(name)} in its archive cannot be inflated; the file is broken`, cause)
  }
  const { length } = bytes
  if (length !== whole)
    fail(
      `${quoted(name)} in its archive becomes ${length > whole ? 'more than' : `${length} instead of`} the ${whole} bytes that the archive says; the file is broken`,
    )
  return bytes
}
