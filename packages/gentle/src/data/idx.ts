/** The IDX format of MNIST (LeCun, Cortes, Burges, "The MNIST database", section "File formats"), gzip or not. */
import { FormatError } from '../core/errors.ts'
import { inflated } from '../formats/inflate.ts'

export interface IdxFile {
  /** [count] for labels, [count, rows, columns] for images. */
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

const gzipMagic = [0x1f, 0x8b]
const kinds: Record<number, string> = { 1: 'labels', 3: 'images' }

/** Bytes of the header of a file with so many axes. */
const headerBytes = (rank: number): number => 4 + 4 * rank

const shapeIn = (view: DataView, rank: number): number[] =>
  Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))

/** Bytes that a file has by its header, with it. */
const sizeBy = (shape: readonly number[]): number =>
  shape.reduce((product, n) => product * n, 1) + headerBytes(shape.length)

const hasMagic = (view: DataView, rank: number): boolean => view.getUint32(0) === 0x0800 + rank

/**
 * Bytes of a file as they are, or unpacked where they are gzip: as many as its header means, and a few more where there are more.
 * @throws FormatError for gzip that is broken.
 */
export async function unpacked(bytes: Uint8Array, rank: 1 | 3, name: string): Promise<Uint8Array> {
  if (bytes[0] !== gzipMagic[0] || bytes[1] !== gzipMagic[1]) return bytes
  const header = headerBytes(rank)
  try {
    const head = await inflated(bytes, 'gzip', header)
    const view = new DataView(head.buffer)
    if (head.length < header || !hasMagic(view, rank)) return head
    return await inflated(bytes, 'gzip', sizeBy(shapeIn(view, rank)))
  } catch (cause) {
    throw new FormatError(`${name}: the gzip data is broken or cut off; fetch the file again`, { cause })
  }
}

/**
 * Reads an IDX file of bytes with `rank` axes: 1 for labels, 3 for images.
 * @throws FormatError for a wrong magic number or a size that differs from what the header says.
 */
export function parseIdx(bytes: Uint8Array, rank: 1 | 3, name: string): IdxFile {
  const header = headerBytes(rank)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length >= 4 && !hasMagic(view, rank)) {
    const [magic, expected] = [view.getUint32(0), 0x0800 + rank]
    throw new FormatError(
      `${name}: the magic number is 0x${hex(magic)}, expected 0x${hex(expected)} (${kinds[rank]}); ${guess(magic)}`,
    )
  }
  if (bytes.length < header)
    throw new FormatError(
      `${name}: the file has ${bytes.length} bytes, less than an IDX header of ${header}; it is cut off`,
    )
  const shape = shapeIn(view, rank)
  const size = sizeBy(shape)
  if (size !== bytes.length)
    throw new FormatError(
      `${name}: its header of ${shape.join(' x ')} means ${size} bytes, but ${size > bytes.length ? `the file has ${bytes.length}; it is cut off` : 'the file has more; it is too long'}`,
    )
  return { shape, data: bytes.subarray(header) }
}

/** What a file is whose magic number is not the one expected. */
function guess(magic: number): string {
  const [type, rank] = [magic >>> 8, magic & 0xff]
  if (type !== 0x08) return 'it is not an IDX file of bytes'
  return kinds[rank] === undefined ? `it is an IDX file with ${rank} axes` : `it is a file of ${kinds[rank]}`
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')
