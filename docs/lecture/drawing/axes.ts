/** Axes with even or logarithmic scales. */
import { line, muted, text } from './svg.ts'

export interface Scale {
  readonly from: number
  readonly to: number
  readonly logarithmic?: boolean
  readonly ticks: readonly number[]
  readonly label: string
}

export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export interface Axes {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  /** Grid, ticks and labels. */
  readonly drawn: string
}

const placing = ({ from, to, logarithmic = false }: Scale, start: number, end: number): ((value: number) => number) => {
  const forth = logarithmic ? Math.log10 : (value: number): number => value
  return (value) => start + ((forth(value) - forth(from)) / (forth(to) - forth(from))) * (end - start)
}

const small = `font-size="12" fill="${muted}"`

/** A plot's axes around a frame: the label of y stands above it, that of x below. */
export function axes(
  across: Scale,
  up: Scale,
  { left, right, top, bottom }: Frame,
  tick: (value: number) => string = String,
): Axes {
  const x = placing(across, left, right)
  const y = placing(up, bottom, top)
  const drawn = [
    ...up.ticks.map(
      (value) => line(left, y(value), right, y(value)) + text(left - 8, y(value) + 4, tick(value), 'end', small),
    ),
    ...across.ticks.map(
      (value) =>
        line(x(value), bottom, x(value), bottom + 4, `stroke="${muted}"`) +
        text(x(value), bottom + 18, tick(value), 'middle', small),
    ),
    line(left, bottom, right, bottom, `stroke="${muted}"`),
    text(left, top - 10, up.label, 'start', small),
    text((left + right) / 2, bottom + 37, across.label, 'middle', small),
  ]
  return { x, y, drawn: drawn.join('') }
}
