/** Boxes over a picture. */
import { ArgumentError } from '../core/errors.ts'
import type { Box } from './boxes.ts'
import { Canvas, type Colour, cutText, textHeight, textWidth } from './canvas.ts'
import { textColourOn } from './class-colours.ts'
import type { Image } from './image.ts'

export interface DrawnBox {
  /** In pixels of the picture as it is given. */
  readonly box: Box
  /** A line on a strip of the box's colour. */
  readonly caption?: string
  readonly colour: Colour
  readonly dashed?: boolean
}

/** Whole pixels of the canvas. */
interface Rectangle {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** A caption and its place. */
interface Strip extends Rectangle {
  readonly content: string
  readonly colour: Colour
}

/** Pixels of a picture's shorter side for one pixel of a frame's thickness and of a letter's strokes. */
const sidePerStroke = 256

/**
 * A picture with frames and captions, [3, scale x height, scale x width]. Frames are drawn inwards from a box's edges, rounded to whole pixels of the result; what
 * lies outside the picture is left out, a box without area is a line or a point, and one whose edges are crossed or no numbers is not drawn. Later
 * frames lie over earlier ones. Captions stay within the picture and avoid each other where there is room, the first finding the best places
 * and lying above later ones.
 * @param scale a pixel of the picture becomes scale x scale pixels; 1 unless given
 * @throws ArgumentError for a scale that is not a whole number of at least 1, and a picture of neither 1 nor 3 channels.
 */
export function drawBoxes(
  picture: Image,
  boxes: readonly DrawnBox[],
  { scale = 1 }: { readonly scale?: number } = {},
): Canvas {
  if (!Number.isInteger(scale) || scale < 1)
    throw new ArgumentError(`drawBoxes: scale is ${scale}; expected a whole number of at least 1`)
  const [width, height] = [scale * picture.width, scale * picture.height]
  const canvas = new Canvas(width, height)
  canvas.draw(picture, 0, 0, { width, height })
  const stroke = Math.max(1, Math.round(Math.min(width, height) / sidePerStroke))
  const seen = boxes.filter(({ box }) => box.right >= box.left && box.bottom >= box.top)
  const frames = seen.map(({ box }) => frameOf(box, scale, canvas, stroke))
  for (const [i, { colour, dashed }] of seen.entries()) drawFrame(canvas, frames[i], colour, stroke, dashed)
  const strips: Strip[] = []
  for (const [i, { caption, colour }] of seen.entries()) {
    const { left, top, right, bottom } = frames[i]
    if (caption === undefined || right <= 0 || bottom <= 0 || left >= width || top >= height) continue
    const content = cutText(caption, width - 2 * stroke, stroke)
    const [wide, high] = [textWidth(content, stroke) + 2 * stroke, textHeight(stroke) + stroke]
    strips.push({ ...placeOf(frames[i], wide, high, canvas, strips), content, colour })
  }
  // Where there is no room, the first captions are the ones to read.
  for (const { left, top, right, bottom, content, colour } of strips.reverse()) {
    const strip = { left, top, width: right - left, height: bottom - top, colour }
    canvas.text(left + stroke, top + stroke, content, { colour: textColourOn(colour), scale: stroke, strip })
  }
  return canvas
}

/** A box in pixels of the canvas, at least one wide and high. Edges far outside come to just outside, where they cannot be seen either. */
function frameOf(box: Box, scale: number, { width, height }: Canvas, stroke: number): Rectangle {
  const place = (value: number, limit: number): number =>
    Math.min(limit + stroke, Math.max(-stroke, Math.round(scale * value)))
  const [left, top] = [place(box.left, width), place(box.top, height)]
  return {
    left,
    top,
    right: Math.max(left + 1, place(box.right, width)),
    bottom: Math.max(top + 1, place(box.bottom, height)),
  }
}

function drawFrame(
  canvas: Canvas,
  { left, top, right, bottom }: Rectangle,
  colour: Colour,
  stroke: number,
  dashed = false,
): void {
  const [width, height] = [right - left, bottom - top]
  const thickness = Math.min(stroke, width, height)
  if (!dashed) {
    canvas.frame(left, top, width, height, colour, thickness)
    return
  }
  const dash = 3 * stroke
  for (let along = 0; along < width; along += 2 * dash) {
    const length = Math.min(dash, width - along)
    canvas.fill(left + along, top, length, thickness, colour)
    canvas.fill(left + along, bottom - thickness, length, thickness, colour)
  }
  for (let along = 0; along < height; along += 2 * dash) {
    const length = Math.min(dash, height - along)
    canvas.fill(left, top + along, thickness, length, colour)
    canvas.fill(right - thickness, top + along, thickness, length, colour)
  }
}

/** Where a caption's strip covers others the least: above its box, within, below, from the left or to the right. */
function placeOf(
  frame: Rectangle,
  width: number,
  height: number,
  canvas: Canvas,
  taken: readonly Rectangle[],
): Rectangle {
  const tops = [frame.top - height, frame.top, frame.bottom, frame.bottom - height]
  const lefts = [frame.left, frame.right - width]
  let best: Rectangle | undefined
  let min = Number.POSITIVE_INFINITY
  for (const wantedTop of tops)
    for (const wantedLeft of lefts) {
      const top = Math.max(0, Math.min(canvas.height - height, wantedTop))
      const left = Math.max(0, Math.min(canvas.width - width, wantedLeft))
      const strip = { left, top, right: left + width, bottom: top + height }
      const covered = taken.reduce((sum, other) => sum + sharedArea(strip, other), 0)
      if (covered >= min) continue
      best = strip
      min = covered
    }
  return best!
}

const sharedArea = (a: Rectangle, b: Rectangle): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top))
