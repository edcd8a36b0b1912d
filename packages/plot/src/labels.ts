/** Labels beside points, that cover neither each other nor the points where there is room. */
import type { Frame } from './axes.ts'
import { muted, paper } from './colours.ts'
import { line, smallSize, text } from './svg.ts'
import { textWidth } from './text-width.ts'

/** A point in pixels with what stands beside it. */
export interface LabelledPoint {
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly label: string
}

const height = 13

/** The area that two boxes share, and what they come closer to each other than a distance. */
const overlap = (a: Frame, b: Frame, apart: number): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left) + apart) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top))

/** Rows away from a point, nearest first. */
const rows = [0, ...Array.from({ length: 9 }, (_, i) => [-(i + 1), i + 1]).flat()]

/** Where a label of a width may stand: right of the point, left of it, over or below its middle, and further away. */
function candidatesOf({ x, y, radius }: LabelledPoint, width: number, { left: first, right: last }: Frame): Frame[] {
  return rows.flatMap((row) => {
    const lefts = [
      x + radius + 5,
      x - radius - 5 - width,
      ...(Math.abs(row) * height > radius + 6 ? [x - width / 2] : []),
    ]
    const further = Math.abs(row) > 1 ? [x + radius + 24, x - radius - 24 - width] : []
    return [...lefts, ...further].map((wanted) => {
      const left = Math.min(last - width, Math.max(first, wanted))
      const middle = y + height * row
      return { left, right: left + width, top: middle - height / 2, bottom: middle + height / 2 }
    })
  })
}

/**
 * The labels of points with lines to those that stand further away; they stay within the frame.
 * @param obstacles what else labels do not cover, such as a line in pieces
 */
export function placedLabels(points: readonly LabelledPoint[], frame: Frame, obstacles: readonly Frame[] = []): string {
  const cores: Frame[] = points.map(({ x, y, radius }) => {
    const core = Math.min(radius, 8)
    return { left: x - core, right: x + core, top: y - core, bottom: y + core }
  })
  cores.push(...obstacles)
  const taken: Frame[] = []
  return [...points]
    .sort((a, b) => a.y - b.y)
    .map((point) => {
      const width = textWidth(point.label, smallSize)
      const outside = ({ top, bottom }: Frame): number =>
        Math.max(0, bottom - frame.bottom) + Math.max(0, frame.top - top)
      // Its own circle is kept free as a whole, at a distance.
      const { x, y, radius } = point
      const own = { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }
      const cost = (box: Frame): number =>
        overlap(box, own, 3) +
        cores.reduce((sum, other) => sum + overlap(box, other, 0), 0) +
        taken.reduce((sum, other) => sum + overlap(box, other, 6), 0) +
        100 * outside(box)
      let [best, min] = [undefined as Frame | undefined, Number.POSITIVE_INFINITY]
      for (const box of candidatesOf(point, width, frame)) {
        const spoilt = cost(box)
        if (spoilt < min) [best, min] = [box, spoilt]
      }
      const { left, right, top, bottom } = best!
      taken.push(best!)
      const middle = (top + bottom) / 2
      const end = Math.min(right + 2, Math.max(left - 2, point.x))
      const away = Math.hypot(point.x - end, point.y - middle) - point.radius > height / 2 + 4
      const leader = away
        ? line(
            point.x,
            point.y,
            end,
            end > left && end < right ? (middle > point.y ? top : bottom) : middle,
            `stroke="${muted}" stroke-width="0.6"`,
          )
        : ''
      const look = `font-size="${smallSize}" stroke="${paper}" stroke-width="3" paint-order="stroke"`
      return leader + text(left, bottom - 3, point.label, look)
    })
    .join('')
}
