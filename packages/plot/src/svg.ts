/** What all charts are made of: strings of SVG. */

export const ink = '#1f2933'
export const muted = '#616e7c'
export const faint = '#cbd2d9'

/** Text as it may stand in a document. */
const escaped = (content: string): string =>
  content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

/** One line of text whose baseline begins at (x, y), in pixels. */
export const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(content)}</text>`

/** A whole picture of a size in pixels, on white. */
export const page = (width: number, height: number, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="${ink}"><rect width="100%" height="100%" fill="white"/>${body}</svg>\n`
