/** Points with names in a plane, whose labels do not cover each other. */
import { scaleLinear } from 'd3-scale'
import { type Axis, panel } from './axes.ts'
import { placedLabels } from './labels.ts'
import { type Block, gap, heading, type LegendEntry, legend, notes, stacked } from './stack.ts'
import { short } from './svg.ts'

export interface Mark {
  readonly x: number
  readonly y: number
  readonly label: string
  /** What its area stands for; a dot unless given. */
  readonly area?: number
  /** That of the plot unless given. */
  readonly colour?: string
}

export interface ScatterAxis {
  readonly label: string
  /** 'steps' sets each value that occurs at the same distance from the next. */
  readonly scale: 'linear' | 'logarithmic' | 'steps'
  /** A tick's text; its number unless given. */
  readonly format?: (value: number) => string
  /** Whether only whole numbers are told, as of years. */
  readonly whole?: boolean
  /** The least that the axis spans, so that small differences look small: shares of a few in a thousand. */
  readonly minSpan?: number
}

export interface ScatterPlot {
  readonly title: string
  /** What is said about it below its title, such as what areas stand for. */
  readonly subtitle?: string
  readonly x: ScatterAxis
  readonly y: ScatterAxis
  readonly marks: readonly Mark[]
  readonly colour: string
  /** Lines of small print below, such as sources. */
  readonly notes?: readonly string[]
  /** What colours stand for, below the plot. */
  readonly legend?: readonly LegendEntry[]
}

/** An axis with room around the outermost values, and where each value stands on it. */
function spanned(
  { scale, format, whole, minSpan = 0, label }: ScatterAxis,
  values: readonly number[],
): { readonly axis: Axis; readonly on: (value: number) => number } {
  if (scale === 'steps') {
    const steps = [...new Set(values)].sort((a, b) => a - b)
    const ticks = steps.map((_, i) => i)
    const axis = {
      from: -0.5,
      to: steps.length - 0.5,
      ticks,
      format: (i: number) => (format ?? String)(steps[i]),
      label,
    }
    return { axis, on: (value) => steps.indexOf(value) }
  }
  const [forth, back] = scale === 'linear' ? [(v: number) => v, (v: number) => v] : [Math.log10, (v: number) => 10 ** v]
  const [min, max] = [Math.min(...values.map(forth)), Math.max(...values.map(forth))]
  // At least a decade, or what is asked for, around what there is.
  const span = Math.max(1.16 * (max - min), scale === 'linear' ? minSpan : 1) || 1
  const [from, to] = [-0.5, 0.5].map((side) => (min + max) / 2 + side * span)
  const [low, high] = scale === 'linear' && !whole ? scaleLinear([from, to], [0, 1]).nice(5).domain() : [from, to]
  return { axis: { scale, from: back(low), to: back(high), format, whole, label }, on: (value) => value }
}

/** A scatter plot as a part of a chart. */
function scatterPanel({ x, y, marks, colour }: ScatterPlot): Block {
  const across = spanned(
    x,
    marks.map((mark) => mark.x),
  )
  const up = spanned(
    y,
    marks.map((mark) => mark.y),
  )
  const largest = Math.max(...marks.map(({ area = 0 }) => area))
  return panel({ title: y.label, x: across.axis, y: up.axis, height: 290 }, (axes) => {
    const points = marks.map((mark) => ({
      label: mark.label,
      x: axes.x(across.on(mark.x)),
      y: axes.y(up.on(mark.y)),
      radius: mark.area === undefined ? 4 : Math.max(3.5, 18 * Math.sqrt(mark.area / largest)),
      paint: mark.colour ?? colour,
      dot: mark.area === undefined,
    }))
    const circles = points.map(({ x, y, radius, paint, dot }) => {
      const place = `cx="${short(x)}" cy="${short(y)}"`
      const middle = `<circle ${place} r="${dot ? short(radius) : 2}" fill="${paint}"/>`
      return dot
        ? middle
        : `<circle ${place} r="${short(radius)}" fill="${paint}" fill-opacity="0.22" stroke="${paint}"/>${middle}`
    })
    return circles.join('') + placedLabels(points, axes.frame)
  })
}

/** Scatter plots below each other, each with its notes; those without marks are left out. */
export const plotScatter = (plots: readonly ScatterPlot[]): string =>
  stacked(
    plots
      .filter(({ marks }) => marks.length > 0)
      .flatMap((plot, i) => [
        ...(i > 0 ? [gap(18)] : []),
        heading(plot.title, plot.subtitle),
        scatterPanel(plot),
        legend(plot.legend ?? []),
        notes(plot.notes ?? []),
      ]),
  )
