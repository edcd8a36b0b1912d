/** What all pictures of the chapters are made of, in the style of the charts: sizes and places are pixels. */
import { colourOf, faint, line as lineOf, page, text as plotText } from 'gentle-dl-plot'

export { faint, ink, muted, paper } from 'gentle-dl-plot'

export const [blue, orange, green, plum, red] = [0, 1, 2, 3, 4].map(colourOf)

/** A whole picture, on light or dark as the reader's screen is. */
export const svg = page

/** A number with at most one decimal. */
export const short = (value: number): string => String(Number(value.toFixed(1)))

/** One line of text on the baseline y; it begins, ends or has its middle at x. */
export const text = (
  x: number,
  y: number,
  content: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
  attributes = '',
): string =>
  plotText(x, y, content, [anchor === 'start' ? '' : `text-anchor="${anchor}"`, attributes].filter(Boolean).join(' '))

export const heading = (x: number, y: number, content: string): string =>
  text(x, y, content, 'start', 'font-weight="600"')

export const line = (x1: number, y1: number, x2: number, y2: number, attributes = `stroke="${faint}"`): string =>
  lineOf(x1, y1, x2, y2, attributes)
