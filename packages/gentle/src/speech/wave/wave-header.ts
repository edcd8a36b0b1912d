/** What a WAV file says before its samples: RIFF, and RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088) for more than 4 GB. */
import { FormatError } from '../../core/errors.ts'
import { partOf, type RandomAccess } from '../../core/random-access.ts'
import { encodingOf, subFormatTag, type WaveEncoding } from './encodings.ts'

/** What is known of a WAV file without its samples. */
export interface WaveHeader {
  readonly sampleRate: number
  readonly channels: number
  readonly encoding: WaveEncoding
  /** Bytes of a sample of one channel. */
  readonly sampleBytes: number
  /** Samples of each channel that are there. */
  readonly length: number
  /** Samples of each channel that the header promises and that are missing at the file's end; 0 for whole files. */
  readonly missing: number
  /** Where the first sample begins. */
  readonly offset: number
}

/** Where a chunk is. */
interface Chunk {
  readonly id: string
  readonly start: number
  readonly size: number
}

/** A program that writes into a pipe does not know the length: it leaves 0 there, or the largest number it can think of (espeak-ng 0x7ffff000, ffmpeg 0xffffffff). */
const unknownFrom = 0x7fff0000

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const letters = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** The chunk whose head is at a place; undefined at the file's end, where less than a head may be left. */
function chunkAt(file: RandomAccess, at: number): Chunk | undefined {
  if (at + 8 > file.length) return undefined
  const head = partOf(file, at, at + 8)
  return { id: letters(head.subarray(0, 4)), start: at + 8, size: view(head).getUint32(4, true) }
}

/** Where the next chunk begins: chunks of odd size have a byte behind them. */
const behind = ({ start, size }: Chunk): number => start + size + (size % 2)

/** Whether chunks follow that end where the file does, so that a length of 0 is meant. */
function chunksFollow(file: RandomAccess, from: number): boolean {
  let at = from
  for (let chunk = chunkAt(file, at); chunk !== undefined; chunk = chunkAt(file, at)) {
    if (!/^[\x20-\x7e]{4}$/.test(chunk.id)) return false
    at = behind(chunk)
  }
  return at > from && at - file.length <= 1 && at >= file.length
}

/** The size of `data` that stands in `ds64`. */
function longSize(file: RandomAccess, { start, size }: Chunk, name: string): number {
  if (size < 24 || start + 24 > file.length) throw new FormatError(`${name}: its chunk ds64 is too short`)
  return Number(view(partOf(file, start + 8, start + 16)).getBigUint64(0, true))
}

function formatOf(file: RandomAccess, { start, size }: Chunk, name: string) {
  if (size < 16 || start + size > file.length)
    throw new FormatError(
      `${name}: its chunk fmt has ${Math.min(size, file.length - start)} bytes; expected at least 16`,
    )
  const bytes = partOf(file, start, start + size)
  const fields = view(bytes)
  const [channels, sampleRate, frameBytes, bits] = [
    fields.getUint16(2, true),
    fields.getUint32(4, true),
    fields.getUint16(12, true),
    fields.getUint16(14, true),
  ]
  const ownTag = fields.getUint16(0, true)
  const extensible = ownTag === 0xfffe
  if (extensible && size < 40)
    throw new FormatError(`${name}: its format is extensible, but the chunk fmt has ${size} bytes; expected 40`)
  const tag = extensible ? subFormatTag(bytes.subarray(24, 40), name) : ownTag
  if (channels === 0 || sampleRate === 0)
    throw new FormatError(
      `${name}: it has ${channels} channels of ${sampleRate} samples per second; expected at least 1`,
    )
  const sampleBytes = frameBytes / channels
  return { channels, sampleRate, sampleBytes, encoding: encodingOf(tag, sampleBytes, bits, name) }
}

/**
 * Reads what a WAV file says of its samples; of a file on a disk, little more than its first 44 bytes.
 *
 * Chunks that are not needed are passed over. A length of 0, where no chunks follow, and one from 0x7fff0000 beyond the file's end were written by a program
 * that did not know it: the samples go on to the end. Any other length beyond the end is a file that was cut off; `missing` tells by how much.
 * @param name how messages call it
 * @throws FormatError for what is not a WAV file, is broken, or has samples in a format that is not read, by that format's name.
 */
export function readWaveHeader(file: RandomAccess, name = 'WAV file'): WaveHeader {
  const head = partOf(file, 0, Math.min(12, file.length))
  const [form, type] = [letters(head.subarray(0, 4)), letters(head.subarray(8, 12))]
  if (form === 'RIFX') throw new FormatError(`${name}: it is RIFX, of the other byte order; convert it to RIFF`)
  if (!['RIFF', 'RF64', 'BW64'].includes(form) || type !== 'WAVE')
    throw new FormatError(`${name} is not a WAV file: it begins with '${printableStart(head)}'; expected RIFF and WAVE`)
  let format: ReturnType<typeof formatOf> | undefined
  let long: number | undefined
  let at = 12
  for (let chunk = chunkAt(file, at); chunk !== undefined; chunk = chunkAt(file, at)) {
    if (chunk.id === 'data') {
      if (format === undefined) throw new FormatError(`${name}: its samples come before the chunk fmt`)
      const { channels, sampleRate, encoding, sampleBytes } = format
      const declared = chunk.size === 0xffffffff && long !== undefined ? long : chunk.size
      const room = file.length - chunk.start
      const unknown = declared === 0 ? !chunksFollow(file, chunk.start) : declared > room && declared >= unknownFrom
      const frameBytes = channels * sampleBytes
      const length = Math.floor((unknown ? room : Math.min(declared, room)) / frameBytes)
      // A whole file may end within a sample, which is none.
      const missing = unknown || declared <= room ? 0 : Math.ceil(declared / frameBytes) - length
      return { sampleRate, channels, encoding, sampleBytes, length, missing, offset: chunk.start }
    }
    if (chunk.id === 'fmt ') format = formatOf(file, chunk, name)
    if (chunk.id === 'ds64') long = longSize(file, chunk, name)
    at = behind(chunk)
  }
  throw new FormatError(`${name}: it ends without samples; expected a chunk data`)
}

/** The first four bytes, those that are not letters as dots. */
const printableStart = (head: Uint8Array): string => letters(head.subarray(0, 4)).replace(/[^\x20-\x7e]/g, '.')
