import { ArgumentError } from '../core/errors.ts'
import { Canvas, type Colour, cutText, textHeight } from './canvas.ts'
import type { Image } from './image.ts'

export interface Tile {
  readonly image: Image
  /** A line below the picture; cut where it is too long. */
  readonly caption?: string
  /** Of the caption and the frame. */
  readonly colour?: Colour
}

export interface SheetOptions {
  readonly columns: number
  /** The most pixels of a picture's longer side; 96 unless given. */
  readonly tile?: number
  /** A line above all. */
  readonly title?: string
}

const ink: Colour = [0.12, 0.16, 0.2]
const line: Colour = [0.8, 0.82, 0.85]
const margin = 12

/**
 * Pictures in rows, each with its caption below, on white.
 * @throws ArgumentError for no pictures, and columns or a tile that are no whole numbers from 1.
 */
export function sheet(tiles: readonly Tile[], { columns, tile = 96, title }: SheetOptions): Image {
  for (const [what, value] of Object.entries({ columns, tile, pictures: tiles.length }))
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError(`sheet: ${what} is ${value}; expected a whole number from 1`)
  const scale = tile >= 160 ? 2 : 1
  const captioned = tiles.some(({ caption }) => caption !== undefined)
  const step = tile + margin
  // Where all pictures are wide, no room is left above and below them.
  const tallest = Math.max(...tiles.map(({ image }) => fitted(image, tile).height))
  const stepDown = tallest + margin + (captioned ? textHeight(scale) + 4 : 0)
  const top = margin + (title === undefined ? 0 : textHeight(2) + margin)
  const used = Math.min(columns, tiles.length)
  const canvas = new Canvas(margin + used * step, top + Math.ceil(tiles.length / columns) * stepDown)
  if (title !== undefined)
    canvas.text(margin, margin, cutText(title, canvas.width - 2 * margin, 2), { colour: ink, scale: 2 })
  for (const [i, { image, caption, colour }] of tiles.entries()) {
    const [left, down] = [margin + (i % columns) * step, top + Math.floor(i / columns) * stepDown]
    const size = fitted(image, tile)
    const [x, y] = [left + Math.floor((tile - size.width) / 2), down + Math.floor((tallest - size.height) / 2)]
    canvas.draw(image, x, y, size)
    canvas.frame(x - 1, y - 1, size.width + 2, size.height + 2, colour ?? line)
    if (caption !== undefined)
      canvas.text(left, down + tallest + 4, cutText(caption, tile, scale), { colour: colour ?? ink, scale })
  }
  return canvas.toImage()
}

/** The size at which a picture fills a square: enlarged by whole numbers, so that its pixels stay even. */
function fitted({ height, width }: Image, side: number): { width: number; height: number } {
  const factor = side / Math.max(height, width)
  const by = factor >= 1 ? Math.floor(factor) : factor
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) }
}
