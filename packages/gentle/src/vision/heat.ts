/** Numbers as colours. */
import { type Image, image } from './image.ts'
import { resizeImage } from './resize.ts'

/** Dark violet over red and orange to light yellow; brightness grows evenly, so that it can be read without colours, too. */
const stops = [
  [0.02, 0.01, 0.08],
  [0.3, 0.06, 0.43],
  [0.65, 0.17, 0.38],
  [0.93, 0.37, 0.2],
  [0.99, 0.68, 0.15],
  [0.99, 0.99, 0.75],
] as const

/** A share of 0 to 1 as a colour. */
const heat = (share: number, channel: number): number => between(stops, share, channel)

/** What stands at a share of 0 to 1 of the way along colours. */
function between(colours: readonly (readonly number[])[], share: number, channel: number): number {
  const place = Math.min(1, Math.max(0, share)) * (colours.length - 1)
  const below = Math.min(colours.length - 2, Math.floor(place))
  return colours[below][channel] + (place - below) * (colours[below + 1][channel] - colours[below][channel])
}

/** Yellow over orange to red, which can be seen on light and on dark pictures. */
const warmStops = [
  [1, 0.85, 0.2],
  [0.97, 0.45, 0.05],
  [0.88, 0.07, 0.12],
] as const

/** How a picture's value looks below a heat of 0 to 1: as it is where it is cold, covered the more the hotter. */
export function warmed(value: number, share: number, channel: number): number {
  const cover = 0.8 * Math.sqrt(share)
  return (1 - cover) * value + cover * between(warmStops, share, channel)
}

/**
 * One channel over a picture: as hot as it is large, from 0 to its largest value. Where it is cold the picture is as it is; heat goes from yellow over orange to red.
 * @param map one channel, stretched to the picture's size
 * @param picture 1 or 3 channels in [0, 1]
 */
export function heatOver(map: Image, picture: Image): Image {
  const { channels, height, width } = picture
  const stretched = resizeImage(map, { height, width, fit: 'stretch' })
  const limit = stretched.data.reduce((a, b) => Math.max(a, b), 0)
  const result = image(3, height, width)
  const pixels = height * width
  for (let i = 0; i < pixels; i++) {
    const share = limit > 0 ? Math.max(0, stretched.data[i]) / limit : 0
    for (let c = 0; c < 3; c++) {
      const grey = picture.data[(channels === 3 ? c : 0) * pixels + i]
      result.data[c * pixels + i] = warmed(grey, share, c)
    }
  }
  return result
}

/** One channel as grey, from its least to its largest value. */
export function contrasted({ channels, height, width, data }: Image): Image {
  const min = data.reduce((a, b) => Math.min(a, b), Infinity)
  const range = data.reduce((a, b) => Math.max(a, b), -Infinity) - min
  return image(
    channels,
    height,
    width,
    data.map((value) => (range > 0 ? (value - min) / range : 0)),
  )
}

/** One channel in colours, from dark violet at its least value over red and orange to light yellow at its largest. */
export function heated(map: Image): Image {
  const { data } = contrasted(map)
  const result = image(3, map.height, map.width)
  for (let c = 0; c < 3; c++) for (let i = 0; i < data.length; i++) result.data[c * data.length + i] = heat(data[i], c)
  return result
}

/**
 * One channel of numbers of both signs: blue below 0, white at 0, red above, as strong as their size beside the largest.
 * @param limit the size that is as strong as can be; the largest of the picture unless given, which several pictures have in common where they are compared
 */
export function signed({ height, width, data }: Image, limit = largestOf(data)): Image {
  const result = image(3, height, width)
  const pixels = height * width
  for (let i = 0; i < pixels; i++) {
    const share = limit > 0 ? data[i] / limit : 0
    const [red, green, blue] =
      share >= 0
        ? [1 - 0.2 * share, 1 - 0.9 * share, 1 - 0.9 * share]
        : [1 + 0.9 * share, 1 + 0.7 * share, 1 + 0.25 * share]
    result.data[i] = red
    result.data[pixels + i] = green
    result.data[2 * pixels + i] = blue
  }
  return result
}

/** Numbers of both signs, a channel a colour: grey at 0, and as far from it as their size beside the largest, which several pictures may have in common. */
export function signedColours({ channels, height, width, data }: Image, limit = largestOf(data)): Image {
  return image(
    channels,
    height,
    width,
    data.map((value) => (limit > 0 ? 0.5 + value / (2 * limit) : 0.5)),
  )
}

/** The largest magnitude. */
const largestOf = (data: Float32Array): number => data.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
