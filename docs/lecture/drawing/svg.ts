/** What all pictures of the chapters are made of: sizes and places are pixels. */

export const ink = '#1f2933'
export const muted = '#616e7c'
export const faint = '#e4e7eb'

export const blue = '#2563eb'
export const orange = '#d97706'
export const green = '#15803d'
export const red = '#b91c1c'
export const violet = '#7c3aed'

/** A whole picture, on white. */
export const svg = (width: number, height: number, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="${ink}"><rect width="100%" height="100%" fill="white"/>${body}</svg>\n`

/** A number with at most one decimal. */
export const short = (value: number): string => String(Number(value.toFixed(1)))

/** One line of text on the baseline y; it begins, ends or has its middle at x. */
export function text(
  x: number,
  y: number,
  content: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
  attributes = '',
): string {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return `<text x="${short(x)}" y="${short(y)}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`} ${attributes}>${escaped}</text>`
}

export const heading = (x: number, y: number, content: string): string =>
  text(x, y, content, 'start', 'font-weight="600"')

export const line = (x1: number, y1: number, x2: number, y2: number, attributes = `stroke="${faint}"`): string =>
  `<line x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}" ${attributes}/>`
