/** Points of a plane by their classes, over the regions that a classifier gives to each class. */
import { type ColouredPlane, colouredPlane, type PlaneRange } from './coloured-plane.ts'
import { colourOf } from './colours.ts'
import { heading, legend, notes, stacked } from './stack.ts'
import { short } from './svg.ts'

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
  const circles: ColouredPlane['over'] = (axes) =>
    points
      .map(
        (point) =>
          `<circle cx="${short(axes.x(point.x))}" cy="${short(axes.y(point.y))}" r="2.6" fill="${colourOf(point.label)}" stroke="white" stroke-width="0.6"/>`,
      )
      .join('')
  const drawn = colouredPlane({ inputs, range, cells, columns, colourOf, opacity: 0.25, over: circles })
  return stacked([
    heading(title, subtitle),
    drawn,
    legend(classes.map((label, i) => ({ name: label, colour: colourOf(i), sample: 'dot' as const }))),
    notes(plot.notes ?? []),
  ])
}
