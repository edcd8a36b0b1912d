/** What all charts are made of: strings of SVG. */
import { darkRules, ink, paper } from './colours.ts'

/** The usual size of letters, in pixels, and those of titles and of what is said beside. */
export const fontSize = 13
export const titleSize = 15
export const smallSize = 11

/** A number with at most one decimal: a tenth of a pixel is not seen. */
export const short = (value: number): string => String(Number(value.toFixed(1)) + 0)

/** Text as it may stand in a document; what no document may hold is a replacement character. */
const escaped = (content: string): string =>
  content
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')

/** One line of text whose baseline begins at (x, y), in pixels; with `text-anchor` among its attributes it ends there or has its middle there. */
export const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${short(x)}" y="${short(y)}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(content)}</text>`

export const line = (x1: number, y1: number, x2: number, y2: number, attributes: string): string =>
  `<line x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}" ${attributes}/>`

/** Points joined by a line. */
export const polyline = (points: readonly (readonly [x: number, y: number])[], attributes: string): string =>
  `<polyline points="${points.map(([x, y]) => `${short(x)},${short(y)}`).join(' ')}" fill="none" stroke-linejoin="round" ${attributes}/>`

/** A whole picture of a size in pixels, on light or dark as the reader's screen is; it shrinks with the column that it stands in. */
export function page(width: number, height: number, body: string): string {
  const drawn = `<rect width="100%" height="100%" fill="${paper}"/><g fill="${ink}">${body}</g>`
  const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"`
  const rules = `.gentle-plot{max-width:100%;height:auto}${darkRules('.gentle-plot', drawn)}`
  return `<svg xmlns="http://www.w3.org/2000/svg" class="gentle-plot" ${size} font-family="system-ui, sans-serif" font-size="${fontSize}"><style>${rules}</style>${drawn}</svg>\n`
}
