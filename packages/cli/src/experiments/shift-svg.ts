/** The picture of `gentle experiment shift`: accuracy over the distance, to the left and over all directions, and what a network sees. */
import { legendEntry, linePanel, muted, page, text, type VerticalAxis } from 'gentle-dl-plot'
import { distances, type ShiftResult, type ShiftRun } from './shift-results.ts'

const colours = ['#d97706', '#2563eb', '#15803d', '#9333ea']

const [top, width, height] = [52, 320, 230]

const shares: VerticalAxis = {
  low: 0,
  high: 1,
  ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
  format: (share) => `${Math.round(100 * share)} %`,
  place: (share) => share,
}

/** One grey picture, row by row, from 0 (black) to 1. */
export interface Picture {
  readonly height: number
  readonly width: number
  readonly pixels: Float32Array
}

/** The picture moved to the left by each distance, this many pixels large each. */
function strip({ height, width, pixels }: Picture, left: number, above: number, size: number): string {
  const squares = Array.from(pixels, (value, i) => {
    const level = Math.round(15 * value).toString(16)
    const place = `x="${i % width}" y="${Math.floor(i / width)}"`
    return level === '0' ? '' : `<rect ${place} width="1" height="1" fill="#${level.repeat(3)}"/>`
  })
  const frames = distances.map((distance, i) => {
    const x = left + i * (size + 14)
    const frame = `<svg x="${x}" y="${above}" width="${size}" height="${(size * height) / width}" viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges"><rect width="${width}" height="${height}" fill="#000"/><use href="#picture" x="${-distance}"/></svg>`
    return frame + text(x + size / 2, above + (size * height) / width + 16, String(distance), 'text-anchor="middle"')
  })
  return `<defs><g id="picture">${squares.join('')}</g></defs>${frames.join('')}`
}

export function shiftSvg(results: readonly ShiftResult[], picture: Picture): string {
  const drawn = (left: number, title: string, of: (run: ShiftRun) => readonly number[]): string =>
    linePanel(
      { left, top, width, height, title, xLabel: 'pixels moved', xScale: 'linear', xTicks: distances, y: shares },
      results.map(({ runs }, i) => ({
        colour: colours[i],
        points: distances.map((x) => ({ x, values: runs.map((run) => of(run)[x]) })),
      })),
    )
  const below = top + height + 64
  const frames = below + 52
  return page(
    880,
    frames + 110,
    [
      drawn(60, 'test accuracy, moved to the left', ({ left }) => left),
      drawn(460, 'the mean over four directions', ({ everywhere }) => everywhere),
      ...results.map(({ network }, i) => legendEntry(60 + 190 * i, below, colours[i], network)),
      text(60, below + 24, 'mean over the seeds; the band holds all of them', `fill="${muted}"`),
      strip(picture, 60, frames, 72),
    ].join(''),
  )
}
