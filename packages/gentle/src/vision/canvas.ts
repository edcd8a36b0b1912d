import { ArgumentError } from '../core/errors.ts'
import { glyphHeight, glyphWidth, hasPixel, lettersOf } from './bitmap-font.ts'
import { type Image, image } from './image.ts'

/** Red, green and blue, 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number]

export const white: Colour = [1, 1, 1]
export const black: Colour = [0, 0, 0]

/** Pixels from the beginning of a letter to that of the next. */
const advance = glyphWidth + 1

/** Pixels from the top of capitals to the lowest of what hangs below the line. */
export const textHeight = (scale = 1): number => glyphHeight * scale

/** Width in pixels of a line of text. */
export const textWidth = (content: string, scale = 1): number =>
  Math.max(0, lettersOf(content).length * advance - 1) * scale

/** A line of text cut to a width in pixels; what was cut ends with an ellipsis. */
export function cutText(content: string, width: number, scale = 1): string {
  const letters = lettersOf(content)
  const fit = Math.floor((width / scale + 1) / advance)
  return letters.length <= fit ? letters.join('') : `${letters.slice(0, Math.max(0, fit - 1)).join('')}…`
}

/** A colour picture to draw on. Places are in pixels from the top left; what lies outside is left out. */
export class Canvas {
  readonly width: number
  readonly height: number
  readonly #image: Image

  /** @throws ArgumentError for sizes that are no whole numbers from 1. */
  constructor(width: number, height: number, background: Colour = white) {
    this.#image = image(3, height, width)
    this.width = width
    this.height = height
    this.fill(0, 0, width, height, background)
  }

  /** A rectangle. */
  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    const [right, bottom] = [Math.min(this.width, left + width), Math.min(this.height, top + height)]
    for (let c = 0; c < 3; c++)
      for (let y = Math.max(0, top); y < bottom; y++) {
        const row = (c * this.height + y) * this.width
        if (right > Math.max(0, left)) this.#image.data.fill(colour[c], row + Math.max(0, left), row + right)
      }
  }

  /** The edge of a rectangle, drawn inwards. */
  frame(left: number, top: number, width: number, height: number, colour: Colour, thickness = 1): void {
    this.fill(left, top, width, thickness, colour)
    this.fill(left, top + height - thickness, width, thickness, colour)
    this.fill(left, top, thickness, height, colour)
    this.fill(left + width - thickness, top, thickness, height, colour)
  }

  /**
   * A grey or coloured picture, at its own size or another: enlarged, its pixels stay squares; made smaller, they are averaged.
   * @throws ArgumentError for a picture of neither 1 nor 3 channels.
   */
  draw(
    picture: Image,
    left: number,
    top: number,
    size: { readonly width?: number; readonly height?: number } = {},
  ): void {
    const { channels, data } = picture
    if (channels !== 1 && channels !== 3)
      throw new ArgumentError(`draw: the picture has ${channels} channels; expected 1 or 3`)
    const { width = picture.width, height = picture.height } = size
    for (let i = 0; i < height; i++) {
      const y = top + i
      if (y < 0 || y >= this.height) continue
      const first = Math.floor((i * picture.height) / height)
      const last = Math.max(first + 1, Math.floor(((i + 1) * picture.height) / height))
      for (let j = 0; j < width; j++) {
        const x = left + j
        if (x < 0 || x >= this.width) continue
        const start = Math.floor((j * picture.width) / width)
        const end = Math.max(start + 1, Math.floor(((j + 1) * picture.width) / width))
        for (let c = 0; c < 3; c++) {
          const plane = (channels === 1 ? 0 : c) * picture.height
          let sum = 0
          for (let row = first; row < last; row++)
            for (let column = start; column < end; column++) sum += data[(plane + row) * picture.width + column]
          this.#image.data[(c * this.height + y) * this.width + x] = sum / ((last - first) * (end - start))
        }
      }
    }
  }

  /** A line of text in letters of 5 x 8 pixels, each enlarged to scale x scale. */
  text(
    left: number,
    top: number,
    content: string,
    { colour = black, scale = 1 }: { readonly colour?: Colour; readonly scale?: number } = {},
  ): void {
    for (const [place, letter] of lettersOf(content).entries())
      for (let row = 0; row < glyphHeight; row++)
        for (let column = 0; column < glyphWidth; column++)
          if (hasPixel(letter, row, column))
            this.fill(left + (place * advance + column) * scale, top + row * scale, scale, scale, colour)
  }

  /** What was drawn, [3, height, width]; drawing on changes it. */
  toImage(): Image {
    return this.#image
  }
}
