/** Points of a plane by their classes, over the regions that a classifier gives to each class. */
import { panel } from './axes.ts'
import { colourOf } from './colours.ts'
import { heading, legend, notes, stacked } from './stack.ts'
import { short } from './svg.ts'

/** A rectangle of the plane, in the units of the points. */
export interface PlaneRange {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

export interface DecisionBoundary {
  readonly title: string
  readonly subtitle?: string
  /** Names of the two inputs. */
  readonly inputs: readonly [x: string, y: string]
  readonly classes: readonly string[]
  readonly range: PlaneRange
  /** The predicted class at the middles of rows x columns cells that fill the range, row by row from its bottom. */
  readonly cells: ArrayLike<number>
  readonly columns: number
  readonly points: readonly { readonly x: number; readonly y: number; readonly label: number }[]
  readonly notes?: readonly string[]
}

/**
 * Draws what a classifier of two inputs decides, and where: each class has a colour, faint where it is predicted and full at its examples; an example
 * within another class's colour is a mistake.
 */
export function plotDecisionBoundary(plot: DecisionBoundary): string {
  const { title, subtitle, inputs, classes, range, cells, columns, points } = plot
  const { left, right, bottom, top } = range
  const rows = cells.length / columns
  const [x, y] = [
    { from: left, to: right, label: inputs[0] },
    { from: bottom, to: top, label: inputs[1] },
  ]
  const drawn = panel({ title: inputs[1], x, y, height: 340 }, (axes) => {
    const across = (column: number): number => axes.x(left + (column / columns) * (right - left))
    const up = (row: number): number => axes.y(bottom + (row / rows) * (top - bottom))
    const regions: string[] = []
    for (let row = 0; row < rows; row++)
      for (let from = 0, to = 1; from < columns; from = to) {
        const label = cells[row * columns + from]
        for (to = from + 1; to < columns && cells[row * columns + to] === label; ) to++
        // A little higher than the row, so that no line shows between it and the next.
        regions.push(
          `<rect x="${short(across(from))}" y="${short(up(row + 1))}" width="${short(across(to) - across(from))}" height="${short(up(row) - up(row + 1) + 0.3)}" fill="${colourOf(label)}"/>`,
        )
      }
    const circles = points.map(
      (point) =>
        `<circle cx="${short(axes.x(point.x))}" cy="${short(axes.y(point.y))}" r="2.6" fill="${colourOf(point.label)}" stroke="white" stroke-width="0.6"/>`,
    )
    return `<g opacity="0.25" shape-rendering="crispEdges">${regions.join('')}</g>${circles.join('')}`
  })
  return stacked([
    heading(title, subtitle),
    drawn,
    legend(classes.map((label, i) => ({ name: label, colour: colourOf(i), sample: 'dot' as const }))),
    notes(plot.notes ?? []),
  ])
}
