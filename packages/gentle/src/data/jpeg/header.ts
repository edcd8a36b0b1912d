/**
 * What a JPEG file says of itself before its coefficients begin (ITU-T T.81, B.2), as far as our decoder reads such files: baseline, Huffman codes, 8 bits, all
 * components in one scan, shades of grey or Y, Cb and Cr, of which the colours have all pixels, every second of a row, or every second of every second row.
 */

/** A component as its file stores it. */
export interface JpegComponent {
  /** Samples across and down for each of a component with the fewest. */
  readonly across: 1 | 2
  readonly down: 1 | 2
  /** Divisors of coefficients, 8 x 8 in zigzag order. */
  readonly divisors: Uint8Array
  /** Huffman codes of the first coefficients, and of the others. */
  readonly first: HuffmanCodes
  readonly others: HuffmanCodes
}

/** As a file tells codes (B.2.4.2): how many there are of 1 to 16 bits, and what they stand for, shorter ones first. */
export interface HuffmanCodes {
  readonly counts: Uint8Array
  readonly symbols: Uint8Array
}

export interface JpegHeader {
  readonly height: number
  readonly width: number
  /** Grey, or Y, Cb and Cr. */
  readonly components: readonly JpegComponent[]
  /** Groups of blocks (MCUs) after which a marker begins anew; 0: there are no such markers. */
  readonly restartInterval: number
  /** Where the coefficients begin. */
  readonly scanStart: number
}

const startOfImage = 0xd8
const startOfScan = 0xda
const baseline = 0xc0
const [huffmanTables, quantizationTables, restartIntervals, comment] = [0xc4, 0xdb, 0xdd, 0xfe]
const [app0, app1, app2, app14, app15] = [0xe0, 0xe1, 0xe2, 0xee, 0xef]

/** Sizes of a component's differences in bits, for 8 bits a sample: of first coefficients, and of others (F.1.2). */
const [largestFirst, largestOther] = [11, 10]

interface Found {
  readonly divisors: (Uint8Array | undefined)[]
  readonly first: (HuffmanCodes | undefined)[]
  readonly others: (HuffmanCodes | undefined)[]
  restartInterval: number
  frame: Uint8Array | undefined
  isJfif: boolean
}

/** Undefined for files of another kind, and for broken ones: another decoder tells what is wrong with them. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  const found: Found = { divisors: [], first: [], others: [], restartInterval: 0, frame: undefined, isJfif: false }
  if (bytes[0] !== 0xff || bytes[1] !== startOfImage) return undefined
  for (let at = 2; at + 4 <= bytes.length; ) {
    const [mark, marker] = [bytes[at], bytes[at + 1]]
    if (mark !== 0xff) return undefined
    const end = at + 2 + bytes[at + 2] * 256 + bytes[at + 3]
    if (end < at + 4 || end > bytes.length) return undefined
    const content = bytes.subarray(at + 4, end)
    if (marker === startOfScan) return headerOf(found, content, end)
    if (!takes(found, marker, content)) return undefined
    at = end
  }
  return undefined
}

/** Takes what a segment says. Gives whether files with it are read. */
function takes(found: Found, marker: number, content: Uint8Array): boolean {
  if (marker === quantizationTables) return takesDivisors(found, content)
  if (marker === huffmanTables) return takesCodes(found, content)
  if (marker === restartIntervals) {
    found.restartInterval = content[0] * 256 + content[1]
    return content.length === 2
  }
  if (marker === baseline) {
    if (found.frame !== undefined) return false
    found.frame = content
    return true
  }
  if (marker === app0) {
    found.isJfif ||= content.length >= 12 && startsWith(content, 'JFIF\0')
    return true
  }
  // Profiles of colours, further pictures and maps of brightness; what Adobe's says of colours.
  if (marker === app2 || marker === app14) return false
  return marker === app1 || marker === comment || (marker > app2 && marker <= app15)
}

const startsWith = (content: Uint8Array, text: string): boolean =>
  [...text].every((letter, i) => content[i] === letter.charCodeAt(0))

function takesDivisors({ divisors }: Found, content: Uint8Array): boolean {
  let at = 0
  for (; at + 65 <= content.length; at += 65) {
    // A number above 15 says that divisors have 16 bits.
    if (content[at] > 3) return false
    divisors[content[at]] = content.subarray(at + 1, at + 65)
  }
  return at === content.length
}

function takesCodes({ first, others }: Found, content: Uint8Array): boolean {
  let at = 0
  while (at + 17 <= content.length) {
    const [kind, number] = [content[at] >> 4, content[at] & 15]
    const counts = content.subarray(at + 1, at + 17)
    const count = counts.reduce((sum, each) => sum + each, 0)
    const symbols = content.subarray(at + 17, at + 17 + count)
    at += 17 + count
    if (kind > 1 || number > 3 || symbols.length < count || !areCodes(counts)) return false
    if (!symbols.every(kind === 0 ? isFirst : isOther)) return false
    const tables = kind === 0 ? first : others
    tables[number] = { counts, symbols }
  }
  return at === content.length
}

/** Whether there are as many codes of each length as that many bits can tell apart. */
function areCodes(counts: Uint8Array): boolean {
  let code = 0
  for (const [i, count] of counts.entries()) {
    code += count
    if (code > 2 ** (i + 1)) return false
    code *= 2
  }
  return true
}

const isFirst = (symbol: number): boolean => symbol <= largestFirst

/** A run of zeros and the size of what follows; without one, 16 zeros or the end of the block. */
const isOther = (symbol: number): boolean =>
  (symbol & 15) === 0 ? symbol === 0 || symbol === 0xf0 : (symbol & 15) <= largestOther

/** Sampling factors, of which all but the first component's are 1 x 1. */
const samplings = [0x11, 0x21, 0x22]

function headerOf(found: Found, scan: Uint8Array, scanStart: number): JpegHeader | undefined {
  const { frame, divisors, first, others, isJfif, restartInterval } = found
  const count = scan[0]
  if (frame === undefined || (count !== 1 && count !== 3)) return undefined
  if (frame.length !== 6 + 3 * count || scan.length !== 4 + 2 * count) return undefined
  const [height, width] = [frame[1] * 256 + frame[2], frame[3] * 256 + frame[4]]
  if (frame[0] !== 8 || frame[5] !== count || height === 0 || width === 0) return undefined
  // All coefficients to their last bit.
  if (scan[2 * count + 1] !== 0 || scan[2 * count + 2] !== 63 || scan[2 * count + 3] !== 0) return undefined
  const components: JpegComponent[] = []
  for (let c = 0; c < count; c++) {
    const [id, sampling, table] = frame.subarray(6 + 3 * c, 9 + 3 * c)
    const [scanned, tables] = scan.subarray(1 + 2 * c, 3 + 2 * c)
    const component = { divisors: divisors[table], first: first[tables >> 4], others: others[tables & 15] }
    // Without JFIF's segment components may be red, green and blue, unless they are numbered as in JFIF.
    if (scanned !== id || (count === 3 && !isJfif && id !== c + 1)) return undefined
    if (count === 3 && (c === 0 ? !samplings.includes(sampling) : sampling !== 0x11)) return undefined
    if (component.divisors === undefined || component.first === undefined || component.others === undefined)
      return undefined
    // Of a single component blocks follow one another, however many there would be in a group.
    const [across, down] = count === 1 ? [1, 1] : [sampling >> 4, sampling & 15]
    components.push({ ...component, across, down } as JpegComponent)
  }
  return { height, width, components, restartInterval, scanStart }
}
