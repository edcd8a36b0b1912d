/** Charts from the top down: a title, panels, a legend, small print, all of one width that can be read on a phone. */
import { muted } from './colours.ts'
import { fontSize, line, page, smallSize, text, titleSize } from './svg.ts'
import { textWidth, wrappedText } from './text-width.ts'

/** A part of a chart: how high it is, and how it is drawn from a place down. */
export interface Block {
  readonly height: number
  readonly draw: (top: number) => string
}

/** The width of charts, in pixels: shown on 400, their letters are still as large as small print. */
export const chartWidth = 480

/** From the edges of a chart to what is in it. */
export const margin = 16

/** Parts below each other as one picture. */
export function stacked(blocks: readonly Block[], width = chartWidth): string {
  let top = 10
  const drawn = blocks.map(({ height, draw }) => {
    const body = draw(top)
    top += height
    return body
  })
  return page(width, top + 10, drawn.join(''))
}

/** A title, and what is said about it below in smaller letters. */
export function heading(title: string, subtitle = '', width = chartWidth): Block {
  const room = width - 2 * margin
  const titles = wrappedText(title, room, titleSize, true)
  const subtitles = subtitle === '' ? [] : wrappedText(subtitle, room, fontSize)
  return {
    height: 20 * titles.length + 17 * subtitles.length + 6,
    draw: (top) =>
      [
        ...titles.map((each, i) => text(margin, top + 15 + 20 * i, each, `font-size="${titleSize}" font-weight="600"`)),
        ...subtitles.map((each, i) => text(margin, top + 13 + 20 * titles.length + 17 * i, each, `fill="${muted}"`)),
      ].join(''),
  }
}

export interface LegendEntry {
  readonly name: string
  readonly colour: string
  readonly dashed?: boolean
  /** What stands for it beside its name; a line unless given. */
  readonly sample?: 'line' | 'dot' | 'area'
  /** The colour of an area's edge; none unless given. */
  readonly edge?: string
}

function sampleOf({ colour, dashed, edge, sample = 'line' }: LegendEntry, x: number, y: number): string {
  if (sample === 'dot') return `<circle cx="${x + 10}" cy="${y - 4}" r="5" fill="${colour}"/>`
  if (sample === 'area')
    return `<rect x="${x + 4}" y="${y - 10}" width="12" height="12" rx="2" fill="${colour}"${edge === undefined ? '' : ` stroke="${edge}"`}/>`
  return line(x, y - 4, x + 20, y - 4, `stroke="${colour}" stroke-width="3"${dashed ? ' stroke-dasharray="4 3"' : ''}`)
}

/** What lines and colours stand for, in as many rows as it takes. */
export function legend(entries: readonly LegendEntry[], width = chartWidth): Block {
  const [row, room] = [21, width - margin]
  let [x, rows] = [margin, 1]
  const places = entries.map(({ name }) => {
    const needed = 26 + textWidth(name, fontSize)
    if (x > margin && x + needed > room) [x, rows] = [margin, rows + 1]
    const place = { x, y: rows * row - 6 }
    x += needed + 18
    return place
  })
  return {
    height: entries.length === 0 ? 0 : rows * row + 6,
    draw: (top) =>
      entries
        .map((entry, i) => {
          const [x, y] = [places[i].x, top + places[i].y]
          return sampleOf(entry, x, y) + text(x + 26, y, entry.name)
        })
        .join(''),
  }
}

/** Small print, each text in as many lines as it takes. */
export function notes(texts: readonly string[], width = chartWidth): Block {
  const lines = texts.flatMap((each) => wrappedText(each, width - 2 * margin, smallSize))
  return {
    height: 15 * lines.length + (lines.length > 0 ? 6 : 0),
    draw: (top) =>
      lines
        .map((each, i) => text(margin, top + 12 + 15 * i, each, `font-size="${smallSize}" fill="${muted}"`))
        .join(''),
  }
}

/** Empty space. */
export const gap = (height: number): Block => ({ height, draw: () => '' })
