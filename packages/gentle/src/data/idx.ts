/** The IDX format of MNIST (LeCun, Cortes, Burges, "The MNIST database", section "File formats"), gzip or not. */
import { FormatError } from '../core/errors.ts'

export interface IdxFile {
  /** [count] for labels, [count, rows, columns] for images. */
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

const gzipMagic = [0x1f, 0x8b]
const kinds: Record<number, string> = { 1: 'labels', 3: 'images' }

/** Bytes of a file as they are, or unpacked where they are gzip. */
export async function unpacked(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes[0] !== gzipMagic[0] || bytes[1] !== gzipMagic[1]) return bytes
  try {
    const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Uint8Array(await new Response(stream).arrayBuffer())
  } catch (cause) {
    throw new FormatError(`${name}: the gzip data is broken or cut off; fetch the file again`, { cause })
  }
}

/**
 * Reads an IDX file of bytes with `rank` axes: 1 for labels, 3 for images.
 * @throws FormatError for a wrong magic number or a size that differs from what the header says.
 */
export function parseIdx(bytes: Uint8Array, rank: 1 | 3, name: string): IdxFile {
  const headerBytes = 4 + 4 * rank
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const expected = 0x0800 + rank
  if (bytes.length >= 4 && view.getUint32(0) !== expected) {
    const magic = view.getUint32(0)
    throw new FormatError(
      `${name}: the magic number is 0x${hex(magic)}, expected 0x${hex(expected)} (${kinds[rank]}); ${guess(magic)}`,
    )
  }
  if (bytes.length < headerBytes)
    throw new FormatError(
      `${name}: the file has ${bytes.length} bytes, less than an IDX header of ${headerBytes}; it is cut off`,
    )
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = shape.reduce((product, n) => product * n, 1) + headerBytes
  if (size !== bytes.length)
    throw new FormatError(
      `${name}: its header of ${shape.join(' x ')} means ${size} bytes, but the file has ${bytes.length}; it is ${size > bytes.length ? 'cut off' : 'too long'}`,
    )
  return { shape, data: bytes.subarray(headerBytes) }
}

/** What a file is whose magic number is not the one expected. */
function guess(magic: number): string {
  const [type, rank] = [magic >>> 8, magic & 0xff]
  if (type !== 0x08) return 'it is not an IDX file of bytes'
  return kinds[rank] === undefined ? `it is an IDX file with ${rank} axes` : `it is a file of ${kinds[rank]}`
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')
