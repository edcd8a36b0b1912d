/**
 * PNG files whose values are meant as they are stored, such as masks of classes. Decoders of pictures make colours of a palette, of which two entries may be the same, and
 * follow colour profiles. ISO/IEC 15948 (PNG, second edition): chunks 5.3, filters 9.2, scanlines 7.2.
 */
import { DataError } from '../../core/errors.ts'
import { joined } from '../../core/joined.ts'

export interface PngSamples {
  readonly height: number
  readonly width: number
  /** Whether the samples are indices of a palette. */
  readonly palette: boolean
  /** Samples of a pixel: an index or grey; grey and how opaque it is; red, green and blue; these and how opaque it is. */
  readonly channels: 1 | 2 | 3 | 4
  /** Row-major [height, width, channels]. */
  readonly samples: Uint8Array
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

const expected = 'expected a PNG of up to 8 bits a sample'

/** Samples of a pixel by IHDR's colour type. */
const channelsOf: Readonly<Record<number, PngSamples['channels']>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** A mask has no more pixels than a picture may have. */
const largest = 2 ** 28

/**
 * Reads a PNG of up to 8 bits a sample, not interlaced.
 * @param name how messages call it
 * @throws DataError for another file, another kind of PNG, and one that is broken or cut off.
 */
export function pngSamples(bytes: Uint8Array, name: string): PngSamples {
  const fail = (why: string, cause?: unknown): never => {
    throw new DataError(`${name}: ${why}`, { cause })
  }
  if (!signature.every((byte, i) => bytes[i] === byte)) fail(`it is not a PNG; ${expected}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const data: Uint8Array[] = []
  let header: DataView | undefined
  for (let at = signature.length; ; ) {
    if (at + 12 > bytes.length) fail('it is cut off; expected a whole PNG')
    const length = view.getUint32(at)
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (at + 12 + length > bytes.length) fail('it is cut off; expected a whole PNG')
    if (kind === 'IHDR' && length === 13) header = new DataView(bytes.buffer, bytes.byteOffset + at + 8, length)
    if (kind === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length))
    if (kind === 'IEND') break
    at += 12 + length
  }
  if (header === undefined) return fail('it has no header; expected a whole PNG')
  const [width, height, bits] = [header.getUint32(0), header.getUint32(4), header.getUint8(8)]
  const [colour, interlaced] = [header.getUint8(9), header.getUint8(12)]
  const channels = channelsOf[colour]
  if (channels === undefined) return fail(`its colour type is ${colour}, which is invalid; ${expected}`)
  if (!(channels === 1 ? [1, 2, 4, 8] : [8]).includes(bits)) fail(`it has ${bits} bits a sample; ${expected}`)
  if (interlaced !== 0) fail('it is interlaced; save it without interlacing')
  if (width === 0 || height === 0 || width * height > largest)
    fail(`it is ${height} x ${width}; expected 1 to ${largest} pixels`)

  const pitch = Math.ceil((width * channels * bits) / 8)
  const lines = inflated(data, height * (pitch + 1))
  if (lines === undefined) return fail('it is broken or cut off; expected a whole PNG')
  const row = width * channels
  const samples = new Uint8Array(height * row)
  const perByte = 8 / bits
  for (let y = 0; y < height; y++) {
    const line = lines.subarray(y * (pitch + 1), (y + 1) * (pitch + 1))
    const above = y === 0 ? undefined : lines.subarray((y - 1) * (pitch + 1), y * (pitch + 1))
    if (line[0] > 4) fail(`its row ${y} has the filter ${line[0]}; expected 0 to 4`)
    unfilter(line, above, channels)
    for (let x = 0; x < row; x++) {
      const shift = 8 - bits - (x % perByte) * bits
      samples[y * row + x] = (line[1 + Math.floor(x / perByte)] >> shift) & (2 ** bits - 1)
    }
  }
  return { height, width, palette: colour === 3, channels, samples }
}

/** Exactly so many bytes, or undefined. */
function inflated(parts: readonly Uint8Array[], length: number): Uint8Array | undefined {
  const { inflateSync } = process.getBuiltinModule('node:zlib')
  try {
    const lines = inflateSync(joined(Uint8Array, parts), { maxOutputLength: length })
    return lines.length === length ? lines : undefined
  } catch {
    return undefined
  }
}

/** Undoes a row's filter, whose number stands before its bytes, in place; `above` is undone already, and `step` is the bytes of a pixel. */
function unfilter(line: Uint8Array, above: Uint8Array | undefined, step: number): void {
  const filter = line[0]
  for (let i = 1; i < line.length; i++) {
    const left = i > step ? line[i - step] : 0
    const up = above === undefined ? 0 : above[i]
    const corner = i > step && above !== undefined ? above[i - step] : 0
    if (filter === 1) line[i] += left
    else if (filter === 2) line[i] += up
    else if (filter === 3) line[i] += (left + up) >> 1
    else if (filter === 4) line[i] += paeth(left, up, corner)
  }
}

/** Whichever of its neighbours is nearest to left + up - corner. */
function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner)
  const toUp = Math.abs(left - corner)
  const toCorner = Math.abs(left + up - 2 * corner)
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}
