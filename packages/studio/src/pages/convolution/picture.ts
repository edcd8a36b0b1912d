/** The picture that is filtered. */
import { type Image, image } from 'gentle-dl/vision'

export interface Picture {
  readonly image: Image
  /** The number that is drawn white: 1 for ones and zeros, 255 for files. */
  readonly white: number
  /** What it is, the beginning of its caption: its size follows. */
  readonly title: string
}

/** The lecture's picture of ones and zeros, a word a row. */
export const exampleRows = '10100101 01001010 00100101 10100100 00001010 00100111 00000010 00100101'

export const example: Picture = {
  image: image(1, 8, 8, Float32Array.from(exampleRows.replaceAll(' ', ''), Number)),
  white: 1,
  title: 'The lecture’s example,',
}

/** Pixels of the longer side at which larger pictures are worked with. */
export const maxSide = 192
