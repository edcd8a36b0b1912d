/** The picture that is filtered. */
import { type Image, image, toGrey } from 'gentle-dl/vision'

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

/** The number of each pixel that is filtered: grey, by the weights of Octave's rgb2gray, or one of its colours. */
export const channels = ['grey', 'red', 'green', 'blue'] as const

export type Channel = (typeof channels)[number]

/** A picture in colours that somebody gave. */
export interface Given {
  /** Red, green and blue as whole numbers, 0 to 255. */
  readonly image: Image
  readonly name: string
  /** The end of its caption: how it was reduced. */
  readonly reduced: string
}

/** One channel of a picture, in whole numbers. */
export function pictureOf({ image: colours, name, reduced }: Given, channel: Channel): Picture {
  const { height, width, data } = colours
  const [at, pixels] = [channels.indexOf(channel) - 1, height * width]
  const values = at < 0 ? toGrey(colours).data.map(Math.round) : data.slice(at * pixels, (at + 1) * pixels)
  return {
    image: image(1, height, width, values),
    white: 255,
    title: `${name}${channel === 'grey' ? ' in grey' : `, its ${channel}`}${reduced}`,
  }
}

/** Pixels of the longer side at which larger pictures are worked with. */
export const maxSide = 192
