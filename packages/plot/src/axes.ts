/** Axes with their scales, ticks and labels, around a frame. */
import { scaleLinear, scaleLog } from 'd3-scale'
import { faint, muted } from './colours.ts'
import type { Block } from './stack.ts'
import { chartWidth, margin } from './stack.ts'
import { line, smallSize, text } from './svg.ts'
import { textWidth } from './text-width.ts'

export interface Axis {
  readonly from: number
  readonly to: number
  /**
   * How values are set apart; 'linear' unless given. 'logarithmic' is for numbers from above 0; 'errors' is for shares below 1, of which half as many mistakes are
   * the same distance further.
   */
  readonly scale?: 'linear' | 'logarithmic' | 'errors'
  /** Where it has its numbers; at round ones unless given. */
  readonly ticks?: readonly number[]
  /** What a tick says; the number with as many digits as tell it from the next unless given. */
  readonly format?: (value: number) => string
  /** Whether only whole numbers are told, as of epochs. */
  readonly whole?: boolean
  readonly label?: string
}

/** Pixels of a picture. */
export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Where values stand, and what is drawn of the axes. */
export interface Axes {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly frame: Frame
  readonly drawn: string
}

const errors = [0, 0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999]

/** Shares as percent: `98.5 %`. */
export const percentText = (share: number): string => `${Number((100 * share).toFixed(2))} %`

const placeOn = ({ scale = 'linear', from, to }: Axis, start: number, end: number): ((value: number) => number) => {
  // An axis of one value has it in its middle.
  const [low, high] = from === to ? [from - 1, to + 1] : [from, to]
  if (scale === 'errors') {
    const errorsOf = scaleLog([1 - low, 1 - high], [start, end])
    return (share) => errorsOf(1 - share)
  }
  return scale === 'linear' ? scaleLinear([low, high], [start, end]) : scaleLog([low, high], [start, end])
}

/** Round numbers of a logarithmic scale: powers of ten where it spans several, else 1, 2 and 5 times them, else evenly spaced ones. */
function logarithmicTicks(from: number, to: number, count: number): number[] {
  const [first, last] = [Math.floor(Math.log10(from) + 1e-9), Math.ceil(Math.log10(to) - 1e-9)]
  // Powers of the text `1e-5` are exact.
  const all = Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`))
  const within = (value: number): boolean => value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9)
  const powers = all.filter(within)
  if (powers.length >= 3) {
    const every = Math.ceil(powers.length / count)
    return powers.filter((value) => Math.round(Math.log10(value)) % every === 0)
  }
  const some = all.flatMap((power) => [power, 2 * power, 5 * power]).filter(within)
  return some.length >= 3 ? some : scaleLinear([from, to], [0, 1]).ticks(count)
}

function ticksOf({ scale = 'linear', from, to, ticks, whole }: Axis, count: number): readonly number[] {
  if (ticks !== undefined) return ticks.filter((value) => value >= from - 1e-9 && value <= to + 1e-9)
  if (from === to) return [from]
  if (scale === 'logarithmic') return logarithmicTicks(from, to, count)
  const few = errors.filter((value) => value >= from && value <= to)
  if (scale === 'errors' && few.length >= 3) return few
  const round = scaleLinear([from, to], [0, 1]).ticks(count)
  return whole ? round.filter(Number.isInteger) : round
}

const minus = (content: string): string => content.replace('-', '−')

const prefixes = ['', ' k', ' M', ' G', ' T']

/** A number of any size in few letters: `0.02`, `5,000`, `50 k`, `2 G`, `10⁻⁶`, `2·10⁻⁶`. */
export function numberText(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e4 && size < 1e15) {
    const power = Math.floor(Math.log10(size) / 3 + 1e-9)
    return minus(`${Number((value / 1000 ** power).toPrecision(3))}${prefixes[power]}`)
  }
  if (size === 0 || (size >= 1e-3 && size < 1e4))
    return minus(value.toLocaleString('en-US', { maximumSignificantDigits: 4 }))
  const power = Math.floor(Math.log10(size) + 1e-9)
  const lead = Number((value / 10 ** power).toPrecision(3))
  return minus(`${lead === 1 ? '' : `${lead}·`}10${superscript(power)}`)
}

/** What each tick says: whole numbers with their thousands set apart, others with the digits of the smallest step. */
function labelsOf(axis: Axis, ticks: readonly number[]): string[] {
  const { format, scale = 'linear' } = axis
  if (format !== undefined) return ticks.map(format)
  if (scale === 'errors') return ticks.map(percentText)
  if (scale === 'logarithmic') {
    // One way to write all of them, where some would have many zeros.
    const powers = ticks.every((value) => Number.isInteger(Number(Math.log10(value).toFixed(9))))
    return ticks.map(powers && ticks.some((value) => value < 1e-3) ? powerText : numberText)
  }
  const steps = ticks.slice(1).map((value, i) => value - ticks[i])
  const step = Math.min(...steps, Number.POSITIVE_INFINITY)
  const digits = step < 1 ? Math.min(8, Math.ceil(-Math.log10(step) - 1e-9)) : 0
  const rest = digits === 0 && ticks.some((value) => !Number.isInteger(value)) ? 1 : digits
  if (ticks.some((value) => Math.abs(value) >= 1e5)) return ticks.map(numberText)
  return ticks.map((value) =>
    minus(value.toLocaleString('en-US', { minimumFractionDigits: rest, maximumFractionDigits: rest })),
  )
}

/** `−3` as ⁻³. */
const superscript = (power: number): string =>
  String(power)
    .replace('-', '⁻')
    .replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])

/** 0.001 as 10⁻³. */
const powerText = (value: number): string => (value === 1 ? '1' : `10${superscript(Math.round(Math.log10(value)))}`)

const heightOfFrame = ({ top, bottom }: Frame): number => bottom - top
const widthOfFrame = ({ left, right }: Frame): number => right - left

/** How many numbers an axis has about, by the pixels that it is long. */
const countFor = (pixels: number, each: number): number => Math.max(2, Math.min(8, Math.floor(pixels / each)))

/** Room for `100 %`, so that frames below each other begin at one place. */
const minRoom = 40

/** Pixels left of a frame that the numbers of an axis take. */
function roomForNumbers(y: Axis, height: number): number {
  const labels = labelsOf(y, ticksOf(y, countFor(height, 36)))
  return Math.max(minRoom, ...labels.map((label) => textWidth(label, smallSize))) + 8
}

/** Every k-th of labels, so that none touches the next. */
function thinned<T extends { readonly at: number; readonly label: string }>(labels: readonly T[]): readonly T[] {
  for (let every = 1; every < labels.length; every++) {
    const kept = labels.filter((_, i) => i % every === 0)
    const apart = kept.every(({ at, label }, i) => {
      const next = kept[i + 1]
      return (
        next === undefined ||
        Math.abs(next.at - at) >= (textWidth(label, smallSize) + textWidth(next.label, smallSize)) / 2 + 8
      )
    })
    if (apart) return kept
  }
  return labels.slice(0, 1)
}

/** Axes around a frame: the numbers of y left of it, those of x below, and below them what x is; what y is belongs above the frame. */
export function axes(frame: Frame, x: Axis, y: Axis): Axes {
  const { left, right, top, bottom } = frame
  const [across, up] = [placeOn(x, left, right), placeOn(y, bottom, top)]
  const small = `font-size="${smallSize}" fill="${muted}"`
  const levels = ticksOf(y, countFor(heightOfFrame(frame), 36))
  const rows = labelsOf(y, levels).map((label, i) => {
    const at = up(levels[i])
    return line(left, at, right, at, `stroke="${faint}"`) + text(left - 6, at + 4, label, `text-anchor="end" ${small}`)
  })
  const places = ticksOf(x, countFor(widthOfFrame(frame), 55))
  const columns = thinned(labelsOf(x, places).map((label, i) => ({ label, at: across(places[i]) }))).map(
    ({ label, at }) => {
      // Numbers at the ends do not leave the picture.
      const half = textWidth(label, smallSize) / 2
      const middle = Math.min(at, right + margin - 2 - half)
      return (
        line(at, bottom, at, bottom + 4, `stroke="${muted}"`) +
        text(middle, bottom + 17, label, `text-anchor="middle" ${small}`)
      )
    },
  )
  const label =
    x.label === undefined ? '' : text((left + right) / 2, bottom + 33, x.label, `text-anchor="middle" ${small}`)
  const drawn = [...rows, line(left, bottom, right, bottom, `stroke="${muted}"`), ...columns, label].join('')
  return { x: across, y: up, frame, drawn }
}

export interface PanelOptions {
  /** What the panel shows, which is what y is. */
  readonly title?: string
  readonly x: Axis
  readonly y: Axis
  /** Of the frame, in pixels; 180 unless given. */
  readonly height?: number
  readonly width?: number
}

/**
 * A frame with axes, as a part of a chart.
 * @param content what is drawn over the axes, by the places of values
 */
export function panel(
  { title, x, y, height = 180, width = chartWidth }: PanelOptions,
  content: (axes: Axes) => string,
): Block {
  const above = title === undefined ? 8 : 28
  const below = x.label === undefined ? 26 : 44
  const left = margin + roomForNumbers(y, height)
  return {
    height: above + height + below,
    draw(top) {
      const frame = { left, right: width - margin - 8, top: top + above, bottom: top + above + height }
      const drawn = axes(frame, x, y)
      const name = title === undefined ? '' : text(margin, top + 14, title, 'font-weight="600"')
      return name + drawn.drawn + content(drawn)
    },
  }
}
