/** Texts of a canvas in the letters of the system's font, as SVG that sharp draws. */
import { type Canvas, type CanvasText, type Colour, textWidth } from '../vision/canvas.ts'
import { sharp } from './decode.ts'

/** Pixels of a font's size for one of a letter's strokes. */
const sizePerStroke = 9

/** From a text's upper edge to its baseline, in sizes of the font. */
const baseline = 0.83

const css = (colour: Colour): string => `rgb(${colour.map((value) => Math.round(255 * value)).join(',')})`

const escaped = (content: string): string =>
  content
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
    .replace(/[\u0000-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')

/** About how wide letters are at most, in sizes of the font, in the widest of the usual ones. */
const widths: readonly (readonly [letters: RegExp, width: number])[] = [
  [/[mwMW@%\u1100-\uffdc]/, 1],
  [/[#+<=>~&^OQ]/, 0.87],
  [/[A-Z]/, 0.78],
  [/[ijltfI.,:;'|!() ]/, 0.4],
]

const advanceOf = (letter: string): number => widths.find(([letters]) => letters.test(letter))?.[1] ?? 0.66

/** The size at which a text is not a wider than the place that is kept for it. */
function sizeOf({ content, scale }: CanvasText): number {
  const size = sizePerStroke * scale
  const width = Array.from(content).reduce((sum, letter) => sum + advanceOf(letter), 0) * size
  return size * Math.min(1, (textWidth(content, scale) + scale) / width)
}

function drawn(text: CanvasText): string {
  const { content, left, top, colour, scale, strip } = text
  const below =
    strip === undefined
      ? ''
      : `<rect x="${strip.left}" y="${strip.top}" width="${strip.width}" height="${strip.height}" fill="${css(strip.colour)}"/>`
  const y = top + baseline * sizePerStroke * scale
  return `${below}<text x="${left}" y="${y.toFixed(1)}" font-size="${sizeOf(text).toFixed(2)}" fill="${css(colour)}">${escaped(content)}</text>`
}

const page = (width: number, height: number, body: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" xml:space="preserve">${body}</svg>`,
  )

/** The texts alone, as SVG of the canvas' size. */
export const textOverlay = ({ width, height, texts }: Canvas): Buffer => page(width, height, texts.map(drawn).join(''))

let asked: Promise<boolean> | undefined

/** Whether sharp finds a font: where a system has none, all letters are empty or the same box. */
export function hasFont(): Promise<boolean> {
  asked ??= Promise.all(['i', 'W'].map(inkOf)).then(([narrow, wide]) => narrow > 0 && wide > 1.5 * narrow)
  return asked
}

/** How much of a letter's picture is ink. */
async function inkOf(letter: string): Promise<number> {
  const picture = page(40, 40, `<text x="4" y="30" font-size="30">${letter}</text>`)
  const { data, info } = await sharp()(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  let sum = 0
  for (let i = info.channels - 1; i < data.length; i += info.channels) sum += data[i]
  return sum
}
