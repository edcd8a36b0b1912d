/** Networks as boxes and arrows, from the bottom up as papers draw them, or from the top down. */
import { blue, green, ink, muted, orange, short, text } from './svg.ts'

const looks = {
  convolution: ['#dbeafe', blue],
  pooling: ['#dcfce7', green],
  join: ['#ffedd5', orange],
  plain: ['#f5f7fa', '#9aa5b1'],
} as const

export interface Block {
  /** Middle of the box. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly kind: keyof typeof looks
  readonly label: string
  /** A second, smaller line. */
  readonly detail?: string
}

const heightOf = ({ detail }: Block): number => (detail === undefined ? 28 : 42)

export function drawBlock(block: Block): string {
  const { x, y, width, kind, label, detail } = block
  const [fill, edge] = looks[kind]
  const height = heightOf(block)
  const box = `<rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="${kind === 'join' ? 14 : 5}" fill="${fill}" stroke="${edge}"/>`
  if (detail === undefined) return box + text(x, y + 4.5, label, 'middle')
  return box + text(x, y - 3, label, 'middle') + text(x, y + 13, detail, 'middle', `font-size="11" fill="${muted}"`)
}

/** Arrow heads; goes once into each picture that has arrows. */
export const arrowHead = `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8L8 4L0 7.2z" fill="${ink}"/></marker></defs>`

const drawn = (path: string): string =>
  `<path d="${path}" fill="none" stroke="${ink}" stroke-width="1.3" marker-end="url(#arrow)"/>`

/**
 * From the lower edge of a box to the upper edge of another: straight, or bent where they are not above each other. The bend ends at
 * `bentAt`, so that what stands below it is not crossed.
 */
export function arrow(from: Block, to: Block, bentAt = to.y - heightOf(to) / 2 - 1): string {
  const [start, end] = [from.y + heightOf(from) / 2, to.y - heightOf(to) / 2 - 1]
  const middle = short((start + bentAt) / 2)
  const bend = from.x === to.x ? '' : `C${from.x},${middle} ${to.x},${middle} ${to.x},${bentAt}`
  return drawn(`M${from.x},${start}${bend}${bend === '' || bentAt < end ? `V${end}` : ''}`)
}

/** From one box into the side of another, around what lies between them, along a column at x. */
export function around(from: Block, to: Block, column: number): string {
  const side = to.x + (Math.sign(column - to.x) * to.width) / 2
  const start = from.y + heightOf(from) / 2 + 8
  const [turn, arrive] = [Math.sign(column - from.x) * 12, Math.sign(side - column) * 2]
  return drawn(
    `M${from.x},${start}H${column - turn}Q${column},${start} ${column},${start + 12}V${to.y - 12}Q${column},${to.y} ${column - turn},${to.y}H${side - arrive}`,
  )
}
