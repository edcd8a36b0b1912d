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

/** The most pixels that a line of text takes: in letters of one width, which smooth ones do not exceed. */
export const textWidth = (content: string, scale = 1): number =>
  Math.max(0, lettersOf(content).length * advance - 1) * scale

/** A line of text cut to a width in pixels; what was cut ends with an ellipsis. */
export function cutText(content: string, width: number, scale = 1): string {
  const letters = lettersOf(content)
  const fit = Math.floor((width / scale + 1) / advance)
  return letters.length <= fit ? letters.join('') : `${letters.slice(0, Math.max(0, fit - 1)).join('')}…`
}

/** A line of text on a canvas. */
export interface CanvasText {
  readonly content: string
  /** Of the text's upper left corner, in pixels. */
  readonly left: number
  readonly top: number
  readonly colour: Colour
  /** Pixels of a letter's strokes: letters are about ten times as high as this. */
  readonly scale: number
  /** A coloured rectangle below the text. */
  readonly strip?: Strip
}

/** A coloured rectangle, in pixels. */
export interface Strip {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly colour: Colour
}

/** A rectangle of an RGB picture in a colour; what lies outside is left out. */
function fillOf({ data, height, width: across }: Image, { left, top, width, height: down, colour }: Strip): void {
  const [from, to] = [Math.max(0, left), Math.min(across, left + width)]
  const [first, last] = [Math.max(0, top), Math.min(height, top + down)]
  if (to <= from) return
  for (let c = 0; c < 3; c++)
    for (let y = first; y < last; y++) {
      const row = (c * height + y) * across
      data.fill(colour[c], row + from, row + to)
    }
}

/** Letters of 5 x 8 pixels, each as large as the scale. */
function paint(picture: Image, { content, left, top, colour, scale, strip }: CanvasText): void {
  if (strip !== undefined) fillOf(picture, strip)
  const at = (pixels: number): number => Math.round(pixels * scale)
  for (const [place, letter] of lettersOf(content).entries())
    for (let row = 0; row < glyphHeight; row++)
      for (let column = 0; column < glyphWidth; column++) {
        if (!hasPixel(letter, row, column)) continue
        const [x, y] = [place * advance + column, row]
        fillOf(picture, {
          left: Math.round(left) + at(x),
          top: Math.round(top) + at(y),
          width: at(x + 1) - at(x),
          height: at(y + 1) - at(y),
          colour,
        })
      }
}

/**
 * A colour picture to draw on. Places are in pixels from the top left; what lies outside is left out. Texts lie above all else. As a picture, it has them in letters of 5 x 8
 * pixels; `writeImageFile` writes them in the smooth letters of the system's font.
 */
export class Canvas implements Image {
  readonly channels = 3
  readonly width: number
  readonly height: number
  /** What is drawn but for the texts; drawing on changes it. */
  readonly picture: Image
  readonly #texts: CanvasText[] = []
  /** The picture with its texts, until something else is drawn. */
  #painted: Float32Array | undefined

  /** @throws ArgumentError for sizes that are not whole numbers of at least 1. */
  constructor(width: number, height: number, background: Colour = white) {
    this.picture = image(3, height, width)
    this.width = width
    this.height = height
    this.fill(0, 0, width, height, background)
  }

  /** The texts that are drawn, from the lowest to the uppermost. */
  get texts(): readonly CanvasText[] {
    return this.#texts
  }

  /** What is drawn, with its texts: row-major [3, height, width]. */
  get data(): Float32Array {
    if (this.#painted === undefined) {
      const painted = { ...this.picture, data: this.picture.data.slice() }
      for (const each of this.#texts) paint(painted, each)
      this.#painted = painted.data
    }
    return this.#painted
  }

  /** A rectangle. */
  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    fillOf(this.picture, { left, top, width, height, colour })
    this.#painted = undefined
  }

  /** The edge of a rectangle, drawn inwards. */
  frame(left: number, top: number, width: number, height: number, colour: Colour, thickness = 1): void {
    this.fill(left, top, width, thickness, colour)
    this.fill(left, top + height - thickness, width, thickness, colour)
    this.fill(left, top, thickness, height, colour)
    this.fill(left + width - thickness, top, thickness, height, colour)
  }

  /**
   * A grey or coloured picture, at its own size or another: enlarged, its pixels stay squares; made smaller, they are averaged. The texts of a canvas stay texts.
   * @throws ArgumentError for a picture of neither 1 nor 3 channels.
   */
  draw(
    picture: Image,
    left: number,
    top: number,
    size: { readonly width?: number; readonly height?: number } = {},
  ): void {
    const { channels, data } = picture instanceof Canvas ? picture.picture : picture
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
          this.picture.data[(c * this.height + y) * this.width + x] = sum / ((last - first) * (end - start))
        }
      }
    }
    if (picture instanceof Canvas)
      for (const each of picture.texts)
        this.#texts.push(moved(each, left, top, width / picture.width, height / picture.height))
    this.#painted = undefined
  }

  /** A line of text. Its letters are about ten times as high as the scale is. */
  text(
    left: number,
    top: number,
    content: string,
    { colour = black, scale = 1, strip }: Partial<Pick<CanvasText, 'colour' | 'scale' | 'strip'>> = {},
  ): void {
    this.#texts.push({ content, left, top, colour, scale, ...(strip === undefined ? {} : { strip }) })
    this.#painted = undefined
  }
}

/** A text on a picture that is drawn at a place and a size. */
function moved({ strip, ...text }: CanvasText, left: number, top: number, across: number, down: number): CanvasText {
  const place = <T extends { readonly left: number; readonly top: number }>(at: T): T => ({
    ...at,
    left: left + Math.round(at.left * across),
    top: top + Math.round(at.top * down),
  })
  return {
    ...place({ ...text, scale: text.scale * Math.min(across, down) }),
    ...(strip === undefined
      ? {}
      : {
          strip: place({ ...strip, width: Math.round(strip.width * across), height: Math.round(strip.height * down) }),
        }),
  }
}
