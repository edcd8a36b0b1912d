/** Files of masks. */
import { DataError } from '../../core/errors.ts'
import type { Size } from '../../vision/resize.ts'
import { ignoredPixel } from './annotated-set.ts'
import { colourCode, greyCode, type MaskKey } from './mask-key.ts'
import { type PngSamples, pngSamples } from './png-samples.ts'

/** The pixels of a mask file as they stand, row-major. */
interface MaskPixels extends Size {
  /** Indices of a palette or shades of grey, 0 to 255; or colours (`colourCode`), of which one at least is not grey. */
  readonly kind: 'palette' | 'grey' | 'colours'
  readonly codes: Uint8Array | Uint32Array
  /** Whether shades of grey stand as red, green and blue. */
  readonly greyColours?: boolean
}

/**
 * Reads a mask file, row-major: classes, and `ignoredPixel` for pixels that are ignored.
 * @throws DataError for a file that is missing or no such PNG (`pngSamples`), of another size than its picture, or with a pixel that is of no class.
 */
export async function readMaskFile(file: string, { height, width }: Size, key: MaskKey): Promise<Uint8Array> {
  const mask = await readMaskPixels(file)
  if (mask.height !== height || mask.width !== width)
    throw new DataError(
      `mask ${file}: it is ${mask.width} x ${mask.height}, but its picture ${width} x ${height}; expected the same size`,
    )
  const table = tableOf(mask, key)
  if (table === undefined)
    throw new DataError(
      `mask ${file}: its pixels are colours, and nothing says which class each colour is; expected lines such as 'cat:128,0,0::' in labelmap.txt or classes.txt, or a PNG of a palette or grey, whose values are class indices`,
    )
  const values = new Uint8Array(height * width)
  // Neighbours are mostly alike, and looking up takes longer than comparing.
  let [last, label] = [-1, 0]
  for (let i = 0; i < values.length; i++) {
    if (mask.codes[i] !== last) {
      const found = table.get(mask.codes[i])
      if (found === undefined) throw new DataError(`mask ${file}: ${strangeText(mask, i, table)}`)
      last = mask.codes[i]
      label = found
    }
    values[i] = label
  }
  return values
}

/** The classes by the codes of a mask: of colours, if it has colours, or only such that are the grey ones among them. */
function tableOf({ kind, codes, greyColours }: MaskPixels, { colours, values }: MaskKey) {
  if (kind === 'colours') return colours
  if (greyColours !== true || colours === undefined) return values
  const shades = new Map([...new Set(codes)].map((shade) => [shade, colours.get(greyCode(shade))]))
  return [...shades.values()].includes(undefined) ? values : (shades as ReadonlyMap<number, number>)
}

/** How many classes a message lists. */
const listed = 8

function strangeText({ width, codes, kind }: MaskPixels, at: number, table: ReadonlyMap<number, number>): string {
  const codeText = (code: number): string => (kind === 'colours' ? `#${code.toString(16).padStart(6, '0')}` : `${code}`)
  const known = [...table].flatMap(([code, label]) => (label === ignoredPixel ? [] : [code])).sort((a, b) => a - b)
  const row = known.every((code, i) => code === i)
  const all = row
    ? `0 to ${known.length - 1}`
    : `${known.slice(0, listed).map(codeText).join(', ')}${known.length > listed ? ', ...' : ''}`
  return `the pixel of row ${Math.floor(at / width)} and column ${at % width} has the ${kind === 'colours' ? 'colour' : 'value'} ${codeText(codes[at])}; expected ${all}${table.get(ignoredPixel) === ignoredPixel ? `, or ${ignoredPixel} for pixels to ignore` : ''}`
}

/** Notes what is in a mask file. @throws DataError for a file that is missing or no such PNG. */
export async function lookThrough(file: string, seen: { values: Set<number>; colours: Set<number> }) {
  const { kind, codes } = await readMaskPixels(file)
  const into = kind === 'colours' ? seen.colours : seen.values
  let last = -1
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] === last) continue
    last = codes[i]
    into.add(last)
  }
  return kind
}

async function readMaskPixels(file: string): Promise<MaskPixels> {
  const { readFile } = process.getBuiltinModule('node:fs/promises')
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new DataError(`mask ${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`, { cause })
  }
  return pixelsOf(pngSamples(bytes, `mask ${file}`), file)
}

function pixelsOf({ height, width, palette, channels, samples }: PngSamples, file: string): MaskPixels {
  const size = { height, width }
  if (channels === 1) return { ...size, kind: palette ? 'palette' : 'grey', codes: samples }
  const codes = new Uint32Array(height * width)
  const ofColours = channels > 2
  const opaque = channels % 2 === 0
  let grey = true
  for (let i = 0; i < codes.length; i++) {
    const at = i * channels
    if (opaque && samples[at + channels - 1] !== 255)
      throw new DataError(
        `mask ${file}: the pixel of row ${Math.floor(i / width)} and column ${i % width} is transparent; expected a mask without transparency`,
      )
    const [red, green, blue] = ofColours
      ? [samples[at], samples[at + 1], samples[at + 2]]
      : [samples[at], samples[at], samples[at]]
    grey &&= red === green && green === blue
    codes[i] = colourCode(red, green, blue)
  }
  if (!grey) return { ...size, kind: 'colours', codes }
  return { ...size, kind: 'grey', codes: codes.map((code) => code & 255), greyColours: ofColours }
}
