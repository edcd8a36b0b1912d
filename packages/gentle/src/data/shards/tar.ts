/**
 * Where files lie in a tar archive (POSIX.1-2001, "pax", section "pax Interchange Format"; GNU tar's manual, "Basic Tar Format"): headers are read and the
 * files themselves are stepped over, so that an archive of a gigabyte costs a small read for each of its files.
 */
import { DataError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import { partOf, type RandomAccess } from '../../core/random-access.ts'

/** All of an archive comes in blocks of so many bytes. */
export const tarBlock = 512

/** A file in an archive. */
export interface TarMember {
  /** With its folders, as `train/n01440764_10026.cls`. */
  readonly name: string
  /** Where its bytes begin; the block before is its header. */
  readonly offset: number
  readonly size: number
}

/** Bytes that are read at once: small files that follow each other, as labels do, come by one read. */
const windowBytes = 8192

/** Names and attributes of files are no longer than this; what says that it is longer is broken. */
const longestExtra = 2 ** 20

/** What of a header says which file follows. */
interface Header {
  readonly name: string
  readonly size: number
  readonly type: string
}

/** What members of their own say of the file that follows them. */
interface Extra {
  readonly name?: string
  readonly size?: number
}

const latin = new TextDecoder('latin1')
const utf8 = new TextDecoder()

/** Text up to a zero. */
function textIn(block: Uint8Array, from: number, length: number): string {
  const field = block.subarray(from, from + length)
  const end = field.indexOf(0)
  return utf8.decode(end < 0 ? field : field.subarray(0, end))
}

/** A number in octal digits, or, of GNU and star for large ones, in binary; undefined for what is neither. */
function numberIn(block: Uint8Array, from: number, length: number): number | undefined {
  if ((block[from] & 0x80) !== 0) {
    let value = block[from] & 0x7f
    for (let i = from + 1; i < from + length; i++) value = value * 256 + block[i]
    return Number.isSafeInteger(value) ? value : undefined
  }
  const digits = latin
    .decode(block.subarray(from, from + length))
    .replace(/[\0 ]+$/, '')
    .trimStart()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : undefined
}

/** Whether the sum of a header's bytes is the one that it tells, its own field counted as spaces; of signed bytes, as some old programs summed. */
function hasItsSum(block: Uint8Array): boolean {
  const told = numberIn(block, 148, 8)
  let [unsigned, signed] = [8 * 32, 8 * 32]
  for (let i = 0; i < tarBlock; i++)
    if (i < 148 || i >= 156) {
      unsigned += block[i]
      signed += block[i] - 256 * (block[i] >> 7)
    }
  return told === unsigned || told === signed
}

/** A header's block as what it says; undefined for one that is none. */
export function parseTarHeader(block: Uint8Array): Header | undefined {
  const size = numberIn(block, 124, 12)
  if (!hasItsSum(block) || size === undefined) return undefined
  // GNU's own format has other fields where POSIX has the name's beginning.
  const prefix = latin.decode(block.subarray(257, 263)) === 'ustar\0' ? textIn(block, 345, 155) : ''
  const name = textIn(block, 0, 100)
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type: String.fromCharCode(block[156]) }
}

const isZero = (block: Uint8Array): boolean => block.every((byte) => byte === 0)

/** Attributes of pax: `length key=value`, the length in bytes and of all of it. */
function paxOf(bytes: Uint8Array, fail: (what: string) => never): Extra {
  const extra: { name?: string; size?: number } = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : Number(latin.decode(bytes.subarray(at, space)))
    if (!(Number.isInteger(length) && length > space - at + 1 && at + length <= bytes.length))
      fail('has pax attributes that are broken')
    const [key, ...value] = utf8.decode(bytes.subarray(space + 1, at + length - 1)).split('=')
    at += length
    if (key.startsWith('GNU.sparse.')) fail('has a sparse file, which is not read; write it whole')
    if (key === 'path') extra.name = value.join('=')
    if (key === 'size') {
      extra.size = Number(value.join('='))
      if (!Number.isSafeInteger(extra.size) || extra.size < 0) fail('has pax attributes that are broken')
    }
  }
  return extra
}

/** Reads an archive's blocks in order, a few at a time. */
class Blocks {
  readonly #archive: RandomAccess
  #window = new Uint8Array(0)
  #start = 0

  constructor(archive: RandomAccess) {
    this.#archive = archive
  }

  /** The bytes from an offset, as many as are asked for; undefined where the archive ends before. */
  at(offset: number, length: number): Uint8Array | undefined {
    if (offset + length > this.#archive.length) return undefined
    if (offset < this.#start || offset + length > this.#start + this.#window.length) {
      const end = Math.min(this.#archive.length, offset + Math.max(length, windowBytes))
      this.#window = new Uint8Array(partOf(this.#archive, offset, end))
      this.#start = offset
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length)
  }
}

const padded = (size: number): number => Math.ceil(size / tarBlock) * tarBlock

const compressed: readonly (readonly [magic: readonly number[], called: string, by: string])[] = [
  [[0x1f, 0x8b], 'gzip', 'gunzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd', 'unzstd'],
  [[0x42, 0x5a, 0x68], 'bzip2', 'bunzip2'],
  [[0xfd, 0x37, 0x7a, 0x58], 'xz', 'unxz'],
]

/**
 * The files of an archive, in order; folders are left out.
 * @param place how messages call it
 * @throws DataError for an archive that is cut off, compressed, broken or none, links and sparse files, and for bytes behind its end.
 */
export function* tarMembers(archive: RandomAccess, place: string): Generator<TarMember> {
  const fail = (what: string): never => {
    throw new DataError(`${place} ${what}`)
  }
  const blocks = new Blocks(archive)
  const cutOff = (at: number): never =>
    fail(
      `is cut off: it ends at byte ${archive.length}, within the file or header that begins at byte ${at}; copy it again`,
    )
  let extra: Extra = {}
  let at = 0
  for (;;) {
    const block = blocks.at(at, tarBlock) ?? cutOff(at)
    if (isZero(block)) break
    const header = parseTarHeader(block)
    if (header === undefined) {
      const [, called, by] = compressed.find(([magic]) => at === 0 && magic.every((byte, i) => block[i] === byte)) ?? []
      fail(
        called === undefined
          ? `is broken, or no tar archive: there is no header at byte ${at}`
          : `is compressed by ${called}, in which no place can be looked up; unpack it with ${by}`,
      )
    }
    const { name, size, type } = { ...header!, ...(('0\0' + '7').includes(header!.type) ? extra : {}) }
    const offset = at + tarBlock
    if (offset + padded(size) > archive.length) cutOff(at)
    switch (type) {
      case 'L':
      case 'x': {
        if (size > longestExtra) fail(`is broken: the attributes at byte ${at} have ${size} bytes`)
        const bytes = blocks.at(offset, size)!
        extra = { ...extra, ...(type === 'L' ? { name: textIn(bytes, 0, size) } : paxOf(bytes, fail)) }
        break
      }
      // What holds for all files, such as who wrote them, says nothing of where they are; names of links, of what is refused.
      case 'g':
      case 'K':
        break
      case '5':
        extra = {}
        break
      case '0':
      case '\0':
      case '7':
        yield { name, offset, size }
        extra = {}
        break
      default:
        fail(
          `has ${printable(name)}, which is ${'12'.includes(type) ? 'a link' : `of type ${printable(type)}`} and no file; write the archive with files alone`,
        )
    }
    at = offset + padded(size)
  }
  for (; at < archive.length; at += windowBytes)
    if (!isZero(blocks.at(at, Math.min(windowBytes, archive.length - at))!))
      fail(`has more behind its end at byte ${at}, as where archives are joined; keep them apart`)
}
