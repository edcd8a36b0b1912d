/**
 * Decodes a part of a JPEG file, on the thread that asks for it: coefficients of all rows down to its last are read, but only those of the part become pixels. What other
 * decoders are slow at is not done at all, and what it decodes is to the bit what libjpeg and its kin make of the same file by default.
 */
import type { PixelBytes, Size } from '../../vision/resize.ts'
import { type JpegHeader, readJpegHeader } from './header.ts'
import { huffmanTable } from './huffman-table.ts'
import { type JpegKernel, withJpegKernel } from './jpeg-kernel.ts'
import { blocksAt, coefficientsAt, told, zigzag, zigzagAt } from './scan-code.ts'

/** Some rows and columns of a picture. */
export interface Region {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/** Pixels of at least a region. Their memory is the decoder's: it holds them until it is asked for others. */
export interface RegionPixels extends PixelBytes {
  readonly channels: 1 | 3
}

export type JpegDecoder = typeof decodeJpeg

/** Narrower ones have colours that libjpeg does not interpolate. */
const narrowest = 8

/** First coefficients of components, each the last one's of its component. */
const lastsAt = 768
/** Divisors of components as numbers of 16 bits, row-major. */
const divisorsAt = 1024
const tablesAt = 2048

/** Bytes beside rows of samples, for those that repeat at the edges, and for vectors. */
const beside = 32
/** Bytes below a scan's, which are read of broken files. */
const below = 4096

/** A component in memory. */
interface Plane {
  readonly at: number
  readonly pitch: number
  readonly rows: number
  readonly columns: number
}

/** Which groups of blocks (MCUs) are decoded. */
interface Groups {
  readonly width: number
  readonly height: number
  readonly perRow: number
  readonly total: number
  readonly firstRow: number
  readonly endRow: number
  readonly firstColumn: number
  readonly endColumn: number
}

/** Where everything is in the kernel's memory. */
interface Places {
  readonly tables: readonly { readonly first: number; readonly others: number }[]
  readonly planes: readonly Plane[]
  readonly sums: number
  readonly wide: readonly [number, number]
  readonly pixels: number
  /** The scan's bytes as they are read: from here downwards. */
  readonly stream: number
  readonly file: number
  readonly end: number
}

const aligned = (bytes: number): number => 64 * Math.ceil(bytes / 64)

/**
 * Pixels of a region of a file of so many rows and columns. Undefined for files of other sizes, of kinds that it does not read, such as progressive ones, and for broken ones,
 * cut off anywhere among them: another decoder reads them, or tells what is wrong.
 */
export function decodeJpeg(bytes: Uint8Array, { height, width }: Size, region: Region): RegionPixels | undefined {
  const header = readJpegHeader(bytes)
  if (header === undefined || header.height !== height || header.width !== width || width < narrowest) return undefined
  return withJpegKernel((kernel) => decoded(kernel, header, bytes.subarray(header.scanStart), region))
}

function groupsOf({ height, width, components: [{ across, down }] }: JpegHeader, region: Region): Groups {
  const [columns, rows] = [8 * across, 8 * down]
  // Pixels take a quarter of their colours from the next sample.
  const margin = 2
  const perRow = Math.ceil(width / columns)
  return {
    width: columns,
    height: rows,
    perRow,
    total: perRow * Math.ceil(height / rows),
    firstRow: Math.floor(Math.max(0, region.top - margin) / rows),
    endRow: Math.ceil(Math.min(height, region.bottom + margin) / rows),
    firstColumn: Math.floor(Math.max(0, region.left - margin) / columns),
    endColumn: Math.ceil(Math.min(width, region.right + margin) / columns),
  }
}

function decoded(kernel: JpegKernel, header: JpegHeader, scan: Uint8Array, region: Region): RegionPixels | undefined {
  const groups = groupsOf(header, region)
  const tables = header.components.map(({ first, others }) => ({
    first: huffmanTable(first, false),
    others: huffmanTable(others, true),
  }))
  // Colours of two pixels begin together.
  const column = region.left - (region.left % 2)
  const sixteens = Math.ceil((region.right - column) / 16)
  const places = placesOf(header, groups, tables, { sixteens, rows: region.bottom - region.top, scan: scan.length })
  const memory = kernel.room(places.end)
  if (memory === undefined) return undefined
  prepare(memory, header, tables, places)
  new Uint8Array(memory).set(scan, places.file)
  if (!readScan(kernel, memory, header, groups, places, scan.length)) return undefined
  const bytes = new Uint8Array(memory)
  if (header.components.length === 1) {
    const [{ at, pitch, rows }] = places.planes
    const [row, column] = [groups.firstRow * groups.height, groups.firstColumn * groups.width]
    return { values: bytes.subarray(at, at + rows * pitch), pitch, row, column, channels: 1 }
  }
  const pitch = 48 * sixteens
  colour(kernel, header, groups, places, { ...region, left: column }, sixteens)
  const values = bytes.subarray(places.pixels, places.pixels + (region.bottom - region.top) * pitch)
  return { values, pitch, row: region.top, column, channels: 3 }
}

function placesOf(
  { components }: JpegHeader,
  groups: Groups,
  tables: readonly { readonly first: Uint32Array; readonly others: Uint32Array }[],
  { sixteens, rows, scan }: { readonly sixteens: number; readonly rows: number; readonly scan: number },
): Places {
  let end = tablesAt
  const take = (bytes: number): number => {
    const at = end
    end += aligned(bytes)
    return at
  }
  const tablesTaken = tables.map(({ first, others }) => ({
    first: take(first.byteLength),
    others: take(others.byteLength),
  }))
  const planes = components.map(({ across, down }): Plane => {
    const columns = (groups.endColumn - groups.firstColumn) * 8 * across
    const rows = (groups.endRow - groups.firstRow) * 8 * down
    const pitch = columns + 2 * beside
    return { at: take(rows * pitch) + beside, pitch, rows, columns }
  })
  const isColoured = components.length === 3
  const sums = take(isColoured ? 16 * (sixteens + 2) : 0)
  const wide = [take(isColoured ? 16 * sixteens : 0), take(isColoured ? 16 * sixteens : 0)] as const
  const pixels = take(isColoured ? rows * 48 * sixteens : 0)
  const stream = take(below + scan) + aligned(below + scan)
  const file = take(scan + 16)
  return { tables: tablesTaken, planes, sums, wide, pixels, stream, file, end }
}

/** Writes all that the scan's code reads, but its bytes. */
function prepare(
  memory: ArrayBuffer,
  { components }: JpegHeader,
  tables: readonly { readonly first: Uint32Array; readonly others: Uint32Array }[],
  places: Places,
): void {
  const bytes = new Uint8Array(memory)
  const order = zigzag()
  bytes.set(order, zigzagAt)
  bytes.fill(0, coefficientsAt, coefficientsAt + 128)
  const words = new Int32Array(memory)
  let block = blocksAt / 4
  for (const [c, { across, down, divisors }] of components.entries()) {
    const { first, others } = places.tables[c]
    const { at, pitch } = places.planes[c]
    new Uint32Array(memory, first).set(tables[c].first)
    new Uint32Array(memory, others).set(tables[c].others)
    const own = new Uint16Array(memory, divisorsAt + 128 * c, 64)
    for (let k = 0; k < 64; k++) own[order[k] / 2] = divisors[k]
    for (let row = 0; row < down; row++)
      for (let column = 0; column < across; column++, block += told.bytes / 4) {
        words[block + told.first / 4] = first
        words[block + told.others / 4] = others
        words[block + told.divisors / 4] = divisorsAt + 128 * c
        words[block + told.last / 4] = lastsAt + 4 * c
        words[block + told.pixels / 4] = at + 8 * (row * pitch + column)
        words[block + told.pitch / 4] = pitch
        words[block + told.acrossStep / 4] = 8 * across
        words[block + told.downStep / 4] = 8 * down * pitch
      }
  }
}

const endOfImage = 0xd9
const firstRestart = 0xd0

/** Decodes the groups that are asked for, and looks whether the scan is whole. */
function readScan(
  kernel: JpegKernel,
  memory: ArrayBuffer,
  { components, restartInterval }: JpegHeader,
  { perRow, total, firstRow, endRow, firstColumn, endColumn }: Groups,
  { stream, file }: Places,
  length: number,
): boolean {
  const bytes = new Uint8Array(memory)
  const lasts = new Int32Array(memory, lastsAt, 3)
  const blocks = components.reduce((sum, { across, down }) => sum + across * down, 0)
  const needed = (endRow - 1) * perRow + endColumn
  const end = file + length
  let [from, to] = [file, stream]
  for (let [group, restart] = [0, 0]; ; restart++) {
    const marker = kernel.unstuff(from, end, to)
    if (marker + 1 >= end) return false
    const limit = to - kernel.written()
    const count = Math.min(restartInterval === 0 ? total : restartInterval, total - group)
    if (group < needed) {
      lasts.fill(0)
      const [row, column] = [Math.floor(group / perRow), group % perRow]
      const some = Math.min(count, needed - group)
      if (!kernel.scan(to, limit, blocks, row, column, some, perRow, firstColumn, endColumn, firstRow)) return false
    }
    group += count
    if (group === total) return bytes[marker + 1] === endOfImage
    if (bytes[marker + 1] !== firstRestart + (restart & 7)) return false
    from = marker + 2
    to = limit
  }
}

/** Makes pixels of the planes of Y, Cb and Cr. */
function colour(
  kernel: JpegKernel,
  { height, width, components: [{ across, down }] }: JpegHeader,
  groups: Groups,
  { planes, sums, wide, pixels }: Places,
  { top, bottom, left }: Region,
  sixteens: number,
): void {
  const [y, cb, cr] = planes
  const [firstRow, firstColumn] = [groups.firstRow * groups.height, groups.firstColumn * groups.width]
  // Samples of colours, of the whole picture.
  const [rows, columns] = [Math.ceil(height / down), Math.ceil(width / across)]
  if (across === 2)
    for (const { at, rows, pitch, columns: own } of [cb, cr])
      kernel.repeatEdges(at, rows, pitch, Math.min(own, columns - firstColumn / 2) - 1)
  const column = (left - firstColumn) / across
  const addressOf = ({ at, pitch }: Plane, row: number): number => at + (row - firstRow / down) * pitch + column
  /** Where a row's samples of a colour are, one for each pixel. */
  const samplesOf = (plane: Plane, row: number, wide: number): number => {
    const own = down === 1 ? row : row >> 1
    const at = addressOf(plane, own)
    if (across === 1) return at
    if (down === 1) kernel.widen(at, wide, sixteens)
    else {
      const near = Math.min(rows - 1, Math.max(0, row % 2 === 0 ? own - 1 : own + 1))
      kernel.blend(at - 8, addressOf(plane, near) - 8, sums, sixteens + 2)
      kernel.widenBlend(sums + 16, wide, sixteens)
    }
    return wide
  }
  for (let row = top; row < bottom; row++)
    kernel.colours(
      y.at + (row - firstRow) * y.pitch + left - firstColumn,
      samplesOf(cb, row, wide[0]),
      samplesOf(cr, row, wide[1]),
      pixels + (row - top) * 48 * sixteens,
      sixteens,
    )
}
