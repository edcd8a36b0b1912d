/** The scores of trainings over each of the settings in which they differ. */
import { type Axes, type Axis, numberText, panel, percentText } from './axes.ts'
import { colourOf, muted } from './colours.ts'
import { gap, heading, legend, notes, stacked } from './stack.ts'
import { short, smallSize } from './svg.ts'
import { cutText } from './text-width.ts'

/** A setting with its value in each trial: numbers on an axis, or some of several choices. */
export type SweptSetting =
  | { readonly name: string; readonly scale: 'linear' | 'logarithmic'; readonly values: readonly number[] }
  | { readonly name: string; readonly choices: readonly string[]; readonly values: readonly string[] }

export interface SweepPlot {
  readonly title: string
  readonly score: {
    readonly name: string
    /** Whether it is a share, told in percent. */
    readonly isShare: boolean
    readonly better: 'more' | 'less'
  }
  /** Of each trial. The first is the best. */
  readonly scores: readonly number[]
  /** Of each trial, whether it was ended before the others; none was unless given. */
  readonly stopped?: readonly boolean[]
  readonly settings: readonly SweptSetting[]
  /** Lines of small print below. */
  readonly notes?: readonly string[]
}

/** How far from the best the axis reaches, in distances from the best to the middle one: what went astray would leave no room for the others. */
const reach = 4

/** The axis of scores, and from where on trials stand at its edge. */
function scoreAxis({ score: { isShare, better }, scores }: SweepPlot): Axis & { readonly edge: number } {
  const sign = better === 'more' ? 1 : -1
  const sorted = [...scores].sort((a, b) => sign * (b - a))
  const [best, middle, worst] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)!]
  const limit = best - sign * reach * Math.abs(best - middle)
  const edge = best !== middle && sign * (limit - worst) > 0 ? limit : worst
  const room = Math.abs(best - edge) * 0.08 || Math.abs(best) * 0.05 || 0.05
  const [low, high] = [Math.min(best, edge) - room, Math.max(best, edge) + room]
  return isShare
    ? { from: Math.max(0, low), to: Math.min(1, high), format: percentText, edge }
    : { from: low, to: high, edge }
}

/** How far dots of one choice stand from its middle, in choices, so that equal scores do not hide each other; the first stands in it. */
const aside = (i: number): number => 0.3 * (((0.618 * i + 0.5) % 1) - 0.5)

/** Where each trial stands on the axis of a setting. */
function settingAxis(setting: SweptSetting): { readonly axis: Axis; readonly places: readonly number[] } {
  if ('choices' in setting) {
    const { choices, values } = setting
    const ticks = choices.map((_, i) => i)
    const format = (i: number): string => cutText(choices[i], 430 / choices.length, smallSize)
    return {
      axis: { from: -0.5, to: choices.length - 0.5, ticks, format },
      places: values.map((value, i) => choices.indexOf(value) + aside(i)),
    }
  }
  const { scale, values } = setting
  const [low, high] = [Math.min(...values), Math.max(...values)]
  if (scale === 'linear') {
    const room = (high - low) * 0.04 || Math.abs(high) * 0.05 || 1
    return { axis: { from: low - room, to: high + room }, places: values }
  }
  const room = high > low ? (high / low) ** 0.04 : 2
  return { axis: { scale, from: low / room, to: high * room, format: numberText }, places: values }
}

const circle = (x: number, y: number, attributes: string): string =>
  `<circle cx="${short(x)}" cy="${short(y)}" ${attributes}/>`

/** Trials as dots, hollow where they were ended before the others, the best in its own colour above them. */
function dots(
  { scores, stopped = [], score }: SweepPlot,
  places: readonly number[],
  { x, y }: Axes,
  edge: number,
): string {
  const [usual, best] = [colourOf(0), colourOf(1)]
  const drawn = scores.map((value, i) => {
    const isBeyond = score.better === 'more' ? value < edge : value > edge
    const [across, up] = [x(places[i]), y(isBeyond ? edge : value)]
    if (isBeyond) {
      const down = score.better === 'more' ? 1 : -1
      const corners = [
        [across - 4, up - 3 * down],
        [across + 4, up - 3 * down],
        [across, up + 4 * down],
      ]
      return `<polygon points="${corners.map((each) => each.map(short).join()).join(' ')}" fill="${muted}"/>`
    }
    if (i === 0) return circle(across, up, `r="5.5" fill="${best}"`)
    return stopped[i]
      ? circle(across, up, `r="3.5" fill="none" stroke="${usual}" stroke-width="1.5"`)
      : circle(across, up, `r="4" fill="${usual}" fill-opacity="0.65"`)
  })
  return drawn.reverse().join('')
}

/**
 * A small panel for each setting, with the score of each trial over its value. What lies far below the others stands as a triangle at the edge.
 * @returns SVG
 */
export function plotSweep(plot: SweepPlot): string {
  const { title, score, scores, stopped = [], settings } = plot
  const { edge, ...up } = scoreAxis(plot)
  const beyond = scores.filter((value) => (score.better === 'more' ? value < edge : value > edge)).length
  const worse = score.better === 'more' ? 'below' : 'above'
  return stacked([
    heading(title),
    ...settings.flatMap((setting) => {
      const { axis, places } = settingAxis(setting)
      return [
        panel({ title: `${score.name} by ${setting.name}`, x: axis, y: up, height: 130 }, (axes) =>
          dots(plot, places, axes, edge),
        ),
        gap(6),
      ]
    }),
    legend([
      { name: 'best', colour: colourOf(1), sample: 'dot' },
      ...(stopped.slice(1).includes(false) || (stopped.length === 0 && scores.length > 1)
        ? [{ name: 'others', colour: colourOf(0), sample: 'dot' } as const]
        : []),
    ]),
    notes([
      ...(stopped.some(Boolean) ? ['Rings: ended early, and scored after fewer epochs.'] : []),
      ...(beyond > 0 ? [`Triangles: ${beyond} ${beyond === 1 ? 'trial' : 'trials'} ${worse} the axis.`] : []),
      ...(plot.notes ?? []),
    ]),
  ])
}
