import { ArgumentError } from '../core/errors.ts'
import { Canvas, type Colour, cutText, textHeight, textWidth } from './canvas.ts'
import type { Image } from './image.ts'

export interface Tile {
  readonly image: Image
  /** Lines below the picture, apart by line feeds; cut where they are too long. */
  readonly caption?: string
  /** Of the caption and the frame. */
  readonly colour?: Colour
}

export interface SheetOptions {
  readonly columns: number
  /** The most pixels of a picture's longer side; 96 unless given. */
  readonly tile?: number
  /** Above all; in several lines where one does not hold it. */
  readonly title?: string
}

const ink: Colour = [0.12, 0.16, 0.2]
const edge: Colour = [0.8, 0.82, 0.85]
const margin = 12

/** The least width of a column beside the longer side of its pictures: captions are to be read. */
const minShare = 0.75

/** The most pixels across that a sheet has for its title's sake. */
const maxTitled = 480

/**
 * Pictures in rows, each with its caption below, on white.
 * @throws ArgumentError for no pictures, and columns or a tile that are not whole numbers of at least 1.
 */
export function sheet(tiles: readonly Tile[], { columns, tile = 96, title }: SheetOptions): Canvas {
  for (const [what, value] of Object.entries({ columns, tile, pictures: tiles.length }))
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError(`sheet: ${what} is ${value}; expected a whole number of at least 1`)
  // As large as the pictures, so that both are seen where the sheet is made smaller.
  const scale = Math.min(1.8, Math.max(1, tile / 80))
  const titleScale = Math.max(1.6, 1.2 * scale)
  const lines = Math.max(0, ...tiles.map(({ caption }) => caption?.split('\n').length ?? 0))
  const lineHeight = Math.ceil(textHeight(scale)) + 5
  // Where all pictures are wide or all are tall, no room is left around them but what captions need.
  const sizes = tiles.map(({ image }) => fitted(image, tile))
  const across = Math.max(Math.ceil(minShare * tile), ...sizes.map(({ width }) => width))
  const tallest = Math.max(...sizes.map(({ height }) => height))
  const step = across + margin
  const stepDown = tallest + margin + (lines > 0 ? lines * lineHeight + 1 : 0)
  // Few pictures leave room for a title that is not much longer than they are.
  const titled = title === undefined ? 0 : Math.min(maxTitled, Math.ceil(textWidth(title, titleScale)) + 2 * margin)
  const used = margin + Math.min(columns, tiles.length) * step
  const width = Math.max(used, titled)
  const titles = title === undefined ? [] : linesOf(title, width - 2 * margin, titleScale)
  const titleHeight = Math.ceil(textHeight(titleScale)) + 5
  const top = margin + (title === undefined ? 0 : titles.length * titleHeight - 5 + margin)
  const canvas = new Canvas(width, top + Math.ceil(tiles.length / columns) * stepDown)
  for (const [i, line] of titles.entries())
    canvas.text(margin, margin + i * titleHeight, line, { colour: ink, scale: titleScale })
  for (const [i, { image, caption, colour }] of tiles.entries()) {
    const [left, down] = [margin + (i % columns) * step, top + Math.floor(i / columns) * stepDown]
    const size = sizes[i]
    const [x, y] = [left + Math.floor((across - size.width) / 2), down + Math.floor((tallest - size.height) / 2)]
    canvas.draw(image, x, y, size)
    canvas.frame(x - 1, y - 1, size.width + 2, size.height + 2, colour ?? edge)
    for (const [line, content] of (caption?.split('\n') ?? []).entries())
      canvas.text(x, down + tallest + 4 + line * lineHeight, cutText(content, left + across - x, scale), {
        colour: colour ?? ink,
        scale,
      })
  }
  return canvas
}

/** A text in lines that fit, broken between words; a word that does not fit is cut. */
function linesOf(text: string, width: number, scale: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && textWidth(longer, scale) <= width) lines[lines.length - 1] = longer
    else lines.push(cutText(word, width, scale))
  }
  return lines
}

/** The size at which a picture fills a square: enlarged by whole numbers, so that its pixels stay even. */
function fitted({ height, width }: Image, side: number): { width: number; height: number } {
  const factor = side / Math.max(height, width)
  const by = factor >= 1 ? Math.floor(factor) : factor
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) }
}
