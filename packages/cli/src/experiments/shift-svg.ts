/** The picture of `gentle experiment shift`: accuracy over the distance, to the left and over all directions, and what a network sees. */
import {
  type Axis,
  type Block,
  chartWidth,
  colourOf,
  heading,
  legend,
  linePanel,
  margin,
  muted,
  notes,
  percentText,
  stacked,
  text,
} from 'gentle-dl-plot'
import { distances, type ShiftResult, type ShiftRun } from './shift-results.ts'

const shares: Axis = { from: 0, to: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: percentText }

/** One grey picture, row by row, from 0 (black) to 1. */
export interface Picture {
  readonly height: number
  readonly width: number
  readonly pixels: Float32Array
}

/** The picture moved to the left by each distance, side by side. */
function strip({ height, width, pixels }: Picture): Block {
  const across = Math.floor((chartWidth - 2 * margin + 8) / distances.length) - 8
  const down = (across * height) / width
  return {
    height: 28 + down + 24,
    draw(top) {
      const squares = Array.from(pixels, (value, i) => {
        const level = Math.round(15 * value).toString(16)
        const place = `x="${i % width}" y="${Math.floor(i / width)}"`
        return level === '0' ? '' : `<rect ${place} width="1" height="1" fill="#${level.repeat(3)}"/>`
      })
      const frames = distances.map((distance, i) => {
        const x = margin + i * (across + 8)
        const frame = `<svg x="${x}" y="${top + 24}" width="${across}" height="${down}" viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges"><rect width="${width}" height="${height}" fill="#000"/><use href="#picture" x="${-distance}"/></svg>`
        const look = `text-anchor="middle" font-size="11" fill="${muted}"`
        return frame + text(x + across / 2, top + 24 + down + 14, String(distance), look)
      })
      const title = text(margin, top + 14, 'A test picture, shifted by this many pixels', 'font-weight="600"')
      return `${title}<defs><g id="picture">${squares.join('')}</g></defs>${frames.join('')}`
    },
  }
}

export function shiftSvg(results: readonly ShiftResult[], picture: Picture): string {
  const drawn = (title: string, of: (run: ShiftRun) => readonly number[]): Block =>
    linePanel(
      { title, x: { label: 'shift in pixels', ticks: distances }, y: shares },
      results.map(({ runs }, i) => ({
        colour: colourOf(i),
        points: distances.map((x) => ({ x, values: runs.map((run) => of(run)[x]) })),
      })),
    )
  return stacked([
    heading('Accuracy on shifted pictures'),
    drawn('Test accuracy, shifted to the left', ({ left }) => left),
    drawn('The mean over four directions', ({ everywhere }) => everywhere),
    legend(results.map(({ network }, i) => ({ name: network, colour: colourOf(i) }))),
    strip(picture),
    notes(['Mean over seeds; the band shows the range.']),
  ])
}
