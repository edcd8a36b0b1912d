/** A panel of lines over an axis: the mean over several trainings, in a band that holds all of them. */
import { type Axes, type Axis, type PanelOptions, panel } from './axes.ts'
import type { Block } from './stack.ts'
import { polyline, short } from './svg.ts'

export interface Line {
  readonly colour: string
  readonly dashed?: boolean
  /** The values of all trainings at each place of the horizontal axis, ascending. */
  readonly points: readonly { readonly x: number; readonly values: readonly number[] }[]
}

/** An axis of a panel of lines; from the first point to the last unless its ends are given. */
export type LineAxis = Omit<Axis, 'from' | 'to'> & Partial<Pick<Axis, 'from' | 'to'>>

export interface LinePanel extends Pick<PanelOptions, 'title' | 'height' | 'width'> {
  readonly x: LineAxis
  /** Lines are cut at its ends. */
  readonly y: Axis
}

/** Losses, from 0. */
export const lossAxis = (high: number): Axis => ({ from: 0, to: high })

/** Positive numbers of many sizes, by their powers of ten. */
export const powersAxis = (values: readonly number[]): Axis => ({
  scale: 'logarithmic',
  from: 10 ** Math.floor(Math.log10(Math.min(...values))),
  to: 10 ** Math.ceil(Math.log10(Math.max(...values))),
})

/** Accuracies such that half as many mistakes are always the same distance above. */
export const accuracyAxis = (accuracies: readonly number[]): Axis => ({
  scale: 'errors',
  from: Math.max(0, Math.min(...accuracies) - 0.02),
  to: Math.min(0.999, Math.max(...accuracies) + 0.002),
})

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function drawLine({ colour, dashed, points }: Line, { x, y }: Axes, { from, to }: Axis): string {
  const at = (of: (values: readonly number[]) => number): [number, number][] =>
    points.map((point) => [x(point.x), y(Math.min(to, Math.max(from, of(point.values))))])
  const middle = at(meanOf)
  // A line of one point would not be seen.
  if (points.length === 1)
    return `<circle cx="${short(middle[0][0])}" cy="${short(middle[0][1])}" r="3.5" fill="${colour}"/>`
  const edge = [...at((values) => Math.max(...values)), ...at((values) => Math.min(...values)).reverse()]
  const isBand = points.some(({ values }) => values.length > 1)
  const band = isBand
    ? `<polygon points="${edge.map((place) => place.map(short).join(',')).join(' ')}" fill="${colour}" fill-opacity="0.15"/>`
    : ''
  return band + polyline(middle, `stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="4 3"' : ''}`)
}

/** The mean of each line's values, in a band from the least to the most. */
export function linePanel({ x, y, ...options }: LinePanel, lines: readonly Line[]): Block {
  const places = lines.flatMap(({ points }) => points.map((point) => point.x))
  const across = { from: Math.min(...places), to: Math.max(...places), ...x }
  return panel({ ...options, x: across, y }, (axes) => lines.map((each) => drawLine(each, axes, y)).join(''))
}
