/** Curves of several trainings over each other, as SVG. */
import { type Axis, percentText } from './axes.ts'
import { colourOf } from './colours.ts'
import { linePanel } from './lines.ts'
import { chartWidth, gap, heading, legend, margin, stacked } from './stack.ts'
import { fontSize } from './svg.ts'
import { cutText } from './text-width.ts'

export interface ComparisonPanel {
  readonly title: string
  /** Whether values are shares, told in percent; false unless given. */
  readonly share?: boolean
  /** By the trainings' names; of each the curves of its seeds, by epoch. What is no number is left out. */
  readonly curves: readonly (readonly (readonly (readonly [epoch: number, value: number])[])[])[]
}

export interface Comparison {
  readonly title: string
  readonly names: readonly string[]
  readonly panels: readonly ComparisonPanel[]
}

/** The values of all seeds at each epoch, ascending. */
function pointsOf(seeds: readonly (readonly (readonly [number, number])[])[]): { x: number; values: number[] }[] {
  const at = new Map<number, number[]>()
  for (const [epoch, value] of seeds.flat())
    if (Number.isFinite(value)) at.set(epoch, [...(at.get(epoch) ?? []), value])
  return [...at].map(([x, values]) => ({ x, values })).sort((a, b) => a.x - b.x)
}

function axisOf(values: readonly number[], share: boolean): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const room = (high - low || Math.abs(high) || 1) * 0.05
  const [from, to] = [low < 0 ? low - room : Math.max(0, low - room), high + room]
  return share ? { from, to: high <= 1 ? Math.min(1, to) : to, format: percentText } : { from, to }
}

/** A panel a metric, with a line a training over the epochs: of several seeds their mean, in a band that holds all of them. */
export function plotComparison({ title, names, panels }: Comparison): string {
  const shown = panels.flatMap(({ title: name, share = false, curves }) => {
    const points = curves.map(pointsOf)
    const values = points.flatMap((each) => each.flatMap((point) => point.values))
    return values.length === 0 ? [] : [{ name, share, points, values }]
  })
  return stacked([
    heading(title),
    ...shown.flatMap(({ name, share, points, values }) => [
      linePanel(
        {
          title: name.charAt(0).toUpperCase() + name.slice(1),
          x: { label: 'epoch', whole: true },
          y: axisOf(values, share),
        },
        points.flatMap((each, i) => (each.length === 0 ? [] : [{ colour: colourOf(i), points: each }])),
      ),
      gap(6),
    ]),
    legend(
      names.map((name, i) => ({ name: cutText(name, chartWidth - 2 * margin - 30, fontSize), colour: colourOf(i) })),
    ),
  ])
}
